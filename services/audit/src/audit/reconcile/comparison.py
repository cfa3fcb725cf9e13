"""Does a service still hold what the ledger committed to? Its log beside the ledger's, each read once in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from audit.ledger.store import Leaf
from audit.reactions import to_command
from audit.reconcile.audit_log import AuditedEvent
from audit.reconcile.differences import body_differences, find_committed_version, header_differences, own_differences
from audit.reconcile.finding import Finding, FindingKind
from audit.reconcile.restored_logs import LogHistory
from audit.reconcile.service_log import ServiceLog, UnreadableEvent
from shared.messaging import LOWEST_POSITION, Header, Message

MAX_MISSING = 10_000
"""Events that may still turn up elsewhere in the service, remembered until then; the oldest are given up first."""
END_OF_LOG = 2**63 - 1
FindEvent = Callable[[UUID], tuple[AuditedEvent | None, Leaf | None]]
"""What audit's log and the ledger have under an event's id."""


@dataclass
class ServiceProgress:
    """What must be known to go on later: findings that wait for the rest of the service's log, by event. `lost`: by a
    restore that somebody has acknowledged."""

    reached: int = 0
    after: int = LOWEST_POSITION
    compared: int = 0
    unheard: int = 0
    lost: int = 0
    log_said: bool = False
    missing: dict[UUID, Finding] = field(default_factory=dict)
    met: dict[UUID, Finding] = field(default_factory=dict)


class Comparison:
    """Tell it each event of the ledger in order, then ask for the rest. Raises FeedUnavailable."""

    def __init__(
        self, publisher: str, held: ServiceLog, known: FindEvent, progress: ServiceProgress, histories: LogHistory
    ) -> None:
        self.publisher, self.progress = publisher, progress
        self._held, self._known, self._histories = held, known, histories

    def told(self, told: AuditedEvent) -> Iterator[Finding]:
        progress, held = self.progress, False
        self._held.open()
        here = told.fault
        if self._histories.lost(told.log_id, told.position):
            progress.lost += 1
            yield from [here] if here else []
            return
        if self._held.log_id not in (None, told.log_id, self._histories.current):
            yield from self._other_log(told)
            if 0 < self._held.since < told.position:
                yield from [here] if here else []
                yield self._of(FindingKind.LOST, told)
                return
        for item in self._held.until(told.position):
            if isinstance(item, UnreadableEvent):
                held = held or item.position == told.position
                yield (
                    self._of(FindingKind.UNREADABLE, told) if item.position == told.position else self._unreadable(item)
                )
            elif (item.header.position, item.header.id) == (told.position, told.id):
                held, here = True, None
                yield from self._altered(told, item)
            else:
                yield from self._elsewhere(item, told.position)
        yield from [here] if here else []
        if elsewhere := progress.met.pop(told.id, None):
            yield replace(elsewhere, kind=FindingKind.COPIED) if held else elsewhere
        elif not held:
            progress.missing[told.id] = self._of(FindingKind.DELETED, told)
            if len(progress.missing) > MAX_MISSING:
                yield progress.missing.pop(next(iter(progress.missing)))
        progress.reached = progress.after = told.position
        progress.compared += 1

    def rest(self) -> Iterator[Finding]:
        """What the service holds beyond the ledger's last event, and what is nowhere to be found."""
        for item in self._held.until(END_OF_LOG):
            if isinstance(item, UnreadableEvent):
                yield self._unreadable(item)
                break  # nothing tells where a log that cannot be read ends
            yield from self._elsewhere(item, END_OF_LOG)
        yield from self.progress.missing.values()
        self.progress.missing.clear()

    def _altered(self, told: AuditedEvent, item: Message) -> Iterator[Finding]:
        """The leaf tells which of the two is altered, and where."""
        ours, theirs = told.heard, to_command(item)
        if told.leaf and not told.sound and (found := find_committed_version(told.leaf, ours, theirs)):
            ours = found
        if told.fault:
            yield replace(told.fault, differs=own_differences(ours, told.heard))
        differs = header_differences(ours.header, theirs.header)
        if differs or body_differences(ours, theirs):
            kind = FindingKind.ALTERED if differs else FindingKind.RETOLD
            yield self._of(kind, told, differs=differs | body_differences(ours, theirs))

    def _elsewhere(self, item: Message, now: int) -> Iterator[Finding]:
        """The service holds, at a position, an event that the ledger has not there."""
        header, theirs = item.header, bytes(item.raw_header)
        if missing := self.progress.missing.pop(header.id, None):
            told, _ = self._known(header.id)
            assert told is not None
            yield replace(
                missing,
                kind=FindingKind.MOVED,
                place=header.position,
                differs=header_differences(told.heard.header, theirs),
            )
            return
        told, leaf = self._known(header.id)
        if told is None and leaf is not None:
            return  # audit's own log has lost it, which was said
        if told is None and now == END_OF_LOG and header.position > self.progress.reached:
            self.progress.unheard += 1
        elif told is None or told.publisher != self.publisher:
            yield self._of(FindingKind.INSERTED, header)
        elif told.position == header.position and now == END_OF_LOG:
            pass  # heard while we compared: it is another reconciliation's
        else:
            found = self._of(
                FindingKind.MOVED, told, place=header.position, differs=header_differences(told.heard.header, theirs)
            )
            if told.position < now:
                yield replace(found, kind=FindingKind.COPIED)
            else:
                self.progress.met[header.id] = found

    def _other_log(self, told: AuditedEvent) -> Iterator[Finding]:
        if not self.progress.log_said:
            self.progress.log_said = True
            kind = FindingKind.RESTORED if self._held.since else FindingKind.LOG_CHANGED
            logs = {"log_id": (str(told.log_id), str(self._held.log_id))}
            yield Finding(kind, self.publisher, position=self._held.since or told.position, differs=logs)

    def _of(self, kind: FindingKind, says: AuditedEvent | Header, **more: Any) -> Finding:
        return Finding(
            kind, self.publisher, position=says.position, event=says.id, case=says.case, name=says.event, **more
        )

    def _unreadable(self, item: UnreadableEvent) -> Finding:
        return Finding(FindingKind.UNREADABLE, self.publisher, position=item.position)
