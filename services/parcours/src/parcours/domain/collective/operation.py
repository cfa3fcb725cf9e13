"""Collective operation: an aggregate outside cases, for at least two structures, each with its parcours (S)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from shared.kernel import ConfidentialLine, Context, Decider, Encrypted, Line, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

MIN_BENEFICIARIES = 2


class OperationStatus(StrEnum):
    NEW = "new"
    PLANNED = "planned"
    STARTED = "started"
    FELL_SHORT = "fell_short"


UNKNOWN_OPERATION = Refusal("unknown-operation", "Opération collective inconnue", status=422)
OTHER_UNIT = Refusal("other-unit", "Cette opération serait celle d’une autre unité", status=403)
OPERATION_ALREADY_PLANNED = Refusal("operation-already-planned", "Opération déjà prévue")
TOO_FEW_BENEFICIARIES = Refusal("too-few-beneficiaries", "Trop peu de structures bénéficiaires")


@event("operation-planned", label="Opération collective prévue")
class OperationPlanned:
    unit: str
    title: Encrypted


@event("beneficiary-joined", label="Structure associée à l’opération collective")
class BeneficiaryJoined:
    case: UUID
    action: UUID


@event("operation-started", label="Opération collective commencée")
class OperationStarted:
    pass


@event("beneficiary-left", label="Structure retirée de l’opération collective")
class BeneficiaryLeft:
    action: UUID


@event("operation-fell-short", label="Trop peu de structures restent dans l’opération collective")
class OperationFellShort:
    left: int


@command(
    title="Prévoir une opération collective",
    leads_to=(OperationPlanned,),
    may_refuse=(OPERATION_ALREADY_PLANNED, OTHER_UNIT),
)
class PlanOperation:
    """A unit plans something that several structures will do together."""

    unit: Line
    title: ConfidentialLine


@command(leads_to=(BeneficiaryJoined,), may_refuse=(UNKNOWN_OPERATION,))
class JoinOperation:
    """A parcours has an action in this operation: its structure is a beneficiary."""

    case: UUID
    action: UUID


@command(leads_to=(OperationStarted,), may_refuse=(UNKNOWN_OPERATION, TOO_FEW_BENEFICIARIES))
class StartOperation:
    """A beneficiary's action starts, and the operation with the first of them."""


@command(leads_to=(BeneficiaryLeft, OperationFellShort))
class LeaveOperation:
    """A beneficiary gives its action up."""

    action: UUID


@dataclass(frozen=True, slots=True)
class Operation:
    """`actions`: those that beneficiaries have in it, each with its case."""

    status: OperationStatus = OperationStatus.NEW
    unit: str | None = None
    title: Encrypted | None = None
    actions: dict[UUID, UUID] = field(default_factory=dict)


Command = PlanOperation | JoinOperation | StartOperation | LeaveOperation


Event = OperationPlanned | BeneficiaryJoined | OperationStarted | BeneficiaryLeft | OperationFellShort


def decide(operation: Operation, command: Command, context: Context) -> list[Event]:
    match command:
        case PlanOperation(unit, title):
            if operation.status is not OperationStatus.NEW:
                raise OPERATION_ALREADY_PLANNED("Cette opération collective existe déjà.")
            if context.actor.unit != unit:
                raise OTHER_UNIT(
                    "Une opération se prévoit dans sa propre unité\u00a0: demandez à celle que vous nommez de le faire."
                )
            return [OperationPlanned(unit, context.text(title))]
        case JoinOperation(case, action):
            _check_known(operation)
            return [BeneficiaryJoined(case, action)] if action not in operation.actions else []
        case StartOperation():
            _check_known(operation)
            if operation.status is OperationStatus.STARTED:
                return []
            if _beneficiaries(operation.actions) < MIN_BENEFICIARIES:
                raise TOO_FEW_BENEFICIARIES(
                    f"Une opération collective réunit au moins {MIN_BENEFICIARIES} structures avant de "
                    f"commencer\u00a0: celle-ci en compte {_beneficiaries(operation.actions)}."
                )
            return [OperationStarted()]
        case LeaveOperation(action):
            return _leave(operation, action) if action in operation.actions else []


def available_commands(operation: Operation) -> Iterator[type]:
    if operation.status is OperationStatus.NEW:
        yield PlanOperation
        return
    yield JoinOperation
    if operation.actions:
        yield LeaveOperation
    if _beneficiaries(operation.actions) >= MIN_BENEFICIARIES:
        yield StartOperation


def _check_known(operation: Operation) -> None:
    if operation.status is OperationStatus.NEW:
        raise UNKNOWN_OPERATION("Aucune opération collective ne porte cet identifiant\u00a0: prévoyez-la d’abord.")


def _leave(operation: Operation, action: UUID) -> list[Event]:
    left = _beneficiaries({key: case for key, case in operation.actions.items() if key != action})
    falls_short = operation.status is OperationStatus.STARTED and left < MIN_BENEFICIARIES
    return [BeneficiaryLeft(action), *([OperationFellShort(left)] if falls_short else [])]


def _beneficiaries(actions: dict[UUID, UUID]) -> int:
    return len(set(actions.values()))


def evolve(operation: Operation, event: Event) -> Operation:
    match event:
        case OperationPlanned(unit, title):
            return replace(operation, status=OperationStatus.PLANNED, unit=unit, title=title)
        case BeneficiaryJoined(case, action):
            return replace(operation, actions=operation.actions | {action: case})
        case OperationStarted():
            return replace(operation, status=OperationStatus.STARTED)
        case BeneficiaryLeft(action):
            left = {key: case for key, case in operation.actions.items() if key != action}
            return replace(operation, actions=left)
        case OperationFellShort():
            return replace(operation, status=OperationStatus.FELL_SHORT)


decider: Decider[Operation] = Decider(
    "operation",
    Operation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
