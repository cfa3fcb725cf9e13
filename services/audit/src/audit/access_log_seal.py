"""Seals of audit's own access log: events that audit receives from itself, so that its ledger commits to them too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date
from hashlib import sha256
from uuid import uuid5

from audit import domain
from audit.reactions import to_command
from audit.verified_events import TamperedEvent, load_verified_events
from shared.access.access_log_seal import AccessLogSealed, SealsAltered, access_log_id, fingerprint, unsealed_days
from shared.contracts.access_log import AccessLogSealed as PublishedSeal
from shared.eventlog import ServiceApplication, partition_of
from shared.kernel import Actor, Role, event_name
from shared.messaging import Header, Message


def seal_own_access_log(app: ServiceApplication) -> list[date]:
    """Seals the days that are over and have entries, the oldest first. Returns them; of two replicas at once, one
    records a day."""
    sealed, known = [], read_own_seals(app)
    for number, day in enumerate(unsealed_days(app, known[-1].day if known else None), len(known) + 1):
        message = _seal(app, day, number)
        header = message.header
        context = app.context(header.case, Actor(header.actor, Role.SERVICE))
        if app.handle(domain.decider, header.id, to_command(message), context).events:
            sealed.append(day)
    return sealed


def read_own_seals(app: ServiceApplication) -> list[AccessLogSealed]:
    """Raises SealsAltered when one is not what the ledger committed to."""
    try:
        return list(_read(app))
    except TamperedEvent as altered:
        raise SealsAltered(str(altered.event)) from altered


def _read(app: ServiceApplication) -> Iterator[AccessLogSealed]:
    for event in load_verified_events(app, access_log_id(app.service)):
        seal = PublishedSeal.model_validate_json(event.received.body or "")
        yield AccessLogSealed(seal.day, seal.entries, digest=seal.digest)


def _seal(app: ServiceApplication, day: date, number: int) -> Message:
    """As another service would send it. Its id follows from the day, so that a day is sealed once."""
    entries, digest = fingerprint(app, day)
    body = PublishedSeal(day=day, entries=entries, digest=digest).model_dump(mode="json")
    case, now, name = access_log_id(app.service), app.clock.now().astimezone(UTC), event_name(AccessLogSealed)
    header = Header(
        publisher=app.service,
        log_id=app.recorder.identity().log_id,
        position=number,
        partition=partition_of(case),
        number=number,
        id=uuid5(case, day.isoformat()),
        case=case,
        stream=case,
        version=number,
        event=name.name,
        event_version=name.version,
        recorded_at=now,
        effective_at=now,
        actor=f"service:{app.service}",
        role=Role.SERVICE,
        unit=None,
        causation=None,
        correlation=case,
        rules=None,
        payload_hash=sha256(json.dumps(body, sort_keys=True).encode()).hexdigest(),
    )
    return Message.of(header, PublishedSeal.topic(), body, name.label)
