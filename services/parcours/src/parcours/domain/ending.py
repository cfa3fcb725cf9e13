"""End of a parcours: completed with every action settled and a debrief, or abandoned, for the scheme is voluntary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from parcours.domain.building.duration import WRONG_DURATION, require_allowed_duration
from parcours.domain.building.edits import ActionRemoved
from parcours.domain.coordination import ActionAbandoned
from parcours.domain.funding.payments import FundsReleased, release_unspent
from parcours.domain.guards import NOT_VALIDATED, REQUIRES_SINCE_ADMISSION, require_since_admission
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import OPEN_STATUSES, Parcours, ParcoursStatus, ReceivedPlan
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    Ending,
    EndingKind,
    LabelledEnum,
    Line,
    Reason,
    Refusal,
    Role,
    Text,
    event,
    paris_date,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace

ACTIONS_LEFT = Refusal("actions-left", "Des actions restent ouvertes")
ONLY_AN_UPDATE = Refusal("only-an-update", "La fin de l’accompagnement se note au suivi", depends_on_body=True)
WHAT = "La date de fin du parcours"


class AbandonmentKind(LabelledEnum):
    """How a parcours ends before its term: the adviser or the structure stops, or the structure has ceased."""

    ABANDONED = "abandoned", EndingKind.ABANDONED.label
    WITHDRAWN = "withdrawn", EndingKind.WITHDRAWN.label
    CLOSED_DOWN = "closed_down", EndingKind.CLOSED_DOWN.label


@event("parcours-completed", label="Parcours terminé", effective="held_on")
class ParcoursCompleted:
    plan: ReceivedPlan
    actions: dict[str, int]
    debrief: Encrypted
    held_on: date


@event(
    "parcours-abandoned",
    2,
    label="Parcours abandonné",
    effective="ending.on",
    upcasts={1: lambda data: data | {"ending": None}},
)
class ParcoursAbandoned:
    """`ending`: null in what was recorded before endings had a kind and a day."""

    reason: Encrypted
    ending: Ending | None = None


@event("update-abandoned", label="Mise à jour du parcours abandonnée")
class UpdateAbandoned:
    reason: Encrypted


OPEN_ACTIONS_DROPPED = (ActionAbandoned, ActionRemoved, FundsReleased)
"""What an ending records of each action that is still open."""


@command(
    title="Terminer le parcours",
    leads_to=(ParcoursCompleted,),
    may_refuse=(*REQUIRES_OPEN, NOT_VALIDATED, ACTIONS_LEFT, *REQUIRES_SINCE_ADMISSION, WRONG_DURATION),
)
class CompleteParcours:
    """Every action is settled and the closing debrief was held: the parcours is over, and follow-up begins."""

    debrief: Text
    held_on: Day


@command(
    title="Abandonner le parcours",
    leads_to=(ParcoursAbandoned, UpdateAbandoned, *OPEN_ACTIONS_DROPPED),
    may_refuse=(*REQUIRES_OPEN, ONLY_AN_UPDATE, *REQUIRES_SINCE_ADMISSION),
)
class AbandonParcours:
    """The adviser or a leader of the structure ends the accompaniment before its term, and says why.

    `kind`: without it, the structure withdraws where one of its leaders says so, and else the parcours is abandoned.
    `on`: the day on which it ended; null for today. Of a parcours that was completed once, only the update is
    abandoned: follow-up goes on, and says how it ends."""

    reason: Reason
    kind: AbandonmentKind | None = None
    on: Day | None = None


@command(leads_to=(UpdateAbandoned, *OPEN_ACTIONS_DROPPED))
class AbandonUpdate:
    """Follow-up no longer waits for the update of a completed parcours. When an action of the update is under way,
    nothing is recorded: the adviser decides, for a provider may be at work."""

    reason: Line


Command = CompleteParcours | AbandonParcours | AbandonUpdate


Event = ParcoursCompleted | ParcoursAbandoned | UpdateAbandoned


Settling = ActionRemoved | ActionAbandoned | FundsReleased


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | Settling]:
    match command:
        case CompleteParcours(debrief, held_on):
            _check_settled(parcours)
            require_since_admission(parcours, held_on, context.now, "La date du bilan de fin de parcours")
            if not parcours.completed:
                admitted_on, today = paris_date(parcours.plan.admitted_at), paris_date(context.now)
                require_allowed_duration(parcours, held_on, first=admitted_on, last=today)
            settled = Counter(action.status.value for action in parcours.actions.values())
            return [ParcoursCompleted(parcours.plan, dict(settled), debrief=context.text(debrief), held_on=held_on)]
        case AbandonParcours():
            return _abandon(parcours, command, context)
        case AbandonUpdate(reason):
            return _abandon_update(parcours, reason, context)


def _abandon(parcours: Parcours, command: AbandonParcours, context: Context) -> list[Event | Settling]:
    if parcours.completed:
        if command.kind or command.on:
            raise ONLY_AN_UPDATE(
                "Ce parcours a déjà été mené à son terme, et seule sa mise à jour s’abandonne ici\u00a0: sans dire de "
                "fin ni de jour. Une cessation d’activité se note au suivi."
            )
        return _abandon_update(parcours, command.reason, context)
    by_leader = context.actor.role is Role.LEADER
    kind = command.kind or (AbandonmentKind.WITHDRAWN if by_leader else AbandonmentKind.ABANDONED)
    on = command.on or paris_date(context.now)
    if command.on:
        require_since_admission(parcours, on, context.now, WHAT)
    released = [given for key, action in parcours.actions.items() for given in release_unspent(key, action)]
    return [*released, ParcoursAbandoned(context.text(command.reason), Ending(EndingKind(kind), on))]


def can_abandon_update(parcours: Parcours) -> bool:
    """Whether an update is open, and nothing that the structure agreed to is under way in it."""
    if not parcours.completed or parcours.status in (ParcoursStatus.COMPLETED, ParcoursStatus.ABANDONED):
        return False
    return not any(action.validated and action.status in OPEN_STATUSES for action in parcours.actions.values())


def _abandon_update(parcours: Parcours, reason: str, context: Context) -> list[Event | Settling]:
    return [*_drop_open_actions(parcours, reason, context), UpdateAbandoned(context.text(reason))]


def _drop_open_actions(parcours: Parcours, reason: str, context: Context) -> Iterator[Settling]:
    for key, action in parcours.actions.items():
        if action.status not in OPEN_STATUSES:
            continue
        if action.validated:
            yield ActionAbandoned(key, context.text(reason))
        else:
            yield ActionRemoved(key, context.text(reason), kind=action.planned.kind)
        yield from release_unspent(key, action)


def _check_settled(parcours: Parcours) -> None:
    if parcours.status is not ParcoursStatus.UNDER_WAY:
        raise NOT_VALIDATED("Un parcours se termine une fois que la structure en a validé la dernière version.")
    if left := [key for key, action in parcours.actions.items() if action.status in OPEN_STATUSES]:
        raise ACTIONS_LEFT(
            "Chaque action doit être terminée, abandonnée ou reportée avant la fin du parcours.",
            actions=[str(key) for key in left],
        )


def evolve(parcours: Parcours, event: Event) -> Parcours:
    match event:
        case ParcoursCompleted(_, _, debrief=debrief, held_on=held_on):
            ended = replace(parcours, status=ParcoursStatus.COMPLETED, completed=True)
            return _completed_on(replace(ended, debrief=debrief, debrief_held_on=held_on))
        case ParcoursAbandoned(reason, ending):
            return replace(parcours, status=ParcoursStatus.ABANDONED, abandon_reason=reason, ending=ending)
        case UpdateAbandoned():
            restored = replace(parcours, status=ParcoursStatus.COMPLETED, shared=None, validated_version=None)
            return _completed_on(restored)


def _completed_on(parcours: Parcours) -> Parcours:
    """It ended with its debrief."""
    assert parcours.debrief_held_on
    return replace(parcours, ending=Ending(EndingKind.COMPLETED, parcours.debrief_held_on))
