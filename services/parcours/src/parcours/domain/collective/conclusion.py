"""End of a collective operation: closed with what came of it, or cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from parcours.domain.collective import mission, shares
from parcours.domain.collective.state import (
    REQUIRES_OPERATION,
    Operation,
    OperationEnding,
    OperationStatus,
    require_operation,
)
from parcours.domain.funding import payments
from parcours.domain.guards import NO_FINAL_REPORT
from parcours.domain.state import ActionStatus
from shared.kernel import Context, Day, Encrypted, Reason, Refusal, Text, event, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

SHARES_NOT_FINAL = Refusal("shares-not-final", "Des parts restent à décider")
OPERATION_NOT_STARTED = Refusal("operation-not-started", "L’opération collective n’a pas commencé")


@event("operation-closed", label="Opération collective terminée", effective="closed_on")
class OperationClosed:
    summary: Encrypted
    closed_on: date


@event("operation-cancelled", label="Opération collective annulée", effective="cancelled_on")
class OperationCancelled:
    reason: Encrypted
    cancelled_on: date


@command(
    title="Terminer l’opération collective",
    leads_to=(OperationClosed,),
    may_refuse=(*REQUIRES_OPERATION, OPERATION_NOT_STARTED, NO_FINAL_REPORT, SHARES_NOT_FINAL, IMPLAUSIBLE_DATE),
)
class CloseOperation:
    """What was planned together has been done: the provider's report is accepted, and each share of the price is
    decided. `summary`: what came of it."""

    summary: Text
    closed_on: Day


@command(
    title="Annuler l’opération collective",
    leads_to=(OperationCancelled, payments.FundsReleased),
    may_refuse=(*REQUIRES_OPERATION, IMPLAUSIBLE_DATE),
)
class CancelOperation:
    """The operation will not take place, or stops. `reason`: why. Each structure decides what becomes of its action,
    and the funds go back, but for the days worked."""

    reason: Reason
    cancelled_on: Day


Command = CloseOperation | CancelOperation


Event = OperationClosed | OperationCancelled


def decide(operation: Operation, command: Command, context: Context) -> list[Event | payments.FundsReleased]:
    require_operation(operation)
    match command:
        case CloseOperation(summary, closed_on):
            if operation.status is not OperationStatus.STARTED:
                raise OPERATION_NOT_STARTED(
                    f"Cette opération collective est {operation.status.label}\u00a0: on termine une "
                    "opération en cours\u202f; une autre s’annule, en disant pourquoi."
                )
            _check_settled(operation)
            require_past(closed_on, context.now, "La date de fin de l’opération")
            return [OperationClosed(context.text(summary), closed_on=closed_on)]
        case CancelOperation(reason, cancelled_on):
            require_past(cancelled_on, context.now, "La date d’annulation")
            cancelled = OperationCancelled(context.text(reason), cancelled_on=cancelled_on)
            return [cancelled, *mission.release_unspent(operation)]


def _check_settled(operation: Operation) -> None:
    if mission.needs_report(operation):
        raise NO_FINAL_REPORT("Le rapport final de l’opération est d’abord reçu et accepté.")
    if operation.missions and not shares.are_final(operation):
        raise SHARES_NOT_FINAL(
            "La part d’une structure qui est partie, ou qui vient d’arriver, reste à décider.",
            undecided=[str(each.case) for each in shares.undecided(operation)],
        )


def available_commands(operation: Operation) -> Iterator[type]:
    settled = not operation.missions or (shares.are_final(operation) and not mission.needs_report(operation))
    if operation.status is OperationStatus.STARTED and settled:
        yield CloseOperation
    if operation.status in (OperationStatus.PLANNED, OperationStatus.STARTED, OperationStatus.FELL_SHORT):
        yield CancelOperation


def evolve(operation: Operation, event: Event) -> Operation:
    match event:
        case OperationClosed(summary, closed_on=closed_on):
            settled = operation.with_mission_status(ActionStatus.DONE)
            ended = OperationEnding(OperationStatus.CLOSED, closed_on, reason=summary)
        case OperationCancelled(reason, cancelled_on=cancelled_on):
            settled = operation.with_mission_status(ActionStatus.ABANDONED)
            ended = OperationEnding(OperationStatus.CANCELLED, cancelled_on, reason=reason)
    return replace(settled, status=ended.kind, ending=ended)
