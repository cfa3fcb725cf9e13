"""The parcours as one aggregate: opened by the plan, built, validated, carried out, ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from parcours.domain import availability, coordination, corrections, ending
from parcours.domain.assignment import agreement, reporting
from parcours.domain.building import duration, edits, validation
from parcours.domain.collective import beneficiaries
from parcours.domain.funding import payments
from parcours.domain.state import Parcours, ParcoursStatus, Plan
from shared.kernel import CompanionCommand, Context, Decider, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace


@command
class OpenParcours:
    """The plan is agreed: adviser and structure can build their parcours."""

    plan: Plan


@event("parcours-opened", label="Élaboration du parcours ouverte")
class ParcoursOpened:
    plan: Plan


NOT_OPEN = Refusal("parcours-not-open", "Le parcours n’est pas ouvert")
PARCOURS_ENDED = Refusal("parcours-ended", "Le parcours a pris fin")

Command = (
    OpenParcours
    | edits.Command
    | duration.Command
    | validation.Command
    | coordination.Command
    | agreement.Command
    | reporting.Command
    | payments.Command
    | corrections.Command
    | ending.Command
)
Event = (
    ParcoursOpened
    | edits.Event
    | duration.Event
    | validation.Event
    | coordination.Event
    | agreement.Event
    | reporting.Event
    | payments.Event
    | corrections.Event
    | ending.Event
)


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    if isinstance(command, OpenParcours):
        return [ParcoursOpened(command.plan)] if parcours.status is ParcoursStatus.NEW else []
    if isinstance(command, validation.ReopenParcours) and parcours.status is not ParcoursStatus.COMPLETED:
        return []  # the adviser was faster
    if isinstance(command, ending.AbandonUpdate) and not ending.can_abandon_update(parcours):
        return []
    _check_open(parcours, command)
    if isinstance(command, edits.Command):
        return [*edits.decide(parcours, command, context)]
    if isinstance(command, duration.Command):
        return [*duration.decide(parcours, command, context)]
    if isinstance(command, validation.Command):
        return [*validation.decide(parcours, command, context)]
    if isinstance(command, coordination.Command):
        return [*coordination.decide(parcours, command, context)]
    if isinstance(command, agreement.Command):
        return [*agreement.decide(parcours, command, context)]
    if isinstance(command, reporting.Command):
        return [*reporting.decide(parcours, command, context)]
    if isinstance(command, payments.Command):
        return [*payments.decide(parcours, command, context)]
    if isinstance(command, corrections.Command):
        return [*corrections.decide(parcours, command, context)]
    return [*ending.decide(parcours, command, context)]


AFTER_THE_END = (
    reporting.ReceiveFinalReport,
    reporting.AcceptFinalReport,
    payments.AuthorisePayment,
    *corrections.Command.__args__,
)


def _check_open(parcours: Parcours, command: Command) -> None:
    """After the end come the report and the invoice of a provider who was stopped, corrections, and the update of a
    completed parcours; nothing else."""
    match parcours.status, command:
        case ParcoursStatus.NEW, _:
            raise NOT_OPEN("Le parcours s’ouvre de lui-même quand le plan d’accompagnement est convenu.")
        case ((ParcoursStatus.COMPLETED | ParcoursStatus.ABANDONED), _) if isinstance(command, AFTER_THE_END):
            return
        case ParcoursStatus.COMPLETED, validation.AdjustParcours() | validation.ReopenParcours():
            return
        case ParcoursStatus.COMPLETED, _:
            raise PARCOURS_ENDED("Ce parcours est terminé\u00a0: un ajustement peut le rouvrir.")
        case ParcoursStatus.ABANDONED, _:
            raise PARCOURS_ENDED("Ce parcours a été abandonné.")


def available_commands(parcours: Parcours) -> Iterator[type]:
    if parcours.status is ParcoursStatus.NEW:
        yield OpenParcours
    else:
        yield from availability.available_commands(parcours)


def evolve(parcours: Parcours, event: Event) -> Parcours:
    if isinstance(event, ParcoursOpened):
        return replace(parcours, status=ParcoursStatus.BUILDING, plan=event.plan)
    if isinstance(event, edits.Event):
        return edits.evolve(parcours, event)
    if isinstance(event, duration.Event):
        return duration.evolve(parcours, event)
    if isinstance(event, validation.Event):
        return validation.evolve(parcours, event)
    if isinstance(event, coordination.Event):
        return coordination.evolve(parcours, event)
    if isinstance(event, agreement.Event):
        return agreement.evolve(parcours, event)
    if isinstance(event, reporting.Event):
        return reporting.evolve(parcours, event)
    if isinstance(event, payments.Event):
        return payments.evolve(parcours, event)
    if isinstance(event, corrections.Event):
        return corrections.evolve(parcours, event)
    return ending.evolve(parcours, event)


def companions(parcours: Parcours, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """What the fund, the tender or the collective operation records with it, or refuses."""
    yield from payments.companions(parcours, event, context)
    yield from agreement.companions(event, context)
    yield from reporting.companions(parcours, event, context)
    yield from corrections.companions(parcours, event, context)
    yield from beneficiaries.companions(parcours, event, context)


decider: Decider[Parcours] = Decider(
    "parcours",
    Parcours(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
)
