"""Closed timestamps: until when audit has received all that each service recorded.

An answer as of an instant before the closed timestamp of every service is final."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from shared.eventlog import ServiceApplication
from shared.kernel import PHASE_SERVICES

NEVER = "Audit n’a encore rien reçu de ce service."
UNANNOUNCED = "Ce service n’a pas encore dit jusqu’où va son journal."
HALTED = "Audit ne suit plus ce service, qui présente un autre journal."
FOREIGN = "Audit ne suit plus ce service, qui a parlé au nom d’un autre."
BEHIND = "Ce que ce service a enregistré n’est reçu en entier que jusqu’au {until:%d/%m/%Y à %H:%M:%S} UTC."


class PendingService(BaseModel):
    """A service of which something recorded by the requested instant may still arrive. `received_until`: before it,
    everything was received, by the clock of that service; null when it is not known."""

    service: str
    received_until: datetime | None
    detail: str


def find_pending_services(app: ServiceApplication, instant: datetime) -> list[PendingService]:
    """A service that is not pending stays so: its log only grows at its end, and its clock never goes back."""
    return list(_pending_services(app, instant))


def _pending_services(app: ServiceApplication, instant: datetime) -> Iterator[PendingService]:
    sources = {row.pop("publisher"): row for row in app.recorder.fetch(SELECT_SOURCES)}
    for service in PHASE_SERVICES:
        source = sources.get(service)
        until = source["until"].astimezone(UTC) if source and source["until"] else None
        if until is None or until <= instant:
            yield PendingService(service=service, received_until=until, detail=_reason(source, until))


def _reason(source: dict[str, Any] | None, until: datetime | None) -> str:
    if source is None:
        return NEVER
    if source["halted"]:
        return FOREIGN if source["halted_as_foreign"] else HALTED
    return BEHIND.format(until=until) if until else UNANNOUNCED


SELECT_SOURCES = """
    SELECT s.publisher, s.halted, s.halted_as_foreign, greatest(s.received_until,
        CASE WHEN s.announced <= coalesce(t.number, 0) THEN s.announced_until END) AS until
    FROM {schema}.sources s
    LEFT JOIN {schema}.tracked t ON (t.publisher, t.log_id, t.partition) = (s.publisher, s.log_id, -1)
"""
