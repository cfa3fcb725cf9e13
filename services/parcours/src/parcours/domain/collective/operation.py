"""Collective operation: an aggregate outside cases, for at least two structures, each with its parcours (S)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from parcours.domain.assignment import agreement, amendments, assignment_corrections, reporting
from parcours.domain.building.edits import WRONG_DATES, require_dates
from parcours.domain.collective import conclusion, membership, mission, shares, survivors
from parcours.domain.collective.state import ENDED, Operation, OperationStatus
from parcours.domain.funding import payments
from parcours.domain.state import Action, ActionKind, Days, Parcours, PlannedAction
from parcours.domain.tender import tender
from parcours.domain.tender.conclusion import ConcludeTender
from shared.attachments import AddAttachment
from shared.kernel import (
    CompanionCommand,
    ConfidentialLine,
    Context,
    Day,
    Decider,
    Encrypted,
    Line,
    PersonalLine,
    Refusal,
    event,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

OTHER_UNIT = Refusal("other-unit", "Cette opération serait celle d’une autre unité", status=403, depends_on_body=True)
OPERATION_ALREADY_PLANNED = Refusal("operation-already-planned", "Opération déjà prévue")


@event("operation-planned", label="Opération collective prévue")
class OperationPlanned:
    """`adviser`: who planned it. `planned`: what a provider is called in for, if one is; `mission`: under which id, the
    operation's own."""

    unit: str
    title: Encrypted
    adviser: str
    mission: UUID | None = None
    planned: PlannedAction | None = None


@command
class PlannedMission:
    """What one provider will do for all structures: on which axis of change, when, and for how many days.

    `who`: what is known of the provider, before it is chosen."""

    axis: Line
    who: PersonalLine
    starts_on: Day
    ends_on: Day
    planned_days: Days


@command(
    title="Prévoir une opération collective",
    leads_to=(OperationPlanned,),
    may_refuse=(OPERATION_ALREADY_PLANNED, OTHER_UNIT, IMPLAUSIBLE_DATE, WRONG_DATES),
)
class PlanOperation:
    """A unit plans something that several structures will do together. `mission`: what it calls a provider in for, if
    it does; there is then one tender, agreement, report and price for all."""

    unit: Line
    title: ConfidentialLine
    mission: PlannedMission | None = None


Command = PlanOperation | membership.Command | shares.Command | mission.Command | conclusion.Command


Event = OperationPlanned | membership.Event | shares.Event | mission.Event | conclusion.Event


def decide(operation: Operation, command: Command, context: Context) -> list[Event]:
    if isinstance(command, PlanOperation):
        return [_plan(operation, command, context)]
    if isinstance(command, membership.Command):
        return [*membership.decide(operation, command, context)]
    if isinstance(command, shares.Command):
        return [*shares.decide(operation, command, context)]
    if isinstance(command, mission.Command):
        return [*mission.decide(operation, command, context)]
    return [*conclusion.decide(operation, command, context)]


def _plan(operation: Operation, command: PlanOperation, context: Context) -> OperationPlanned:
    if operation.status is not OperationStatus.NEW:
        raise OPERATION_ALREADY_PLANNED("Cette opération collective existe déjà.")
    if context.actor.unit != command.unit:
        raise OTHER_UNIT(
            "Une opération se prévoit dans sa propre unité\u00a0: demandez à celle que vous nommez de le faire."
        )
    title = context.text(command.title)
    if command.mission is None:
        return OperationPlanned(command.unit, title, adviser=context.actor.id)
    called_for = command.mission
    require_dates(called_for.starts_on, called_for.ends_on, context)
    planned = PlannedAction(
        ActionKind.CONSULTING,
        called_for.axis,
        title=title,
        who=context.person(called_for.who),
        starts_on=called_for.starts_on,
        ends_on=called_for.ends_on,
        planned_days=called_for.planned_days,
    )
    return OperationPlanned(command.unit, title, adviser=context.actor.id, mission=context.case, planned=planned)


def available_commands(operation: Operation) -> Iterator[type]:
    if operation.status is OperationStatus.NEW:
        yield PlanOperation
        return
    yield from membership.available_commands(operation)
    if operation.status not in ENDED:
        yield from shares.available_commands(operation)
    yield from mission.available_commands(operation)
    yield from conclusion.available_commands(operation)
    yield AddAttachment


def evolve(operation: Operation, event: Event) -> Operation:
    if isinstance(event, OperationPlanned):
        return _planned(operation, event)
    if isinstance(event, membership.Event):
        return membership.evolve(operation, event)
    if isinstance(event, shares.Event):
        return shares.evolve(operation, event)
    if isinstance(event, mission.Event):
        return mission.evolve(operation, event)
    return conclusion.evolve(operation, event)


def _planned(operation: Operation, event: OperationPlanned) -> Operation:
    missions = {event.mission: Action(event.planned, validated=True)} if event.mission and event.planned else {}
    return replace(
        operation,
        status=OperationStatus.PLANNED,
        unit=event.unit,
        adviser=event.adviser,
        title=event.title,
        missions=missions,
    )


def companions(operation: Operation, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """What the parcours of the beneficiaries, the fund, the tender and the files record with it, or refuse."""
    yield from survivors.companions(operation, event, context)
    if isinstance(event, membership.AgreementCompleted) and (led_to_it := _tender_of(operation)):
        yield CompanionCommand(tender.decider, led_to_it, command=ConcludeTender(), case=context.case)
    if isinstance(event, mission.Event):
        yield from _mission_companions(mission.as_parcours(operation), event, context)


def _tender_of(operation: Operation) -> UUID | None:
    chosen = operation.mission.retained if operation.mission else None
    return chosen.tender if chosen else None


def _mission_companions(view: Parcours, event: mission.Event, context: Context) -> Iterator[CompanionCommand]:
    yield from payments.companions(view, event, context)
    yield from agreement.companions(event, context)
    yield from amendments.companions(event, context)
    yield from reporting.companions(event, context)
    yield from assignment_corrections.companions(event, context)
    if led_to_it := agreement.concluded_tender(view, event):
        yield CompanionCommand(tender.decider, led_to_it, command=ConcludeTender(), case=context.case)


decider: Decider[Operation] = Decider(
    "operation",
    Operation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
    names_cases=True,
)
