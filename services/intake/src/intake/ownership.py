"""Units to which a request or an identity belongs, and the rights of an identity. The access policy asks for both."""

from __future__ import annotations

from uuid import UUID

from intake.domain.register import register
from intake.domain.register.state import Register
from intake.domain.request import request
from intake.domain.request.state import Request
from shared.access import OwnedKind, Ownership, ProtectedCase, find_each_case_access
from shared.eventlog import ServiceApplication
from shared.kernel import Right


def load_rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    """Intake owns the register, and needs no replica of it."""
    return app.load(register.decider, identity).state.active


def _find_owner(_app: ServiceApplication, id: UUID, state: Request) -> ProtectedCase:  # noqa: A002
    """A request belongs to the unit that received it and to the one to which it was transferred."""
    return ProtectedCase(id, frozenset(filter(None, (state.unit, state.to_unit))))


def _find_owner_of_identity(app: ServiceApplication, identity: UUID, state: Register) -> ProtectedCase | None:
    """An identity whose every right is to one case belongs to that case's unit, and is as confidential. Another belongs
    to the units of all the rights that it was ever given, which may be none.

    As many statements for many cases as for none."""
    cases = sorted({right.case for right in state.rights if right.case})
    requests = app.load_each(request.decider, cases)
    access = find_each_case_access(app.recorder, cases)
    units = frozenset(filter(None, (unit for each in requests.values() for unit in (each.unit, each.to_unit))))
    if any(right.case is None for right in state.rights):
        units |= {unit for right in state.rights for unit in (right.unit, *right.units) if unit}
        return ProtectedCase(identity, units, register=True)
    if not cases:
        return None
    adviser = next(iter(access.values())).adviser if len(cases) == len(access) == 1 else None
    confidential = any(each.confidential for each in access.values())
    return ProtectedCase(identity, units, confidential=confidential, adviser=adviser)


find_protected_case = Ownership(
    OwnedKind(request.decider, _find_owner), OwnedKind(register.decider, _find_owner_of_identity)
)
