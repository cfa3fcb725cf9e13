"""Who is in charge of a dossier, and does the unit see it? Said at any time, whatever the phase it has come to."""

from __future__ import annotations

from collections.abc import Iterator

from intake.domain import archive
from intake.domain.commands import EntrustDossier, LiftConfidentiality, MakeConfidential
from intake.domain.events import ConfidentialityLifted, DossierEntrusted, DossierMadeConfidential, Event
from intake.domain.state import Request
from shared.kernel import Actor, CaseAccess, Context, Refusal, Role

NOT_IN_CHARGE = Refusal("not-in-charge", "Réservé à qui accompagne ce dossier", status=403)
UNIT_MANAGERS_ONLY = Refusal("unit-managers-only", "Réservé à la ou au responsable de l’unité", status=403)
NOT_CONFIDENTIAL = Refusal("not-confidential", "Dossier non confidentiel")


def decided(
    request: Request, command: MakeConfidential | LiftConfidentiality | EntrustDossier, context: Context
) -> list[Event]:
    archive.check_worked_on(request)
    match command:
        case MakeConfidential(reason, motive):
            _check_in_charge(request, context.actor)
            if request.confidential and request.confidential.reason is reason:
                return []
            adviser = request.adviser if _manages(request, context.actor) else context.actor.id
            return [DossierMadeConfidential(reason, context.text(motive), adviser=adviser)]
        case LiftConfidentiality(motive):
            _check_manager(request, context.actor)
            if request.confidential is None:
                raise NOT_CONFIDENTIAL("Toute l’unité voit déjà ce dossier\u00a0: il n’y a rien à lever.")
            return [ConfidentialityLifted(context.text(motive), request.adviser)]
        case EntrustDossier(adviser, motive):
            _check_manager(request, context.actor)
            if request.by_name and request.adviser == str(adviser):
                return []
            return [DossierEntrusted(str(adviser), context.text(motive), confidential=request.confidential is not None)]


def available_commands(request: Request) -> Iterator[type]:
    yield from (MakeConfidential, EntrustDossier)
    if request.confidential:
        yield LiftConfidentiality


def case_access(request: Request, event: Event) -> CaseAccess | None:
    match event:
        case DossierMadeConfidential(adviser=adviser):
            return CaseAccess(adviser, confidential=True)
        case ConfidentialityLifted(adviser=adviser):
            return CaseAccess(adviser, confidential=False)
        case DossierEntrusted(adviser, _, confidential=confidential):
            return CaseAccess(adviser, confidential)
    return archive.case_access(request, event)


def _manages(request: Request, actor: Actor) -> bool:
    return actor.role is Role.MANAGER and actor.unit == request.unit


def _check_in_charge(request: Request, actor: Actor) -> None:
    """Where nobody is known to be in charge, whoever asks takes it."""
    if not (_manages(request, actor) or request.adviser in (None, actor.id)):
        raise NOT_IN_CHARGE(
            "La confidentialité est demandée par la personne qui accompagne ce dossier, ou par la ou le responsable de "
            "l’unité\u00a0: voyez avec l’un ou l’autre."
        )


def _check_manager(request: Request, actor: Actor) -> None:
    if not _manages(request, actor):
        raise UNIT_MANAGERS_ONLY("C’est la ou le responsable de l’unité qui en décide\u00a0: demandez-le-lui.")
