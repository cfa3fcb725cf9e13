"""Units to which a request or an identity belongs, and the rights of an identity. The access policy asks for both."""

from __future__ import annotations

from uuid import UUID

from intake.domain.register import register
from intake.domain.request import request
from shared.access import ProtectedCase, find_case_access
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import Right


def find_protected_case(app: ServiceApplication, id: UUID) -> ProtectedCase | None:  # noqa: A002
    """A request belongs to the unit that received it and to the one to which it was transferred.

    An identity whose every right is to one case belongs to that case's unit, and is as confidential. Another belongs to
    the units of all the rights that it was ever given, which may be none."""
    try:
        loaded = app.load(request.decider, id)
    except UnknownCase:
        return _find_protected_identity(app, id)
    units = frozenset(filter(None, (loaded.state.unit, loaded.state.to_unit)))
    return ProtectedCase(id, units) if loaded.version else None


def load_rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    """Intake owns the register, and needs no replica of it."""
    return app.load(register.decider, identity).state.active


def _find_protected_identity(app: ServiceApplication, identity: UUID) -> ProtectedCase | None:
    try:
        rights = app.load(register.decider, identity).state.rights
    except UnknownCase:
        return None
    cases = {right.case for right in rights}
    protected = [find_protected_case(app, case) for case in cases if case]
    units = frozenset(unit for each in protected if each for unit in each.units)
    if None in cases:
        units |= {unit for right in rights for unit in (right.unit, *right.units) if unit}
        return ProtectedCase(identity, units, register=True)
    if not cases:
        return None
    access = [find_case_access(app.recorder, case) for case in cases if case]
    adviser = access[0].adviser if len(access) == 1 and access[0] else None
    confidential = any(each.confidential for each in access if each)
    return ProtectedCase(identity, units, confidential=confidential, adviser=adviser)
