"""The parcours as one aggregate: opened by the plan, built, validated, carried out and ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, get_args

from parcours.domain import availability, comments, coordination, corrections, ending
from parcours.domain.assignment import (
    agreement,
    amendments,
    assignment_corrections,
    own_signature,
    reporting,
    selection,
)
from parcours.domain.building import duration, edits, validation
from parcours.domain.collective import beneficiaries, standing
from parcours.domain.funding import payments
from parcours.domain.lifecycle import PARCOURS_ENDED, PARCOURS_NOT_OPEN, OpenParcours, ParcoursOpened
from parcours.domain.state import Parcours, ParcoursStatus
from parcours.domain.tender import conclusion, tender
from shared.kernel import CompanionCommand, Context, Decider, decide_comment, evolve_comments
from shared.kernel.frozen import replace

Command = (
    OpenParcours
    | edits.Command
    | duration.Command
    | validation.Command
    | coordination.Command
    | standing.Command
    | selection.Command
    | agreement.Command
    | own_signature.Command
    | amendments.Command
    | reporting.Command
    | payments.Command
    | assignment_corrections.Command
    | corrections.Command
    | ending.Command
    | comments.Command
)
Event = (
    ParcoursOpened
    | edits.Event
    | duration.Event
    | validation.Event
    | coordination.Event
    | standing.Event
    | selection.Event
    | agreement.Event
    | amendments.Event
    | reporting.Event
    | payments.Event
    | assignment_corrections.Event
    | corrections.Event
    | ending.Event
    | comments.Event
)


DECIDE: dict[type, Callable[[Parcours, Any, Context], Sequence[Event]]] = {
    **dict.fromkeys(get_args(edits.Command), edits.decide),
    duration.GrantDurationDerogation: duration.decide,
    **dict.fromkeys(get_args(validation.Command), validation.decide),
    **dict.fromkeys(get_args(coordination.Command), coordination.decide),
    **dict.fromkeys(get_args(standing.Command), standing.decide),
    **dict.fromkeys(get_args(selection.Command), selection.decide),
    **dict.fromkeys(get_args(agreement.Command), agreement.decide),
    **dict.fromkeys(get_args(own_signature.Command), own_signature.decide),
    amendments.RecordAmendment: amendments.decide,
    **dict.fromkeys(get_args(reporting.Command), reporting.decide),
    **dict.fromkeys(get_args(payments.Command), payments.decide),
    **dict.fromkeys(get_args(assignment_corrections.Command), assignment_corrections.decide),
    **dict.fromkeys(get_args(corrections.Command), corrections.decide),
    **dict.fromkeys(get_args(ending.Command), ending.decide),
    **dict.fromkeys(get_args(comments.Command), lambda *given: [decide_comment(*given)]),
}
"""The topic that decides each command."""
EVOLVE: dict[type, Callable[[Parcours, Any], Parcours]] = {
    **dict.fromkeys(get_args(edits.Event), edits.evolve),
    duration.DurationDerogationGranted: duration.evolve,
    **dict.fromkeys(get_args(validation.Event), validation.evolve),
    **dict.fromkeys(get_args(coordination.Event), coordination.evolve),
    **dict.fromkeys(get_args(standing.Event), standing.evolve),
    **dict.fromkeys(get_args(selection.Event), selection.evolve),
    **dict.fromkeys(get_args(agreement.Event), agreement.evolve),
    amendments.AmendmentSigned: amendments.evolve,
    **dict.fromkeys(get_args(reporting.Event), reporting.evolve),
    **dict.fromkeys(get_args(payments.Event), payments.evolve),
    **dict.fromkeys(get_args(assignment_corrections.Event), assignment_corrections.evolve),
    **dict.fromkeys(get_args(corrections.Event), corrections.evolve),
    **dict.fromkeys(get_args(ending.Event), ending.evolve),
    **dict.fromkeys(get_args(comments.Event), evolve_comments),
}
"""The topic that evolves each event."""
AFTER_END = (
    reporting.ReceiveFinalReport,
    reporting.AcceptFinalReport,
    payments.AuthorisePayment,
    *get_args(assignment_corrections.Command),
    *get_args(corrections.Command),
    *get_args(comments.Command),
)
"""What may still come after the end: the report and the invoice of a provider who was stopped, corrections, and what
a leader has to say."""
AFTER_COMPLETION = (*AFTER_END, validation.AdjustParcours, validation.ReopenParcours)
"""A completed parcours may be updated, too."""


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    if isinstance(command, OpenParcours):
        return [ParcoursOpened(command.plan)] if parcours.status is ParcoursStatus.NEW else []
    if isinstance(command, validation.ReopenParcours) and parcours.status is not ParcoursStatus.COMPLETED:
        return []  # the adviser was faster
    if isinstance(command, ending.AbandonUpdate) and not ending.can_abandon_update(parcours):
        return []
    if isinstance(command, standing.FollowOperation):
        return [*standing.decide(parcours, command, context)]  # what the other structures do is never refused here
    if not isinstance(command, selection.OF_A_TENDER):
        _require_open(parcours, command)
    return [*DECIDE[type(command)](parcours, command, context)]


def _require_open(parcours: Parcours, command: Command) -> None:
    match parcours.status:
        case ParcoursStatus.NEW:
            raise PARCOURS_NOT_OPEN("Le parcours s’ouvre de lui-même quand le plan d’accompagnement est convenu.")
        case ParcoursStatus.COMPLETED if not isinstance(command, AFTER_COMPLETION):
            raise PARCOURS_ENDED("Ce parcours est terminé\u00a0: un ajustement peut le rouvrir.")
        case ParcoursStatus.ABANDONED if not isinstance(command, AFTER_END):
            raise PARCOURS_ENDED("Ce parcours a été abandonné.")


def available_commands(parcours: Parcours) -> Iterator[type]:
    if parcours.status is ParcoursStatus.NEW:
        yield OpenParcours
    else:
        yield from availability.available_commands(parcours)


def evolve(parcours: Parcours, event: Event) -> Parcours:
    if isinstance(event, ParcoursOpened):
        return replace(parcours, status=ParcoursStatus.BUILDING, plan=event.plan)
    return EVOLVE[type(event)](parcours, event)


def companions(parcours: Parcours, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """What the fund, the tender or the collective operation records with it, or refuses."""
    yield from payments.companions(parcours, event, context)
    yield from agreement.companions(event, context)
    yield from amendments.companions(event, context)
    if led_to_it := agreement.concluded_tender(parcours, event):
        yield CompanionCommand(tender.decider, led_to_it, command=conclusion.ConcludeTender(), case=context.case)
    yield from reporting.companions(event, context)
    yield from assignment_corrections.companions(event, context)
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
