"""What does audit believe of what it holds? What its ledger committed to; of a case with an altered event, nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from audit.domain import EventReceived, ReceivedEvent, case_access
from audit.ledger.integrator import is_committed
from audit.ledger.opening import FIRST
from audit.ledger.store import Leaf, Ledger
from shared.eventlog import LogEntry, ServiceApplication, UnreadableEvent
from shared.kernel import CaseAccess
from shared.messaging import Header

log = logging.getLogger(__name__)
decode_header = msgspec.json.Decoder(Header).decode


class TamperedEvent(Exception):
    """The event that is not what the ledger committed to, or the last one that the case's row contradicts."""

    def __init__(self, event: UUID) -> None:
        super().__init__(str(event))
        self.event = event


@dataclass(frozen=True, slots=True)
class VerifiedEvent:
    """An event with the leaf that commits to it; null until it is integrated, about a second after it was heard."""

    heard: EventReceived
    header: Header
    leaf: Leaf | None

    @property
    def opens_body(self) -> bool:
        """Whether what it told to all is committed to as well."""
        return self.leaf is not None and self.leaf.form != FIRST

    @property
    def case_access(self) -> CaseAccess | None:
        return case_access(ReceivedEvent(), self.heard)


def load_verified_events(app: ServiceApplication, case: UUID) -> list[VerifiedEvent]:
    """All that was heard of a case, or of an identity, in audit's order.

    Raises Disbelieved, which the ledger's health then tells until it is mended: what differs may be a withdrawal."""
    try:
        return _checked(app, case)
    except TamperedEvent as found:
        noted = "INSERT INTO {schema}.disbelieved (event_id) VALUES (%s) ON CONFLICT DO NOTHING RETURNING event_id"
        if app.recorder.fetch(noted, (found.event,)):
            log.critical("%s is not what the ledger committed to: nothing of %s is believed", found.event, case)
        raise


def find_tampered_events(app: ServiceApplication) -> list[UUID]:
    """Of the cases where something was noticed, the event that closes each now; one that is gone since, itself."""
    noticed = app.recorder.fetch("SELECT event_id FROM {schema}.disbelieved ORDER BY noticed_at")
    return [*dict.fromkeys(event for row in noticed if (event := _still(app, row["event_id"])))]


def _still(app: ServiceApplication, event: UUID) -> UUID | None:
    entries = app.recorder.entries_of_stream(event)
    if not entries:
        return event
    try:
        _checked(app, entries[0].case_id)
    except TamperedEvent as found:
        return found.event
    return None


def _checked(app: ServiceApplication, case: UUID) -> list[VerifiedEvent]:
    entries = app.recorder.entries_of_case(case)
    integrated, leaves = Ledger(app.recorder).committed([_id(entry) for entry in entries])
    found = [_read(app, entry, leaves.get(_id(entry)), integrated) for entry in entries]
    _agrees(app.recorder.case_access(case), found)
    return found


def _read(app: ServiceApplication, entry: LogEntry, leaf: Leaf | None, integrated: int) -> VerifiedEvent:
    try:
        heard: EventReceived = app.mapper.to_domain_event(entry).data
        header = decode_header(heard.header)
    except UnreadableEvent:
        raise TamperedEvent(_id(entry)) from None
    committed = entry.id > integrated if leaf is None else is_committed(leaf, heard)
    if not committed or not columns_agree(entry, heard, header):
        raise TamperedEvent(_id(entry))
    return VerifiedEvent(heard, header, leaf=leaf)


def _agrees(row: CaseAccess | None, found: Sequence[VerifiedEvent]) -> None:
    """The row that the policy and the lists read is what the last event says."""
    told = [each for each in found if each.case_access]
    if found and row != (told[-1].case_access if told else None):
        raise TamperedEvent((told or found)[-1].header.id)


def columns_agree(entry: LogEntry, heard: EventReceived, header: Header) -> bool:
    """Whether what stands beside a header says the same: no leaf commits to it, and it is read first."""
    said = heard.publisher, heard.log_id, heard.position, heard.event, heard.recorded_at
    told = header.publisher, header.log_id, header.position, header.event, header.recorded_at
    return (_id(entry), entry.case_id, *said) == (header.id, header.case, *told)


def _id(entry: LogEntry) -> UUID:
    """Each event heard has one stream, under its own id."""
    return entry.originator_id  # type: ignore[return-value]
