"""Whose is a request? Of the unit that received it, and of the one to which it was transferred."""

from __future__ import annotations

from uuid import UUID

from intake import bootstrap
from intake.domain.register import register
from shared.access import ProtectedCase
from shared.eventlog import ServiceApplication, UnknownCase


def dossier(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    """An identity of the register whose every right is to a dossier is of that dossier's unit, and as confidential
    as it is; others are nobody's."""
    try:
        known = app.load(bootstrap.requests, id)
    except UnknownCase:
        return _of_a_bearer(app, id)
    concerned = frozenset(filter(None, (known.state.unit, known.state.to_unit)))
    return ProtectedCase(id, concerned) if known.version else None


def _of_a_bearer(app: ServiceApplication, identity: UUID) -> ProtectedCase | None:
    try:
        rights = app.load(register.decider, identity).state.rights
    except UnknownCase:
        return None
    cases = {right.case for right in rights}
    if not cases or None in cases:
        return None
    dossiers = [dossier(app, case) for case in cases if case]
    told = [app.recorder.case_access(case) for case in cases if case]
    units = frozenset(unit for each in dossiers if each for unit in each.units)
    adviser = told[0].adviser if len(told) == 1 and told[0] else None
    return ProtectedCase(identity, units, confidential=any(each.confidential for each in told if each), adviser=adviser)
