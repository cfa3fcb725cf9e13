"""Audit's own log, read in order next to the ledger's leaves: what differs is a finding about audit itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import msgspec

from audit.domain import EventReceived, second_stream
from audit.ledger.integrator import is_committed
from audit.ledger.store import Leaf, Ledger
from audit.reconcile.finding import Finding, FindingKind
from audit.verified_events import columns_match, decode_header
from shared.eventlog import LogEntry, ServiceApplication, UnreadableEvent
from shared.messaging import Header

SELF = "audit"


@dataclass(frozen=True, slots=True)
class AuditedEvent:
    """An event in audit's log. `matches_leaf`: the ledger committed to it as it is. `id` and `case` are its own, from
    its header and from the column next to it."""

    received: EventReceived
    leaf: Leaf | None
    matches_leaf: bool
    id: UUID
    case: UUID

    own_finding: Finding | None = field(default=None, compare=False)
    """What is wrong with it in audit's own log; the service may know what it was."""

    @property
    def publisher(self) -> str:
        return self.received.publisher

    @property
    def log_id(self) -> UUID:
        return self.received.log_id

    @property
    def position(self) -> int:
        return self.received.position

    @property
    def event(self) -> str:
        return self.received.event


def read_audited(entry: LogEntry, received: EventReceived, header: Header | None, leaf: Leaf | None) -> AuditedEvent:
    """`header`: as `received` has it; null when it cannot be read."""
    return AuditedEvent(
        received,
        leaf,
        matches_leaf=leaf is not None and is_committed(leaf, received),
        id=_event_id(entry.originator_id, received, header),
        case=entry.case_id,
    )


def _event_id(stream: UUID, received: EventReceived, header: Header | None) -> UUID:
    """That of its stream; of its header where another event had that id first."""
    if header is None or header.id == stream:
        return stream
    return header.id if second_stream(header.id, received) == stream else stream


def _decode_header(received: EventReceived) -> Header | None:
    """Null when it cannot be read."""
    try:
        return decode_header(received.header)
    except msgspec.DecodeError:
        return None


Batch = tuple[Sequence[LogEntry], Mapping[UUID, Leaf]]


class AuditLog:
    """Read once, in order. `next_leaf`: the index of the leaf that is expected next; `until`: only what is integrated
    is compared. `pool`: its threads read one batch ahead."""

    def __init__(self, app: ServiceApplication, pool: Executor, position: int = 0, next_leaf: int = 0) -> None:
        self._app, self._pool, self.position, self.next_leaf = app, pool, position, next_leaf
        self._batch_ahead: Future[Batch] | None = None
        (row,) = app.recorder.fetch("SELECT position, size FROM {schema}.ledger")
        self.until: int = row["position"]
        self._ledger_size: int = row["size"]

    def read_batch(self, size: int) -> Iterator[AuditedEvent | Finding]:
        ahead, self._batch_ahead = self._batch_ahead, None
        entries, leaves = ahead.result() if ahead else self._fetch(self.position, size)
        reached = entries[-1].id if len(entries) == size else self.until
        if reached < self.until:
            self._batch_ahead = self._pool.submit(self._fetch, reached, size)
        for entry in entries:
            yield from self._check(entry, leaves.get(entry.originator_id))
        self.position = reached
        if reached == self.until:
            yield from self._missing_events(self._ledger_size)

    def _fetch(self, after: int, size: int) -> Batch:
        entries = self._app.recorder.select_notifications(after, size, self.until, inclusive_of_start=False)
        return entries, Ledger(self._app.recorder).leaves([entry.originator_id for entry in entries])

    def find_event(self, header: Header) -> tuple[AuditedEvent | None, Leaf | None]:
        """What audit's log and the ledger have under an event's id: of this service's log, if there are two."""
        leaves = Ledger(self._app.recorder).leaves(streams := [second_stream(header.id, header), header.id])
        for stream in streams:
            for entry in self._app.recorder.entries_of_stream(stream):
                if (received := self._read(entry)) is not None:
                    found = read_audited(entry, received, _decode_header(received), leaves.get(stream))
                    return found, leaves.get(stream)
        return None, leaves.get(header.id)

    def _check(self, entry: LogEntry, leaf: Leaf | None) -> Iterator[AuditedEvent | Finding]:
        received = self._read(entry)
        if received is None:
            self.next_leaf += 1
            yield Finding(
                FindingKind.UNREADABLE_IN_AUDIT,
                SELF,
                position=entry.id,
                event=entry.originator_id,
                case=entry.case_id,
            )
            return
        header = _decode_header(received)
        event = read_audited(entry, received, header, leaf)
        if leaf is not None and leaf.index > self.next_leaf:
            yield from self._missing_events(leaf.index)
        if leaf is None or leaf.index != self.next_leaf:
            yield _finding(FindingKind.WITHOUT_LEAF, entry, event)
        elif not event.matches_leaf or header is None or not columns_match(entry, received, header):
            event = replace(event, own_finding=_finding(FindingKind.ALTERED_IN_AUDIT, entry, event))
        self.next_leaf = max(self.next_leaf, self.next_leaf if leaf is None else leaf.index) + 1
        yield event

    def _missing_events(self, until: int) -> Iterator[Finding]:
        """Leaves, from the one expected on, whose events are nowhere in audit's log."""
        rows = self._app.recorder.fetch(
            "SELECT index, event_id FROM {schema}.leaves WHERE index >= %s AND index < %s"
            " AND NOT EXISTS (SELECT FROM {events} WHERE originator_id = event_id) ORDER BY index",
            (self.next_leaf, until),
        )
        for row in rows:
            yield Finding(FindingKind.DELETED_IN_AUDIT, SELF, position=row["index"] + 1, event=row["event_id"])
        self.next_leaf = max(self.next_leaf, until)

    def _read(self, entry: LogEntry) -> EventReceived | None:
        try:
            received: Any = self._app.mapper.to_domain_event(entry).data
        except UnreadableEvent:
            return None
        return received if isinstance(received, EventReceived) else None


def _finding(kind: FindingKind, entry: LogEntry, event: AuditedEvent) -> Finding:
    return Finding(
        kind,
        SELF,
        position=entry.id,
        event=event.id,
        case=event.case,
        name=f"{event.publisher} {event.position}, {event.event}",
    )
