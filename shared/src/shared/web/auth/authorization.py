"""Authorization: the roles that an operation declares, and the policy on the case that it names.

A refusal is a 403 problem whose `policy` names the rule, and whose text says whom to ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from shared.access import ARCHIVED_RULE, CONFIDENTIAL_RULE, AccessAction, evaluate
from shared.kernel import ROLE_LABELS, Role
from shared.web.auth.authentication import RIGHT_HEADER, Caller, CallerDep
from shared.web.http import ProblemError
from shared.web.requests import wait_for_positions

STAFF = (Role.ADVISER, Role.MANAGER, Role.REGIONAL)
CASE_READERS = (*STAFF, Role.LEADER, Role.AUDITOR)
"""Not a provider: it would read what its competitors propose."""
NOT_COVERED = "Ce dossier n’est pas de ceux que votre droit couvre pour cette action."
PERSON_NOT_COVERED = (
    "Cette personne n’est connue d’aucun dossier que votre droit couvre\u00a0: adressez-vous au ou à la DPO de"
    " l’unité qui l’accompagne."
)
UNCOVERED = {
    CONFIDENTIAL_RULE: "Ce dossier est confidentiel\u00a0: la personne qui l’accompagne et la ou le responsable de son "
    "unité sont seuls à le voir. Adressez-vous à la ou au responsable, qui peut vous le confier.",
    ARCHIVED_RULE: "Ce dossier est en archive\u00a0: seuls la ou le responsable de l’unité, l’audit et le ou la DPO le "
    "lisent encore, en disant pourquoi, et personne n’y change rien. S’il vous est de nouveau nécessaire, le ou la "
    "DPO peut l’en sortir.",
}
BOUND = frozenset({Role.LEADER, Role.PROVIDER})
"""Those who come in by a link to one case."""


@dataclass(frozen=True, slots=True)
class RequiredRoles:
    """The roles that an operation is for: a dependency that gives the caller, and can be read from the route."""

    roles: frozenset[Role]

    async def __call__(self, caller: CallerDep, request: Request) -> Caller:
        """Raises ProblemError: 403, rule `role`, for any other role; 503 for a read that waits for a write in vain."""
        if caller.actor.role not in self.roles:
            raise _forbidden_problem("role", _describe_allowed_roles(caller.actor.role, self.roles))
        await wait_for_positions(request)
        return caller


def requires(*roles: Role) -> Any:
    """Declares the roles of an operation: `caller: Annotated[Caller, requires(*STAFF)]`, or in `dependencies=`."""
    return Depends(RequiredRoles(frozenset(roles)))


CaseReaderDep = Annotated[Caller, requires(*CASE_READERS)]
StaffDep = Annotated[Caller, requires(*STAFF)]


def authorize(caller: Caller, case: UUID | None = None) -> None:
    """Applies the policy to the case that an operation names, or to an operation that names none.

    A read is recorded before anything is answered. Raises ProblemError: 403 with the rule that refuses, 428 without a
    reason where one is needed, 503 when the read cannot be recorded."""
    _check_covered(caller, caller.action, case)
    if case and caller.action is AccessAction.READ:
        authorize_read(caller, case)


def authorize_read(caller: Caller, case: UUID) -> None:
    """A dossier is about to be shown: recorded, or refused."""
    if caller.access:
        dossier = caller.find_case(case)
        caller.access.record_case(case, dossier.units if dossier else (), archived=bool(dossier and dossier.archived))


def _describe_allowed_roles(role: Role, roles: frozenset[Role]) -> str:
    """The roles that it is for, and whom to ask."""
    people = ", ".join(ROLE_LABELS[each] for each in Role if each in roles - {Role.SERVICE})
    whose = f"elle est ouverte à ces rôles\u00a0: {people}" if people else "elle est réservée aux services du DLA"
    if role in BOUND:
        ask = "la personne du DLA qui suit votre dossier le fera avec vous"
    else:
        ask = "adressez-vous à l’une de ces personnes, ou à qui vous a donné vos droits s’il vous en faut un autre"
    acting = f"Vous agissez ici comme {ROLE_LABELS[role]}\u00a0: {ask}."
    return f"Votre rôle ne permet pas cette action\u202f; {whose}. {acting}"


def authorize_data_protection(caller: Caller, case: UUID) -> None:
    """For the DPO: may they hold, release or unarchive this case? Raises ProblemError 403 with the rule that
    refuses."""
    _check_covered(caller, AccessAction.DATA_PROTECTION, case)


def authorize_person(caller: Caller, person: UUID, cases: Iterable[UUID]) -> frozenset[UUID]:
    """The cases that name a person and that the DPO's right covers; the read is recorded, whichever these are.

    Raises ProblemError: 403 when cases name the person and the right covers none of them, 428 without a reason."""
    cases = frozenset(cases)
    covered = frozenset(case for case in cases if caller.protects(case))
    if cases and not covered:
        raise _forbidden_problem("no-rule", PERSON_NOT_COVERED)
    if caller.access:
        known = [protected for case in covered if (protected := caller.find_case(case))]
        units = {unit for each in known for unit in each.units} & {*caller.actor.territory}
        caller.access.record_case(person, units or caller.actor.territory)
    return covered


def authorize_headers(caller: Caller, case: UUID) -> bool:
    """Whether the whole history may be read, or its headers alone. Raises like `authorize` when neither may."""
    if caller.is_hidden(case) and caller.can(AccessAction.HEADERS, case):
        authorize_read(caller, case)
        return False
    authorize(caller, case)
    return True


def forwarded_headers(request: Request, caller: Caller) -> dict[str, str]:
    """The headers by which another service answers the same reader: token, right in use, reason and correlation."""
    reader = {name: request.headers[name] for name in ("Authorization", RIGHT_HEADER) if name in request.headers}
    return reader | (caller.access.forwarded_headers() if caller.access else {})


def can_change(caller: Caller, case: UUID) -> bool:
    """Whether the policy lets the caller change the case; the roles of each operation come on top."""
    try:
        _check_covered(caller, AccessAction.WRITE, case)
    except ProblemError:
        return False
    return True


def _check_covered(caller: Caller, action: AccessAction, case: UUID | None) -> None:
    if caller.actor.role in BOUND and caller.case is None:
        raise _forbidden_problem("own-case", "Votre droit doit nommer un dossier.")
    if caller.case is not None and case != caller.case:
        raise _forbidden_problem("own-case", "Votre droit n’ouvre pas ce dossier.")
    dossier = caller.find_case(case) if case else None
    if dossier is None:
        return
    decision = evaluate(caller.actor, caller.case, action, dossier)
    if not decision.allowed:
        raise _forbidden_problem(decision.policy, UNCOVERED.get(decision.policy, NOT_COVERED))


def confidential_problem() -> ProblemError:
    return _forbidden_problem(CONFIDENTIAL_RULE, UNCOVERED[CONFIDENTIAL_RULE])


def _forbidden_problem(policy: str, detail: str) -> ProblemError:
    return ProblemError(403, "forbidden", "Action non permise", detail, policy=policy)
