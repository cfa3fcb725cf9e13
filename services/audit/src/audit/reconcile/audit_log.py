"""Audit's own log, read in order next to the ledger's leaves: what differs is a finding about audit itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
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
    """An event in audit's log. `matches_leaf`: the ledger committed to it as it is. The fields from `publisher` on are
    those of the columns next to the event."""

    received: EventReceived
    leaf: Leaf | None
    matches_leaf: bool
    publisher: str
    log_id: UUID
    position: int
    id: UUID
    case: UUID
    event: str

    own_finding: Finding | None = field(default=None, compare=False)
    """What is wrong with it in audit's own log; the service may know what it was."""


def read_audited(entry: LogEntry, received: EventReceived, leaf: Leaf | None) -> AuditedEvent:
    return AuditedEvent(
        received,
        leaf,
        matches_leaf=leaf is not None and is_committed(leaf, received),
        publisher=received.publisher,
        log_id=received.log_id,
        position=received.position,
        id=_event_id(entry, received),
        case=entry.case_id,
        event=received.event,
    )


def _event_id(entry: LogEntry, received: EventReceived) -> UUID:
    """That of its stream; of its header where another event had that id first."""
    stream: UUID = entry.originator_id
    with suppress(msgspec.DecodeError):
        if stream == second_stream(event := decode_header(received.header).id, received):
            return event
    return stream


class AuditLog:
    """Read once, in order. `next_leaf`: the index of the leaf that is expected next; `until`: only what is integrated
    is compared."""

    def __init__(self, app: ServiceApplication, position: int = 0, next_leaf: int = 0) -> None:
        self._app, self.position, self.next_leaf = app, position, next_leaf
        (row,) = app.recorder.fetch("SELECT position, size FROM {schema}.ledger")
        self.until: int = row["position"]
        self._ledger_size: int = row["size"]

    def read_batch(self, size: int) -> Iterator[AuditedEvent | Finding]:
        entries = self._app.recorder.select_notifications(self.position, size, self.until, inclusive_of_start=False)
        leaves = Ledger(self._app.recorder).leaves([entry.originator_id for entry in entries])
        for entry in entries:
            yield from self._check(entry, leaves.get(entry.originator_id))
        self.position = entries[-1].id if len(entries) == size else self.until
        if self.position == self.until:
            yield from self._missing_events(self._ledger_size)

    def find_event(self, header: Header) -> tuple[AuditedEvent | None, Leaf | None]:
        """What audit's log and the ledger have under an event's id: of this service's log, if there are two."""
        leaves = Ledger(self._app.recorder).leaves(streams := [second_stream(header.id, header), header.id])
        for stream in streams:
            for entry in self._app.recorder.entries_of_stream(stream):
                if isinstance(received := self._read(entry), EventReceived):
                    return read_audited(entry, received, leaves.get(stream)), leaves.get(stream)
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
        event = read_audited(entry, received, leaf)
        if leaf is not None and leaf.index > self.next_leaf:
            yield from self._missing_events(leaf.index)
        if leaf is None or leaf.index != self.next_leaf:
            yield _finding(FindingKind.WITHOUT_LEAF, entry, event)
        elif not event.matches_leaf or not columns_match(entry, received, decode_header(received.header)):
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
