"""Days that a provider has worked, and its final report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from parcours.domain.attachments import REQUIRES_ATTACHMENT, cite_attachment, with_attachment
from parcours.domain.guards import (
    ACTION_NOT_AT_THIS_STEP,
    NOT_YOUR_ASSIGNMENT,
    RECEIPT,
    REPORT_ALREADY_ACCEPTED,
    REQUIRES_CONSULTING,
    REQUIRES_SINCE_SIGNATURE,
    REQUIRES_VALIDATED_ACTION,
    require_agreement,
    require_consulting_action,
    require_open_report,
    require_retained,
    require_since_signature,
    require_validated_action,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import Action, ActionStatus, Days, Parcours, ParcoursStatus
from shared.kernel import CompanionCommand, Context, Day, Refusal, Role, event
from shared.kernel.events import command
from shared.kernel.french import format_count
from shared.kernel.frozen import replace

BEYOND_AGREED_DAYS = Refusal("beyond-agreed-days", "Jours convenus dépassés")
NO_REPORT = Refusal("no-report", "Rapport final non reçu", depends_on_body=True)
REPORT_ALREADY_RECEIVED = Refusal("report-already-received", "Rapport final déjà reçu")


@event("days-recorded", label="Jours d’intervention réalisés", effective="worked_until")
class DaysRecorded:
    action: UUID
    days: int
    worked_until: date | None = None


@event("final-report-received", label="Rapport final reçu", effective="received_on")
class FinalReportReceived:
    action: UUID
    received_on: date
    attachment: UUID | None = None


@event("final-report-accepted", label="Rapport final accepté", effective="received_on")
class FinalReportAccepted:
    action: UUID
    received_on: date


@command(
    title="Compter des jours d’intervention",
    leads_to=(DaysRecorded,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        REPORT_ALREADY_ACCEPTED,
        BEYOND_AGREED_DAYS,
        *REQUIRES_SINCE_SIGNATURE,
    ),
)
class RecordDays:
    """The provider has worked so many more days, in all at most those agreed; `worked_until`: the last of them."""

    action: UUID
    days: Days
    worked_until: Day | None = None


@command(
    title="Consigner la réception d’un rapport final",
    leads_to=(FinalReportReceived,),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        NOT_YOUR_ASSIGNMENT,
        REPORT_ALREADY_RECEIVED,
        *REQUIRES_SINCE_SIGNATURE,
        *REQUIRES_ATTACHMENT,
    ),
)
class ReceiveFinalReport:
    """The provider's final report has been received; it is to be read. `attachment`: the report itself."""

    action: UUID
    received_on: Day
    attachment: UUID | None = None


@command(
    title="Accepter un rapport final",
    leads_to=(FinalReportReceived, FinalReportAccepted),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        REPORT_ALREADY_ACCEPTED,
        NO_REPORT,
        *REQUIRES_SINCE_SIGNATURE,
    ),
)
class AcceptFinalReport:
    """The provider's final report is accepted; `received_on`, if its receipt was not recorded before."""

    action: UUID
    received_on: Day | None = None


Command = RecordDays | ReceiveFinalReport | AcceptFinalReport


Event = DaysRecorded | FinalReportReceived | FinalReportAccepted


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    require_consulting_action(parcours, command.action)
    match command:
        case RecordDays(key, days):
            action = require_open_report(require_validated_action(parcours, key, ActionStatus.STARTED))
            _check_days(action, days)
            if command.worked_until:
                require_since_signature(action, command.worked_until, context, "La date de l’intervention")
            return [DaysRecorded(key, days, worked_until=command.worked_until)]
        case ReceiveFinalReport(key, received_on):
            action = _to_report(parcours, key)
            _check_own(action, context)
            if action.report_received_on:
                raise REPORT_ALREADY_RECEIVED("Le rapport final de cette prestation est déjà reçu.")
            received_on = require_since_signature(action, received_on, context, RECEIPT)
            return [FinalReportReceived(key, received_on, attachment=command.attachment)]
        case AcceptFinalReport():
            return _accept_report(parcours, command, context)


def _check_days(action: Action, days: int) -> None:
    agreed = require_agreement(action).terms.days
    if action.days + days > agreed:
        raise BEYOND_AGREED_DAYS.of_body(agreed > action.days)(
            f"La convention prévoit {format_count(agreed, 'jour')}, dont {action.days} déjà réalisés\u00a0: au-delà,"
            " signez un avenant.",
            agreed=agreed,
            left=agreed - action.days,
        )


def _accept_report(parcours: Parcours, command: AcceptFinalReport, context: Context) -> list[Event]:
    action = _to_report(parcours, command.action)
    if received := require_open_report(action).report_received_on:
        return [FinalReportAccepted(command.action, received)]
    if command.received_on is None:
        raise NO_REPORT("Enregistrez d’abord la réception du rapport final, ou donnez sa date.")
    received_on = require_since_signature(action, command.received_on, context, RECEIPT)
    return [FinalReportReceived(command.action, received_on), FinalReportAccepted(command.action, received_on)]


def _to_report(parcours: Parcours, key: UUID) -> Action:
    """An action that a report can cover: one that was started, even if it goes on after the parcours, or that was
    abandoned after at least one day's work."""
    action = require_validated_action(
        parcours, key, ActionStatus.STARTED, ActionStatus.CARRIED_OVER, ActionStatus.ABANDONED
    )
    stopped = action.status is ActionStatus.ABANDONED or parcours.status is ParcoursStatus.ABANDONED
    if stopped and not action.days:
        raise ACTION_NOT_AT_THIS_STEP(
            "Aucun jour n’a été réalisé avant l’abandon\u00a0: il n’y a pas de rapport à attendre."
        )
    return action


def _check_own(action: Action, context: Context) -> None:
    """A provider reports on its own assignment."""
    require_agreement(action)
    if context.actor.role is Role.PROVIDER and require_retained(action).account != context.actor.id:
        raise NOT_YOUR_ASSIGNMENT("Vous ne rendez compte que de votre propre intervention.")


def companions(event: Any, context: Context) -> Iterable[CompanionCommand]:
    """The report that is received relies on its file."""
    if isinstance(event, FinalReportReceived):
        yield from cite_attachment(event, context)


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case DaysRecorded(_, days):
            changed = replace(action, days=action.days + days)
        case FinalReportReceived(_, received_on):
            reported = replace(action, report_received_on=received_on, report_attachment=event.attachment)
            changed = with_attachment(reported, event)
        case FinalReportAccepted(_, received_on):
            changed = replace(action, report_received_on=received_on, report_accepted=True)
    return parcours.with_action(event.action, changed)
