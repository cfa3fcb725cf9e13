"""Comparison of one service's log with the ledger, each read once in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from audit.domain import EventReceived
from audit.ledger.store import Leaf
from audit.reactions import public_body, to_command
from audit.reconcile.audit_log import AuditedEvent
from audit.reconcile.differences import body_differences, find_committed_version, header_differences, own_differences
from audit.reconcile.finding import Finding, FindingKind
from audit.reconcile.restored_logs import LogHistory
from audit.reconcile.service_log import ForeignPage, ServiceFeedReader, UnreadablePosition
from shared.messaging import LOWEST_POSITION, Header, Message, last_common_position

MAX_MISSING = 10_000
"""Missing events that are remembered because they may still turn up elsewhere; the oldest are reported first."""
END_OF_LOG = 2**63 - 1
FindEvent = Callable[[Header], tuple[AuditedEvent | None, Leaf | None]]
"""What audit's log and the ledger have under the id of an event."""


@dataclass
class ComparisonProgress:
    """What is saved to resume later. `missing` and `misplaced`: findings that wait for the rest of the service's log,
    by event. `lost`: events lost by a restore that an operator has accepted. `refused`: the service spoke for another,
    and nothing of it is compared any more."""

    reached: int = 0
    after: int = LOWEST_POSITION
    compared: int = 0
    not_received: int = 0
    lost: int = 0
    log_reported: bool = False
    refused: bool = False
    missing: dict[UUID, Finding] = field(default_factory=dict)
    misplaced: dict[UUID, Finding] = field(default_factory=dict)


class Comparison:
    """After `begin`, `compare` takes each event of the ledger in order, then `finish` reads the rest of the service's
    log. Both raise FeedUnavailable."""

    def __init__(
        self,
        publisher: str,
        service_log: ServiceFeedReader,
        find_event: FindEvent,
        progress: ComparisonProgress,
        history: LogHistory,
    ) -> None:
        self.publisher, self.progress = publisher, progress
        self._service_log, self._find_event, self._history = service_log, find_event, history

    def begin(self) -> None:
        """Begins to read the service's log, and does not wait for it."""
        if not self.progress.refused:
            self._service_log.read_ahead()

    def compare(self, event: AuditedEvent) -> Iterator[Finding]:
        progress, is_at_its_place = self.progress, False
        own = event.own_finding
        if progress.refused:
            yield from [own] if own else []
            return
        self._service_log.open()
        if self._history.is_lost(event.log_id, event.position):
            progress.lost += 1
            yield from [own] if own else []
            return
        if self._service_log.log_id not in (None, event.log_id, self._history.current):
            since = last_common_position(self._service_log.ancestors, event.log_id, self._history.until)
            yield from self._other_log(event, since)
            if since is not None and since < event.position:
                yield from [own] if own else []
                yield self._build_finding(FindingKind.LOST, event)
                return
        for item in self._service_log.read_until(event.position):
            if isinstance(item, UnreadablePosition):
                is_this = item.position == event.position
                is_at_its_place = is_at_its_place or is_this
                yield self._build_finding(FindingKind.UNREADABLE, event) if is_this else self._unreadable(item)
            elif isinstance(item, ForeignPage):
                yield from [own] if own else []
                yield self._refuse(item)
                return
            elif (item.header.position, item.header.id) == (event.position, event.id):
                is_at_its_place, own = True, None
                yield from self._compare_contents(event, item)
            else:
                yield from self._report_unexpected(item, event.position)
        yield from [own] if own else []
        if misplaced := progress.misplaced.pop(event.id, None):
            yield replace(misplaced, kind=FindingKind.COPIED) if is_at_its_place else misplaced
        elif not is_at_its_place:
            progress.missing[event.id] = self._build_finding(FindingKind.DELETED, event)
            if len(progress.missing) > MAX_MISSING:
                yield progress.missing.pop(next(iter(progress.missing)))
        progress.reached = progress.after = event.position
        progress.compared += 1

    def finish(self) -> Iterator[Finding]:
        """What the service holds beyond the ledger's last event, and the events that turned up nowhere."""
        for item in [] if self.progress.refused else self._service_log.read_until(END_OF_LOG):
            if isinstance(item, ForeignPage):
                yield self._refuse(item)
                break
            if isinstance(item, UnreadablePosition):
                yield self._unreadable(item)
                break  # nothing tells where a log that cannot be read ends
            yield from self._report_unexpected(item, END_OF_LOG)
        yield from self.progress.missing.values()
        self.progress.missing.clear()

    def _compare_contents(self, event: AuditedEvent, item: Message) -> Iterator[Finding]:
        """The leaf decides which of the two is altered, and where."""
        if event.own_finding is None and event.matches_leaf and _is_same(event.received, item):
            return
        ours, theirs = event.received, to_command(item, event.received.publisher)
        if event.leaf and not event.matches_leaf and (version := find_committed_version(event.leaf, ours, theirs)):
            ours = version
        if event.own_finding:
            yield replace(event.own_finding, differences=own_differences(ours, event.received))
        in_header, in_body = header_differences(ours.header, theirs.header), body_differences(ours, theirs)
        if in_header or in_body:
            kind = FindingKind.ALTERED if in_header else FindingKind.BODY_CHANGED
            yield self._build_finding(kind, event, differences=in_header | in_body)

    def _report_unexpected(self, item: Message, reached: int) -> Iterator[Finding]:
        """An event that the ledger does not have at this position. `reached`: the position compared now."""
        header, theirs = item.header, bytes(item.raw_header)
        event, leaf = self._find_event(header)
        if missing := self.progress.missing.pop(header.id, None):
            assert event is not None
            yield replace(
                missing,
                kind=FindingKind.MOVED,
                found_at=header.position,
                differences=header_differences(event.received.header, theirs),
            )
        elif event is None and leaf is not None:
            pass  # audit's own log has lost it, which is a finding already
        elif event is None and reached == END_OF_LOG and header.position > self.progress.reached:
            self.progress.not_received += 1
        elif event is None or event.publisher != self.publisher:
            yield self._build_finding(FindingKind.INSERTED, header)
        elif event.position == header.position and reached == END_OF_LOG:
            pass  # received while we compared: the next reconciliation compares it
        else:
            finding = self._build_finding(
                FindingKind.MOVED,
                event,
                found_at=header.position,
                differences=header_differences(event.received.header, theirs),
            )
            if event.position < reached:
                yield replace(finding, kind=FindingKind.COPIED)
            else:
                self.progress.misplaced[header.id] = finding

    def _other_log(self, event: AuditedEvent, since: int | None) -> Iterator[Finding]:
        if not self.progress.log_reported:
            self.progress.log_reported = True
            kind = FindingKind.LOG_CHANGED if since is None else FindingKind.RESTORED
            logs = {"log_id": (str(event.log_id), str(self._service_log.log_id))}
            yield Finding(kind, self.publisher, position=since or event.position, differences=logs)

    def _build_finding(self, kind: FindingKind, event: AuditedEvent | Header, **more: Any) -> Finding:
        return Finding(
            kind, self.publisher, position=event.position, event=event.id, case=event.case, name=event.event, **more
        )

    def _refuse(self, page: ForeignPage) -> Finding:
        self.progress.refused = True
        return Finding(FindingKind.FOREIGN, self.publisher, position=page.position, name=page.what)

    def _unreadable(self, item: UnreadablePosition) -> Finding:
        return Finding(FindingKind.UNREADABLE, self.publisher, position=item.position)


def _is_same(ours: EventReceived, item: Message) -> bool:
    """Whether the service gives the very bytes that audit stored; nearly always, and then nothing is decoded."""
    return ours.header.encode() == bytes(item.raw_header) and ours.body == public_body(item)
