"""Edits of the content: axes in order, axes deferred, actions. Each edit makes a new version of the parcours."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from parcours.domain.building.validation import VALIDATION_HOLDS, SharedVersionVoided, void_shared_version
from parcours.domain.collective.state import OPERATION_ENDED, UNKNOWN_OPERATION
from parcours.domain.guards import (
    ACTION_NOT_AT_THIS_STEP,
    UNKNOWN_ACTION,
    UNKNOWN_AXIS,
    require_action,
    require_axis,
    require_status,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import (
    OPEN_STATUSES,
    Action,
    ActionKind,
    ActionStatus,
    CollectiveStatus,
    Days,
    Parcours,
    ParcoursStatus,
    PlannedAction,
)
from shared.kernel import (
    ConfidentialLine,
    Context,
    Day,
    Encrypted,
    Line,
    PersonalLine,
    Reason,
    Refusal,
    event,
    require_future,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

WRONG_RANKING = Refusal("wrong-ranking", "Hiérarchie incomplète", status=422)
AXIS_HAS_ACTIONS = Refusal("axis-has-actions", "Des actions portent cet axe", depends_on_body=True)
WRONG_DATES = Refusal("wrong-dates", "Dates incohérentes", status=422)
WRONG_DAYS = Refusal("wrong-days", "Jours prévus incohérents", status=422)
ACTION_VALIDATED = Refusal("action-validated", "La structure a validé cette action")


@event("axes-ranked", label="Axes de changement hiérarchisés")
class AxesRanked:
    ranking: tuple[str, ...]


@event("axis-deferred", label="Axe de changement différé")
class AxisDeferred:
    axis: str
    reason: Encrypted


@event("action-added", label="Action ajoutée au parcours")
class ActionAdded:
    action: UUID
    planned: PlannedAction


@event("action-removed", label="Action retirée du parcours")
class ActionRemoved:
    action: UUID
    reason: Encrypted
    kind: ActionKind


@event("action-rescheduled", label="Dates d’une action changées")
class ActionRescheduled:
    action: UUID
    starts_on: date
    ends_on: date
    reason: Encrypted


@command(
    title="Classer les axes de changement",
    leads_to=(AxesRanked, SharedVersionVoided),
    may_refuse=(*REQUIRES_OPEN, VALIDATION_HOLDS, WRONG_RANKING),
)
class RankAxes:
    """Adviser and structure put the plan's axes of change in order, the most pressing first."""

    ranking: Annotated[tuple[Line, ...], Len(1, 20)]


@command(
    title="Différer un axe",
    leads_to=(AxisDeferred, SharedVersionVoided),
    may_refuse=(*REQUIRES_OPEN, VALIDATION_HOLDS, UNKNOWN_AXIS, AXIS_HAS_ACTIONS),
)
class DeferAxis:
    """An axis of the plan will wait. `reason`: why."""

    axis: Line
    reason: Reason


@command(
    title="Ajouter une action",
    leads_to=(ActionAdded, SharedVersionVoided),
    may_refuse=(
        *REQUIRES_OPEN,
        VALIDATION_HOLDS,
        IMPLAUSIBLE_DATE,
        WRONG_DATES,
        WRONG_DAYS,
        UNKNOWN_AXIS,
        UNKNOWN_OPERATION,
        OPERATION_ENDED,
    ),
)
class AddAction:
    """An action joins the parcours: what is to be done, on which axis, by whom, and when.

    `planned_days`: a consulting action has some, the others have none. `collective_operation`: the operation that this
    structure shares with others, if it is one."""

    kind: ActionKind
    axis: Line
    title: ConfidentialLine
    who: PersonalLine
    starts_on: Day
    ends_on: Day
    planned_days: Days | None = None
    collective_operation: UUID | None = None


@command(
    title="Retirer une action",
    leads_to=(ActionRemoved, SharedVersionVoided),
    may_refuse=(*REQUIRES_OPEN, VALIDATION_HOLDS, UNKNOWN_ACTION, ACTION_VALIDATED),
)
class RemoveAction:
    """An action that the structure has not validated yet leaves the parcours. `reason`: why."""

    action: UUID
    reason: Reason


@command(
    title="Changer les dates d’une action",
    leads_to=(ActionRescheduled, SharedVersionVoided),
    may_refuse=(
        *REQUIRES_OPEN,
        VALIDATION_HOLDS,
        UNKNOWN_ACTION,
        ACTION_NOT_AT_THIS_STEP,
        WRONG_DATES,
        IMPLAUSIBLE_DATE,
    ),
)
class RescheduleAction:
    """An action will begin or end on other days. `reason`: why. Of one that has begun, only the end can change."""

    action: UUID
    starts_on: Day
    ends_on: Day
    reason: Reason


Command = RankAxes | DeferAxis | AddAction | RescheduleAction | RemoveAction


Event = AxesRanked | AxisDeferred | ActionAdded | ActionRescheduled | ActionRemoved


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | SharedVersionVoided]:
    if parcours.status is ParcoursStatus.UNDER_WAY:
        raise VALIDATION_HOLDS(
            "La structure a validé ce parcours\u00a0: ouvrez d’abord un ajustement, en disant pourquoi."
        )
    edits = _decide_edit(parcours, command, context)
    return [*void_shared_version(parcours), *edits] if edits else []


def _decide_edit(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    match command:
        case RankAxes(ranking):
            if sorted(ranking) != sorted(parcours.plan.axes):
                raise WRONG_RANKING(
                    "Classez tous les axes du plan d’accompagnement, chacun une seule fois.",
                    axes=list(parcours.plan.axes),
                )
            return [AxesRanked(ranking)] if ranking != parcours.ranking else []
        case DeferAxis(axis, reason):
            if parcours.on_axis(require_axis(parcours, axis)):
                raise AXIS_HAS_ACTIONS("Un axe qui porte une action n’est pas différé\u00a0: retirez d’abord l’action.")
            return [AxisDeferred(axis, context.text(reason))]
        case AddAction():
            return [ActionAdded(context.new_id(), _plan_action(parcours, command, context))]
        case RescheduleAction():
            return _reschedule(parcours, command, context)
        case RemoveAction(action, reason):
            leaving = require_action(parcours, action)
            if leaving.validated:
                raise ACTION_VALIDATED("Une action validée n’est pas retirée\u00a0: abandonnez-la, en disant pourquoi.")
            return [ActionRemoved(action, context.text(reason), kind=leaving.planned.kind)]


def _reschedule(parcours: Parcours, command: RescheduleAction, context: Context) -> list[Event]:
    action = require_status(require_action(parcours, command.action), OPEN_STATUSES)
    if (command.starts_on, command.ends_on) == (action.planned.starts_on, action.planned.ends_on):
        return []
    if action.status is ActionStatus.STARTED and command.starts_on != action.planned.starts_on:
        raise WRONG_DATES("Cette action a commencé\u00a0: seule sa fin peut encore changer.")
    if action.status is ActionStatus.PLANNED:
        require_future(command.starts_on, context.now, "Le début de l’action")
    _check_end(command.starts_on, command.ends_on, context)
    return [
        ActionRescheduled(
            command.action, command.starts_on, ends_on=command.ends_on, reason=context.text(command.reason)
        )
    ]


def _check_end(starts_on: date, ends_on: date, context: Context) -> None:
    require_future(ends_on, context.now, "La fin de l’action")
    if ends_on < starts_on:
        raise WRONG_DATES("Une action ne peut finir avant d’avoir commencé.")


def require_dates(starts_on: date, ends_on: date, context: Context) -> None:
    """Raises unless both days are to come, in this order."""
    require_future(starts_on, context.now, "Le début de l’action")
    _check_end(starts_on, ends_on, context)


def _plan_action(parcours: Parcours, command: AddAction, context: Context) -> PlannedAction:
    require_dates(command.starts_on, command.ends_on, context)
    if (command.kind is ActionKind.CONSULTING) != (command.planned_days is not None):
        raise WRONG_DAYS(
            "Une prestation de conseil prévoit ses jours d’intervention\u202f; les autres actions n’en ont pas."
        )
    return PlannedAction(
        command.kind,
        require_axis(parcours, command.axis),
        title=context.text(command.title),
        who=context.person(command.who),
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        planned_days=command.planned_days,
        collective_operation=command.collective_operation,
    )


def _new_action(planned: PlannedAction) -> Action:
    shared = planned.collective_operation
    return Action(planned, operation=shared, collective_status=CollectiveStatus.TOGETHER if shared else None)


def evolve(parcours: Parcours, event: Event) -> Parcours:
    edited = replace(parcours, content_version=parcours.content_version + 1)
    match event:
        case AxesRanked(ranking):
            return replace(edited, ranking=ranking)
        case AxisDeferred(axis, reason):
            return replace(edited, deferrals=parcours.deferrals | {axis: reason})
        case ActionAdded(action, planned):
            taken_up = {axis: reason for axis, reason in parcours.deferrals.items() if axis != planned.axis}
            return replace(edited, deferrals=taken_up).with_action(action, _new_action(planned))
        case ActionRescheduled(action, starts_on, ends_on=ends_on):
            moved = parcours.actions[action]
            dates = replace(moved.planned, starts_on=starts_on, ends_on=ends_on)
            return edited.with_action(action, replace(moved, planned=dates))
        case ActionRemoved(action):
            left = {key: other for key, other in parcours.actions.items() if key != action}
            return replace(edited, actions=left)
