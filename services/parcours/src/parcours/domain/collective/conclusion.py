"""End of a collective operation: closed with what came of it, or cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from parcours.domain.collective.state import (
    OPERATION_STATUS_LABELS,
    REQUIRES_OPERATION,
    Operation,
    OperationEnding,
    OperationStatus,
    require_operation,
)
from shared.kernel import Context, Day, Encrypted, Reason, Refusal, Text, event, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

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
    may_refuse=(*REQUIRES_OPERATION, OPERATION_NOT_STARTED, IMPLAUSIBLE_DATE),
)
class CloseOperation:
    """What was planned together has been done. `summary`: what came of it."""

    summary: Text
    closed_on: Day


@command(
    title="Annuler l’opération collective",
    leads_to=(OperationCancelled,),
    may_refuse=(*REQUIRES_OPERATION, IMPLAUSIBLE_DATE),
)
class CancelOperation:
    """The operation will not take place, or stops. `reason`: why. Each structure decides what becomes of its action."""

    reason: Reason
    cancelled_on: Day


Command = CloseOperation | CancelOperation


Event = OperationClosed | OperationCancelled


def decide(operation: Operation, command: Command, context: Context) -> list[Event]:
    require_operation(operation)
    match command:
        case CloseOperation(summary, closed_on):
            if operation.status is not OperationStatus.STARTED:
                raise OPERATION_NOT_STARTED(
                    f"Cette opération collective est {OPERATION_STATUS_LABELS[operation.status]}\u00a0: on termine une "
                    "opération en cours\u202f; une autre s’annule, en disant pourquoi."
                )
            require_past(closed_on, context.now, "La date de fin de l’opération")
            return [OperationClosed(context.text(summary), closed_on=closed_on)]
        case CancelOperation(reason, cancelled_on):
            require_past(cancelled_on, context.now, "La date d’annulation")
            return [OperationCancelled(context.text(reason), cancelled_on=cancelled_on)]


def available_commands(operation: Operation) -> Iterator[type]:
    if operation.status is OperationStatus.STARTED:
        yield CloseOperation
    if operation.status in (OperationStatus.PLANNED, OperationStatus.STARTED, OperationStatus.FELL_SHORT):
        yield CancelOperation


def evolve(operation: Operation, event: Event) -> Operation:
    match event:
        case OperationClosed(summary, closed_on=closed_on):
            ended = OperationEnding(OperationStatus.CLOSED, closed_on, reason=summary)
        case OperationCancelled(reason, cancelled_on=cancelled_on):
            ended = OperationEnding(OperationStatus.CANCELLED, cancelled_on, reason=reason)
    return replace(operation, status=ended.kind, ending=ended)
