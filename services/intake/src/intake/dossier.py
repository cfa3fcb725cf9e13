"""Whose is a request? Of the unit that received it, and of the one to which it was transferred."""

from __future__ import annotations

from uuid import UUID

from intake import deployed
from shared.eventlog.application import ServiceApplication, UnknownCase
from shared.rights.policy import Dossier


def dossier(app: ServiceApplication, id: UUID) -> Dossier | None:  # noqa: A002
    """Of the register's identities nobody's: they belong to no unit."""
    try:
        known = app.load(deployed.requests, id)
    except UnknownCase:
        return None
    concerned = frozenset(filter(None, (known.state.unit, known.state.to_unit)))
    return Dossier(id, concerned) if known.version else None
