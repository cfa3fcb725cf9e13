"""Which rights does audit know somebody to hold? Those of the register that the ledger committed to, and no other."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from uuid import UUID

from audit.domain import EventHeard
from audit.ledger.integrator import opens
from audit.ledger.opening import FIRST
from audit.ledger.store import Leaf, Ledger
from shared.contracts.intake import RightGranted, RightRevoked
from shared.decider import Role
from shared.eventlog.application import ServiceApplication
from shared.eventlog.entries import LogEntry
from shared.rights.right import Right
from shared.web.callers import UNREADABLE

log = logging.getLogger(__name__)


def rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    """A right opens something once a leaf commits to it, body and all. Where one event of an identity is not what its
    leaf committed to, the identity holds nothing, for it may be a withdrawal; the ledger's health tells it."""
    held: dict[UUID, Right] = {}
    entries = app.recorder.entries_of_case(identity)
    leaves = Ledger(app.recorder).leaves([_id(entry) for entry in entries])
    for entry in entries:
        leaf = leaves.get(_id(entry))
        heard = _read(app, entry)
        if heard is None or not _believed(heard, entry, leaf):
            _disbelieve(app, _id(entry))
            return ()
        if json.loads(heard.header)["publisher"] != RightGranted.publisher:
            continue  # a service's copy of the register
        if heard.contract == RightRevoked.topic():
            held.pop(RightRevoked.model_validate_json(heard.body or "").right, None)
        elif heard.contract == RightGranted.topic() and leaf is not None and leaf.form != FIRST:
            told = RightGranted.model_validate_json(heard.body or "")
            held[told.right] = Right(
                told.right,
                Role(told.role),
                told.unit,
                told.units,
                told.dossier,
                told.since,
                told.until,
                told.person,
            )
    return tuple(held.values())


def disbelieved(app: ServiceApplication) -> Iterator[UUID]:
    """The events of the register that were found not to be what was committed to, and still are not."""
    noticed = app.recorder.fetch("SELECT event_id FROM {schema}.disbelieved ORDER BY noticed_at")
    leaves = Ledger(app.recorder).leaves([row["event_id"] for row in noticed])
    for row in noticed:
        entries = app.recorder.entries_of_stream(row["event_id"])
        heard = _read(app, entries[0]) if entries else None
        if heard is None or not _believed(heard, entries[0], leaves.get(row["event_id"])):
            yield row["event_id"]


def _believed(heard: EventHeard, entry: LogEntry, leaf: Leaf | None) -> bool:
    """Is it what was committed to, about this identity? What is not integrated yet is compared with nothing."""
    if leaf is None:
        return True
    header = json.loads(heard.header) if opens(leaf, heard) else {}
    return (header.get("id"), header.get("case")) == (str(_id(entry)), str(entry.case_id))


def _read(app: ServiceApplication, entry: LogEntry) -> EventHeard | None:
    try:
        heard: EventHeard = app.mapper.to_domain_event(entry).data
    except UNREADABLE:
        return None
    return heard


def _disbelieve(app: ServiceApplication, event: UUID) -> None:
    told = app.recorder.fetch(
        "INSERT INTO {schema}.disbelieved (event_id) VALUES (%s) ON CONFLICT DO NOTHING RETURNING event_id", (event,)
    )
    if told:
        log.critical("%s is not what the ledger committed to: the rights of this identity open nothing", event)


def _id(entry: LogEntry) -> UUID:
    """Each event heard has one stream, under its own id."""
    return entry.originator_id  # type: ignore[return-value]
