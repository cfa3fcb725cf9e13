"""Confidentiality and assignment of a case, at any time and whatever the phase it has reached."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from intake.domain.request.archive import ARCHIVED, require_not_archived
from intake.domain.request.state import (
    NOT_RECEIVED,
    OUTCOME_GIVEN,
    Confidentiality,
    ConfidentialityGround,
    Request,
    RequestStatus,
    require_status,
)
from shared.kernel import Actor, CaseAccess, Context, Encrypted, Reason, Refusal, Role, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

NOT_IN_CHARGE = Refusal("not-in-charge", "Réservé à qui accompagne ce dossier", status=403)
UNIT_MANAGERS_ONLY = Refusal("unit-managers-only", "Réservé à la ou au responsable de l’unité", status=403)
NOT_CONFIDENTIAL = Refusal("not-confidential", "Dossier non confidentiel")


@event("case-made-confidential", label="Dossier rendu confidentiel")
class CaseMadeConfidential:
    ground: ConfidentialityGround
    reason: Encrypted
    adviser: str | None


@event("confidentiality-lifted", label="Confidentialité du dossier levée")
class ConfidentialityLifted:
    reason: Encrypted
    adviser: str | None


@event("case-assigned", label="Dossier confié à quelqu’un d’autre")
class CaseAssigned:
    adviser: str
    reason: Encrypted
    confidential: bool


@command(
    title="Rendre le dossier confidentiel",
    leads_to=(CaseMadeConfidential,),
    may_refuse=(ARCHIVED, NOT_IN_CHARGE, OUTCOME_GIVEN, NOT_RECEIVED),
)
class MakeConfidential:
    """From now on only the case's adviser and the unit's manager see it, in every phase."""

    ground: ConfidentialityGround
    reason: Reason


@command(
    title="Lever la confidentialité du dossier",
    leads_to=(ConfidentialityLifted,),
    may_refuse=(ARCHIVED, NOT_CONFIDENTIAL, OUTCOME_GIVEN, NOT_RECEIVED, UNIT_MANAGERS_ONLY),
)
class LiftConfidentiality:
    """The unit sees the case again."""

    reason: Reason


@command(
    title="Confier le dossier à quelqu’un d’autre",
    leads_to=(CaseAssigned,),
    may_refuse=(ARCHIVED, OUTCOME_GIVEN, NOT_RECEIVED, UNIT_MANAGERS_ONLY),
)
class AssignCase:
    """Another adviser is in charge of the case. `adviser`: the id that they read under `GET /api/v1/me`."""

    adviser: UUID
    reason: Reason


Event = CaseMadeConfidential | ConfidentialityLifted | CaseAssigned


def make_confidential(request: Request, command: MakeConfidential, context: Context) -> list[CaseMadeConfidential]:
    require_open(request)
    _require_in_charge(request, context.actor)
    if request.confidential and request.confidential.ground is command.ground:
        return []
    adviser = request.adviser if manages_unit(request, context.actor) else context.actor.id
    return [CaseMadeConfidential(command.ground, context.text(command.reason), adviser=adviser)]


def lift_confidentiality(
    request: Request, command: LiftConfidentiality, context: Context
) -> list[ConfidentialityLifted]:
    require_open(request)
    require_manager(request, context.actor)
    if request.confidential is None:
        raise NOT_CONFIDENTIAL("Toute l’unité voit déjà ce dossier\u00a0: il n’y a rien à lever.")
    return [ConfidentialityLifted(context.text(command.reason), request.adviser)]


def assign(request: Request, command: AssignCase, context: Context) -> list[CaseAssigned]:
    require_open(request)
    require_manager(request, context.actor)
    adviser = str(command.adviser)
    if request.assigned and request.adviser == adviser and request.stand_in is None:
        return []
    return [CaseAssigned(adviser, context.text(command.reason), confidential=request.confidential is not None)]


def available_commands(request: Request) -> Iterator[type]:
    yield from (MakeConfidential, AssignCase)
    if request.confidential:
        yield LiftConfidentiality


def case_access(event: Event) -> CaseAccess:
    match event:
        case CaseMadeConfidential(adviser=adviser):
            return CaseAccess(adviser, confidential=True)
        case ConfidentialityLifted(adviser=adviser):
            return CaseAccess(adviser, confidential=False)
        case CaseAssigned(adviser, _, confidential=confidential):
            return CaseAccess(adviser, confidential)


def require_open(request: Request) -> None:
    require_status(request, *RequestStatus)
    require_not_archived(request)


def manages_unit(request: Request, actor: Actor) -> bool:
    """Whether the actor is the manager of the request's unit."""
    return actor.role is Role.MANAGER and actor.unit == request.unit


def _require_in_charge(request: Request, actor: Actor) -> None:
    """Where no adviser is known, whoever makes the case confidential becomes its adviser."""
    if not (manages_unit(request, actor) or request.adviser in (None, actor.id)):
        raise NOT_IN_CHARGE(
            "La confidentialité est demandée par la personne qui accompagne ce dossier, ou par la ou le responsable de "
            "l’unité\u00a0: voyez avec l’un ou l’autre."
        )


def require_manager(request: Request, actor: Actor) -> None:
    if not manages_unit(request, actor):
        raise UNIT_MANAGERS_ONLY("C’est la ou le responsable de l’unité qui en décide\u00a0: demandez-le-lui.")


def evolve(request: Request, event: Event) -> Request:
    match event:
        case CaseMadeConfidential(ground, reason, adviser=adviser):
            confidential = Confidentiality(ground, reason)
            return replace(request, confidential=confidential, adviser=adviser, assigned=adviser is not None)
        case ConfidentialityLifted():
            return replace(request, confidential=None)
        case CaseAssigned(adviser):
            return replace(request, adviser=adviser, assigned=True, stand_in=None)
