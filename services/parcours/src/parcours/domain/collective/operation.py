"""Collective operation: an aggregate outside cases, for at least two structures, each with its parcours (S)."""

from __future__ import annotations

from collections.abc import Iterator

from parcours.domain.collective import conclusion, membership, survivors
from parcours.domain.collective.state import Operation, OperationStatus
from shared.kernel import ConfidentialLine, Context, Decider, Encrypted, Line, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

OTHER_UNIT = Refusal("other-unit", "Cette opération serait celle d’une autre unité", status=403)
OPERATION_ALREADY_PLANNED = Refusal("operation-already-planned", "Opération déjà prévue")


@event("operation-planned", label="Opération collective prévue")
class OperationPlanned:
    unit: str
    title: Encrypted


@command(
    title="Prévoir une opération collective",
    leads_to=(OperationPlanned,),
    may_refuse=(OPERATION_ALREADY_PLANNED, OTHER_UNIT),
)
class PlanOperation:
    """A unit plans something that several structures will do together."""

    unit: Line
    title: ConfidentialLine


Command = PlanOperation | membership.Command | conclusion.Command


Event = OperationPlanned | membership.Event | conclusion.Event


def decide(operation: Operation, command: Command, context: Context) -> list[Event]:
    if isinstance(command, PlanOperation):
        return [_plan(operation, command, context)]
    if isinstance(command, membership.Command):
        return [*membership.decide(operation, command, context)]
    return [*conclusion.decide(operation, command, context)]


def _plan(operation: Operation, command: PlanOperation, context: Context) -> OperationPlanned:
    if operation.status is not OperationStatus.NEW:
        raise OPERATION_ALREADY_PLANNED("Cette opération collective existe déjà.")
    if context.actor.unit != command.unit:
        raise OTHER_UNIT(
            "Une opération se prévoit dans sa propre unité\u00a0: demandez à celle que vous nommez de le faire."
        )
    return OperationPlanned(command.unit, context.text(command.title))


def available_commands(operation: Operation) -> Iterator[type]:
    if operation.status is OperationStatus.NEW:
        yield PlanOperation
        return
    yield from membership.available_commands(operation)
    yield from conclusion.available_commands(operation)


def evolve(operation: Operation, event: Event) -> Operation:
    if isinstance(event, OperationPlanned):
        return replace(operation, status=OperationStatus.PLANNED, unit=event.unit, title=event.title)
    if isinstance(event, membership.Event):
        return membership.evolve(operation, event)
    return conclusion.evolve(operation, event)


decider: Decider[Operation] = Decider(
    "operation",
    Operation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=survivors.companions,
    available_commands=available_commands,
)
