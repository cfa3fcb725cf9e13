"""Integrity gate: only events that the ledger committed to are used. One tampered event blocks its whole case."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from audit.domain import EventReceived, ReceivedEvent, case_access, second_stream
from audit.ledger.integrator import is_committed
from audit.ledger.store import Leaf, Ledger
from shared.access import read_case_access
from shared.eventlog import LogEntry, ServiceApplication, UnreadableEvent
from shared.kernel import CaseAccess
from shared.messaging import Header

log = logging.getLogger(__name__)
decode_header = msgspec.json.Decoder(Header).decode


class TamperedEvent(Exception):
    """An event that is not what the ledger committed to, or the last one of a case whose access row contradicts it."""

    def __init__(self, event: UUID) -> None:
        super().__init__(str(event))
        self.event = event


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event with the leaf that commits to it; null until it is integrated, about a second after it was received.
    `stream`: its id in audit, which is the event's own unless another had it first."""

    received: EventReceived
    header: Header
    leaf: Leaf | None
    stream: UUID

    @property
    def is_committed(self) -> bool:
        return self.leaf is not None

    @property
    def case_access(self) -> CaseAccess | None:
        return case_access(ReceivedEvent(), self.received)


def load_verified_events(app: ServiceApplication, case: UUID) -> list[VerifiedEvent]:
    """All that was received of a case, or of an identity, in audit's order.

    Raises TamperedEvent, and stores it: the ledger's health names it until it is repaired, since what was changed may
    be the withdrawal of a right."""
    try:
        return _verify(app, case)
    except TamperedEvent as tampered:
        insert = "INSERT INTO {schema}.tampered_events (event_id) VALUES (%s) ON CONFLICT DO NOTHING RETURNING event_id"
        if app.recorder.fetch(insert, (tampered.event,)):
            log.critical("%s is not what the ledger committed to: nothing of %s is shown", tampered.event, case)
        raise


def find_tampered_events(app: ServiceApplication) -> list[UUID]:
    """Of the cases where tampering was noticed, the event that blocks each now; one that is missing since, itself."""
    noticed = app.recorder.fetch("SELECT event_id FROM {schema}.tampered_events ORDER BY noticed_at")
    return [*dict.fromkeys(event for row in noticed if (event := _find_blocking(app, row["event_id"])))]


def _find_blocking(app: ServiceApplication, event: UUID) -> UUID | None:
    entries = app.recorder.entries_of_stream(event)
    if not entries:
        return event
    try:
        _verify(app, entries[0].case_id)
    except TamperedEvent as tampered:
        return tampered.event
    return None


def _verify(app: ServiceApplication, case: UUID) -> list[VerifiedEvent]:
    entries = app.recorder.entries_of_case(case)
    leaves, integrated = Ledger(app.recorder).leaves_and_position([_id(entry) for entry in entries])
    events = [_read(app, entry, leaves.get(_id(entry)), integrated) for entry in entries]
    _check_access_row(read_case_access(app.recorder, case), events)
    return events


def _read(app: ServiceApplication, entry: LogEntry, leaf: Leaf | None, integrated: int) -> VerifiedEvent:
    try:
        received: EventReceived = app.mapper.to_domain_event(entry).data
        header = decode_header(received.header)
    except (UnreadableEvent, msgspec.DecodeError):
        raise TamperedEvent(_id(entry)) from None
    is_sound = entry.id > integrated if leaf is None else is_committed(leaf, received)
    if not is_sound or not columns_match(entry, received, header):
        raise TamperedEvent(_id(entry))
    return VerifiedEvent(received, header, leaf=leaf, stream=_id(entry))


def _check_access_row(row: CaseAccess | None, events: Sequence[VerifiedEvent]) -> None:
    """The row that the access policy and the lists read must be what the last event says."""
    deciding = [each for each in events if each.case_access]
    if events and row != (deciding[-1].case_access if deciding else None):
        raise TamperedEvent((deciding or events)[-1].stream)


def columns_match(entry: LogEntry, received: EventReceived, header: Header) -> bool:
    """Whether the copies of the header's fields say the same: no leaf commits to them, and they are read first."""
    copies = received.publisher, received.log_id, received.position, received.event, received.recorded_at
    originals = header.publisher, header.log_id, header.position, header.event, header.recorded_at
    is_its_own = _id(entry) == header.id or _id(entry) == second_stream(header.id, received)
    return is_its_own and (entry.case_id, *copies) == (header.case, *originals)


def _id(entry: LogEntry) -> UUID:
    """Each received event has one stream, under its own id, or its second one."""
    return entry.originator_id
