"""Authorization: the roles that an operation declares, and the policy on the case that it names.

A refusal is a 403 problem whose `policy` names the rule, and whose text says whom to ask. What the caller sees nothing
of is unknown to them: a 404, the same for what exists and for what does not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request

from shared.access import ARCHIVED_RULE, CONFIDENTIAL_RULE, AccessAction, ProtectedCase, evaluate
from shared.eventlog import UnknownCase
from shared.kernel import ROLE_LABELS, Role
from shared.web.auth.authentication import RIGHT_HEADER, CallerDep
from shared.web.auth.caller import Caller
from shared.web.http import MayWait, ProblemError
from shared.web.requests import names_positions, wait_for_positions

STAFF = (Role.ADVISER, Role.MANAGER, Role.REGIONAL)
CASE_READERS = (*STAFF, Role.LEADER, Role.AUDITOR)
"""Not a provider: it would read what its competitors propose."""
NOT_COVERED = "Ce dossier n’est pas de ceux que votre droit couvre pour cette action."
DRAFTS_NOT_COVERED = (
    "Ce qui précède sa publication, où un nom a pu rester, se lit dans l’unité qui l’a proposée et dans les centres de"
    " ressources."
)
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
EXISTENCE = (AccessAction.READ, AccessAction.HEADERS)
"""What shows at least that a case exists."""
BOUND = frozenset({Role.LEADER, Role.PROVIDER, Role.RECIPIENT})
"""Those who come in by a link to one case."""


@dataclass(frozen=True, slots=True)
class RequiredRoles(MayWait):
    """The roles that an operation is for: a dependency that gives the caller, and can be read from the route."""

    roles: frozenset[Role]

    async def __call__(self, caller: CallerDep, request: Request) -> Caller:
        """Raises ProblemError: 403, rule `role`, for any other role; 503 for a read that waits for a write in vain."""
        if caller.actor.role not in self.roles:
            raise _forbidden_problem("role", _describe_allowed_roles(caller.actor.role, self.roles))
        await wait_for_positions(request)
        return caller

    def waits(self, request: Request) -> bool:
        return names_positions(request)


def requires(*roles: Role) -> Any:
    """Declares the roles of an operation: `caller: Annotated[Caller, requires(*STAFF)]`, or in `dependencies=`."""
    return Depends(RequiredRoles(frozenset(roles)))


CaseReaderDep = Annotated[Caller, requires(*CASE_READERS)]
StaffDep = Annotated[Caller, requires(*STAFF)]


def authorize(caller: Caller, case: UUID | None = None, kind: str | None = None) -> None:
    """Applies the policy to the case that an operation names, or to an operation that names none.

    `kind`: of the aggregate that the address is for; null where any may stand under the id. A read is recorded before
    anything is answered. Raises UnknownCase for what is unknown, or not for the caller at all; ProblemError: 403 with
    the rule that refuses more than they may, 428 without a reason where one is needed, 503 when the read cannot be
    recorded."""
    _check_covered(caller, caller.action, case, kind)
    if case and caller.action is AccessAction.READ:
        authorize_read(caller, case, kind)


def authorize_read(caller: Caller, case: UUID, kind: str | None = None) -> None:
    """A dossier is about to be shown: recorded, or refused."""
    dossier = caller.find_case(case, kind)
    if dossier and dossier.unready:
        raise dossier.unready
    if caller.access:
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


def authorize_data_protection(caller: Caller, case: UUID, kind: str) -> None:
    """For the DPO: may they hold, release or unarchive this case? Raises like `authorize`."""
    _check_covered(caller, AccessAction.DATA_PROTECTION, case, kind)


def authorize_emergency(caller: Caller, case: UUID, kind: str) -> None:
    """For whoever would open a confidential case in an emergency: may they work on it, were it not confidential? Raises
    like `authorize`."""
    known = caller.find_case(case, kind)
    as_if_open = replace(known, confidential=False) if known else None
    _check_covered(replace(caller, find_case=lambda *_: as_if_open), AccessAction.WRITE, case, kind)


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


def authorize_headers(caller: Caller, case: UUID, kind: str | None = None) -> bool:
    """Whether the whole history may be read, or its headers alone. Raises like `authorize` when neither may."""
    if caller.is_hidden(case, kind) and caller.can(AccessAction.HEADERS, case, kind):
        authorize_read(caller, case, kind)
        return False
    authorize(caller, case, kind)
    return True


def authorize_headers_alone(caller: Caller, case: UUID, kind: str | None = None) -> None:
    """For who follows cases and reads none: may they know what was recorded? Raises like `authorize`."""
    _check_covered(caller, AccessAction.HEADERS, case, kind)
    authorize_read(caller, case, kind)


def forwarded_headers(request: Request, caller: Caller) -> dict[str, str]:
    """The headers by which another service answers the same reader: token, right in use, reason and correlation."""
    reader = {name: request.headers[name] for name in ("Authorization", RIGHT_HEADER) if name in request.headers}
    return reader | (caller.access.forwarded_headers() if caller.access else {})


def authorize_drafts(caller: Caller, case: UUID, kind: str | None = None) -> None:
    """For the past of what is shared by all: may they read what it said before somebody read it over? Of anything else,
    nothing. Raises ProblemError 403."""
    known = caller.find_case(case, kind)
    if known is None or not known.shared:
        return
    decision = evaluate(caller.actor, caller.case, AccessAction.READ, replace(known, draft=True))
    if not decision.allowed:
        raise _forbidden_problem(decision.policy, DRAFTS_NOT_COVERED)


def can_change(caller: Caller, case: UUID, kind: str | None = None) -> bool:
    """Whether the policy lets the caller change the case; the roles of each operation come on top."""
    return _find_refusal(caller, AccessAction.WRITE, case, kind) is None


def _check_covered(caller: Caller, action: AccessAction, case: UUID | None, kind: str | None) -> None:
    """The question that every operation asks before it answers."""
    if refusal := _find_refusal(caller, action, case, kind):
        raise refusal


def _find_refusal(caller: Caller, action: AccessAction, case: UUID | None, kind: str | None) -> Exception | None:
    """Whoever sees nothing of a case is told the same of it as of nothing: that it is unknown. A program is told so by
    what it asks for, as it follows cases that no unit has here yet."""
    if caller.actor.role in BOUND and caller.case is None:
        return _forbidden_problem("own-case", "Votre droit doit nommer un dossier.")
    if caller.case is not None and case != caller.case:
        return _forbidden_problem("own-case", "Votre droit n’ouvre pas ce dossier.")
    if case is None:
        return None
    dossier = caller.find_case(case, kind)
    if dossier is None:
        is_program = caller.actor.role is Role.SERVICE and action is AccessAction.READ
        return None if is_program else UnknownCase(str(case))
    decision = evaluate(caller.actor, caller.case, action, dossier)
    if decision.allowed:
        return None
    if case != caller.case and not _may_know(caller, dossier):
        return UnknownCase(str(case))
    return _forbidden_problem(decision.policy, UNCOVERED.get(decision.policy, NOT_COVERED))


def _may_know(caller: Caller, dossier: ProtectedCase) -> bool:
    """Whether the caller sees anything of it, and so knows that it exists."""
    return any(evaluate(caller.actor, caller.case, action, dossier).allowed for action in EXISTENCE)


def confidential_problem() -> ProblemError:
    return _forbidden_problem(CONFIDENTIAL_RULE, UNCOVERED[CONFIDENTIAL_RULE])


def linked_case_problem() -> ProblemError:
    """Stored bytes are shown whole, as their hash commits to them, or not at all."""
    return _forbidden_problem(
        "linked-case",
        "Ce qui est enregistré nomme aussi un dossier que votre droit n’ouvre pas, et ne se montre qu’en entier\u00a0:"
        " la ou le responsable de l’unité peut le lire.",
    )


def _forbidden_problem(policy: str, detail: str) -> ProblemError:
    return ProblemError(403, "forbidden", "Action non permise", detail, policy=policy)
