"""Whose is a case? Of the units that acted on it in intake, where every case begins; a fund’s, where it was opened."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from audit.domain import EventHeard
from shared.contracts.intake import RequestAdmitted
from shared.eventlog.application import ServiceApplication
from shared.rights.policy import Dossier


def dossier(app: ServiceApplication, id: UUID) -> Dossier | None:  # noqa: A002
    """A request that a follow-up opened is its origin's unit's, until somebody takes it up."""
    heard: list[EventHeard] = [recorded.data for _, recorded in app.events_of(app.recorder.entries_of_case(id))]
    if not heard:
        return None
    headers = [_header(each) for each in heard]
    begun = [header for header in headers if header["publisher"] == RequestAdmitted.publisher] or headers
    concerned = frozenset(header["unit"] for header in begun if header["unit"])
    origin = UUID(headers[0]["correlation"])
    if not concerned and origin != id:
        before = dossier(app, origin)
        return Dossier(id, before.units if before else frozenset())
    return Dossier(id, concerned)


def _header(heard: EventHeard) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(heard.header)
    return header
