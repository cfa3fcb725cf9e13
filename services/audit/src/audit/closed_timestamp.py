"""Is everything heard that the services had recorded by a past instant, or may something of it still arrive?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from shared.eventlog import ServiceApplication
from shared.kernel import PHASE_SERVICES

NEVER = "Audit n’a encore rien entendu de ce service."
UNANNOUNCED = "Ce service n’a pas encore dit jusqu’où va son journal."
HALTED = "Audit n’écoute plus ce service, qui parle d’un autre journal."
BEHIND = "Ce que ce service a enregistré n’est entendu en entier que jusqu’au {until:%d/%m/%Y à %H:%M:%S} UTC."


class PendingService(BaseModel):
    """A service of which something recorded by the instant asked for may still arrive. `heard_until`: before it, all
    was heard, by the clock of that service; null when nothing tells."""

    service: str
    heard_until: datetime | None
    detail: str


def find_pending_services(app: ServiceApplication, instant: datetime) -> list[PendingService]:
    """Once a service is settled it stays so: its log only grows at its end, and its clock never goes back."""
    return list(_unsettled(app, instant))


def _unsettled(app: ServiceApplication, instant: datetime) -> Iterator[PendingService]:
    heard = {row.pop("publisher"): row for row in app.recorder.fetch(SELECT_RECEIVED)}
    for service in PHASE_SERVICES:
        told = heard.get(service)
        until = told["until"].astimezone(UTC) if told and told["until"] else None
        if until is None or until <= instant:
            yield PendingService(service=service, heard_until=until, detail=_why(told, until))


def _why(told: dict[str, Any] | None, until: datetime | None) -> str:
    if told is None:
        return NEVER
    if told["halted"]:
        return HALTED
    return BEHIND.format(until=until) if until else UNANNOUNCED


SELECT_RECEIVED = """
    SELECT s.publisher, s.halted, greatest(s.received_until,
        CASE WHEN s.announced <= coalesce(t.number, 0) THEN s.announced_until END) AS until
    FROM {schema}.sources s
    LEFT JOIN {schema}.tracked t ON (t.publisher, t.log_id, t.partition) = (s.publisher, s.log_id, -1)
"""
