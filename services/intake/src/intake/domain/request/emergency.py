"""Emergency access: a colleague of the unit reads a confidential case for three hours. It is recorded with its reason
before anything is shown, and stays a task of whoever is in charge until they have read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from intake.domain.mail import MailKind, queue_alert
from intake.domain.request.archive import ARCHIVED, require_not_archived
from intake.domain.request.confidentiality import NOT_IN_CHARGE, manages_unit
from intake.domain.request.state import EmergencyAccess, Request
from shared.access.emergency_access import ReplicateEmergencyAccess, emergency_access_id
from shared.access.emergency_access import decider as replica
from shared.kernel import CompanionCommand, Context, Encrypted, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

DURATION = timedelta(hours=3)
"""Enough for a telephone call and what follows from it; whoever needs more is put in charge by the manager."""
NOT_NEEDED = Refusal("emergency-access-not-needed", "Vous voyez déjà ce dossier")
NONE_TO_ACKNOWLEDGE = Refusal("no-emergency-access", "Aucun accès d’urgence à relire")


@event("emergency-access-opened", label="Accès d’urgence ouvert sur un dossier confidentiel")
class EmergencyAccessOpened:
    """`by`: who reads the case from `at` until `until`."""

    by: str
    at: datetime
    until: datetime
    reason: Encrypted


@event("emergency-access-acknowledged", label="Accès d’urgence relu par qui accompagne le dossier")
class EmergencyAccessAcknowledged:
    """`by`: the adviser in charge, or the unit's manager, who has read of every access so far."""

    by: str


@command(
    title="Ouvrir un accès d’urgence",
    leads_to=(EmergencyAccessOpened,),
    may_refuse=(ARCHIVED, NOT_NEEDED),
)
class OpenEmergencyAccess:
    """The structure needs somebody now, and neither who is in charge nor the manager can be reached.

    It opens the case for reading, in every service, for three hours."""

    reason: Reason


@command(
    title="Prendre connaissance d’un accès d’urgence",
    leads_to=(EmergencyAccessAcknowledged,),
    may_refuse=(ARCHIVED, NONE_TO_ACKNOWLEDGE, NOT_IN_CHARGE),
)
class AcknowledgeEmergencyAccess:
    """Whoever is in charge of the case, or the manager, has read who opened it and why."""


Event = EmergencyAccessOpened | EmergencyAccessAcknowledged


def open_access(request: Request, command: OpenEmergencyAccess, context: Context) -> list[EmergencyAccessOpened]:
    """No event while the actor's own access lasts."""
    require_not_archived(request)
    me = context.actor.id
    if request.confidential is None or request.adviser == me or manages_unit(request, context.actor):
        raise NOT_NEEDED("Il n’est pas fermé pour vous\u00a0: ouvrez-le comme un autre.")
    if any(each.by == me and each.until > context.now for each in request.emergency_accesses):
        return []
    reason = context.text(command.reason)
    return [EmergencyAccessOpened(me, context.now, until=context.now + DURATION, reason=reason)]


def acknowledge(
    request: Request, _command: AcknowledgeEmergencyAccess, context: Context
) -> list[EmergencyAccessAcknowledged]:
    require_not_archived(request)
    if not _is_waiting(request):
        raise NONE_TO_ACKNOWLEDGE("Personne n’en a ouvert depuis la dernière relecture.")
    if not (manages_unit(request, context.actor) or request.adviser == context.actor.id):
        raise NOT_IN_CHARGE("La personne qui accompagne ce dossier le relit, ou la ou le responsable de l’unité.")
    return [EmergencyAccessAcknowledged(context.actor.id)]


def available_commands(request: Request) -> Iterator[type]:
    if request.confidential:
        yield OpenEmergencyAccess
    if _is_waiting(request):
        yield AcknowledgeEmergencyAccess


def companions(event: EmergencyAccessOpened, context: Context) -> Iterator[CompanionCommand]:
    """The copy that the access policy reads, in the transaction of the event."""
    replicate = ReplicateEmergencyAccess(event.by, event.until)
    yield CompanionCommand(replica, emergency_access_id(context.case), command=replicate, case=context.case)


def alert(event: object, context: Context) -> Iterator[CompanionCommand]:
    """Where mail is on: whoever is in charge learns of it at once, if they chose so."""
    if isinstance(event, EmergencyAccessOpened):
        which = f"{event.by} {event.at.isoformat()}"
        yield queue_alert(context.pseudonym, MailKind.EMERGENCY, context.case, which)


def evolve(request: Request, event: Event) -> Request:
    match event:
        case EmergencyAccessOpened(by, at, until=until, reason=reason):
            opened = EmergencyAccess(by, at, until=until, reason=reason)
            return replace(request, emergency_accesses=(*request.emergency_accesses, opened))
        case EmergencyAccessAcknowledged(by):
            read = tuple(
                each if each.acknowledged_by else replace(each, acknowledged_by=by)
                for each in request.emergency_accesses
            )
            return replace(request, emergency_accesses=read)


def _is_waiting(request: Request) -> bool:
    return any(each.acknowledged_by is None for each in request.emergency_accesses)
