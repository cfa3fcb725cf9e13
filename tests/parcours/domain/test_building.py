"""Rules of building a parcours: axes, actions, dates and duration."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from parcours.domain.building.duration import DurationDerogationGranted, GrantDurationDerogation
from parcours.domain.building.edits import (
    ActionAdded,
    ActionRemoved,
    AddAction,
    AxesRanked,
    AxisDeferred,
    DeferAxis,
    RankAxes,
    RemoveAction,
)
from parcours.domain.building.validation import ParcoursAdjusted, ParcoursValidated, ShareParcours
from parcours.domain.ending import ParcoursCompleted
from parcours.domain.lifecycle import OpenParcours, ParcoursOpened
from parcours.domain.parcours import decider
from parcours.domain.state import ActionKind, PlannedAction, ReceivedPlan
from shared.kernel import PersonalData, Role, add_months
from shared.testing.scenarios import Scenarios, new_id, text

given = Scenarios(decider)
PLAN = ReceivedPlan(
    UUID(int=8),
    "unit-35",
    adviser="adviser-1",
    admitted_at=datetime(2026, 2, 2, 9, tzinfo=UTC),
    axes=("strategy", "finance"),
    baseline={"fte": 11.5},
)
OPENED = ParcoursOpened(PLAN)
RANKED = AxesRanked(("finance", "strategy"))
ACTION = UUID(int=1)


def planned(kind: ActionKind, axis: str) -> PlannedAction:
    days = 5 if kind is ActionKind.CONSULTING else None
    who = PersonalData(new_id(2), "Nadia Le Goff")
    return PlannedAction(
        kind,
        axis,
        title=text("Revoir les coûts"),
        who=who,
        starts_on=date(2026, 3, 16),
        ends_on=date(2026, 3, 31),
        planned_days=days,
    )


def add(kind: ActionKind, axis: str) -> AddAction:
    days = 5 if kind is ActionKind.CONSULTING else None
    return AddAction(
        kind,
        axis,
        title="Revoir les coûts",
        who="Nadia Le Goff",
        starts_on=date(2026, 3, 16),
        ends_on=date(2026, 3, 31),
        planned_days=days,
    )


def added(n: int, kind: ActionKind, axis: str) -> ActionAdded:
    return ActionAdded(UUID(int=n), planned(kind, axis))


def share(ends_on: date) -> ShareParcours:
    return ShareParcours(date(2026, 3, 9), ends_on)


# Opening


def test_the_agreed_plan_opens_the_parcours() -> None:
    given().when(OpenParcours(PLAN), by=Role.SERVICE).then(OPENED)


def test_a_plan_told_twice_changes_nothing() -> None:
    given(OPENED, RANKED).when(OpenParcours(PLAN), by=Role.SERVICE).then()


def test_nothing_is_built_before_the_plan_is_agreed() -> None:
    given().when(add(ActionKind.OWN_ACTION, "finance")).refused("parcours-not-open")


# Ranking and deferring


def test_the_axes_of_the_plan_are_ranked() -> None:
    given(OPENED).when(RankAxes(("finance", "strategy"))).then(RANKED)


@pytest.mark.parametrize(
    "ranking", [("finance",), ("finance", "finance"), ("finance", "digital"), ("finance", "strategy", "finance")]
)
def test_a_ranking_names_each_axis_of_the_plan_once_and_no_other(ranking: tuple[str, ...]) -> None:
    refused = given(OPENED).when(RankAxes(ranking)).refused("wrong-ranking")
    assert refused.extra["axes"] == ["strategy", "finance"]


def test_the_same_ranking_again_changes_nothing() -> None:
    given(OPENED, RANKED).when(RankAxes(("finance", "strategy"))).then()


def test_an_axis_waits_for_a_stated_reason() -> None:
    given(OPENED).when(DeferAxis("strategy", "Après l’élection")).then(
        AxisDeferred("strategy", text("Après l’élection"))
    )


def test_an_axis_that_has_an_action_is_not_deferred() -> None:
    history = given(OPENED, added(1, ActionKind.OWN_ACTION, "finance"))
    history.when(DeferAxis("finance", "Plus tard")).refused("axis-has-actions")


def test_an_action_takes_up_an_axis_that_was_deferred() -> None:
    state = given(OPENED, AxisDeferred("finance", text("Plus tard")), added(1, ActionKind.OWN_ACTION, "finance")).state
    assert state.deferrals == {}


@pytest.mark.parametrize("command", [DeferAxis("digital", "Plus tard"), add(ActionKind.OWN_ACTION, "digital")])
def test_an_axis_outside_the_plan_is_unknown(command: object) -> None:
    given(OPENED).when(command).refused("unknown-axis")


# Actions


@pytest.mark.parametrize("kind", ActionKind)
def test_an_action_says_what_who_and_when(kind: ActionKind) -> None:
    given(OPENED).when(add(kind, "finance")).then(ActionAdded(new_id(1), planned(kind, "finance")))


def test_an_action_may_belong_to_a_collective_operation() -> None:
    operation = UUID(int=9)
    command = replace(add(ActionKind.CONSULTING, "finance"), collective_operation=operation)
    shared_with_others = replace(planned(ActionKind.CONSULTING, "finance"), collective_operation=operation)
    given(OPENED).when(command).then(ActionAdded(new_id(1), shared_with_others))


def test_an_action_does_not_end_before_it_starts() -> None:
    command = replace(add(ActionKind.OWN_ACTION, "finance"), ends_on=date(2026, 3, 15))
    given(OPENED).when(command).refused("wrong-dates")


@pytest.mark.parametrize("starts_on", [date(2026, 2, 27), date(2126, 3, 2)])
def test_an_action_is_yet_to_come(starts_on: date) -> None:
    command = replace(add(ActionKind.OWN_ACTION, "finance"), starts_on=starts_on, ends_on=date(2126, 6, 30))
    given(OPENED).when(command).refused("absurd-date")


@pytest.mark.parametrize(("kind", "days"), [(ActionKind.CONSULTING, None), (ActionKind.LOCAL_SUPPORT, 5)])
def test_a_consulting_action_plans_its_days_and_no_other_does(kind: ActionKind, days: int | None) -> None:
    given(OPENED).when(replace(add(kind, "finance"), planned_days=days)).refused("wrong-days")


def test_an_action_is_removed_for_a_stated_reason() -> None:
    history = given(OPENED, added(1, ActionKind.OWN_ACTION, "finance"))
    removed = ActionRemoved(ACTION, text("Déjà faite"), kind=ActionKind.OWN_ACTION)
    history.when(RemoveAction(ACTION, "Déjà faite")).then(removed)
    assert given(*history.events, removed).state.actions == {}


def test_an_unknown_action_is_not_removed() -> None:
    given(OPENED).when(RemoveAction(ACTION, "Déjà faite")).refused("unknown-action")


# Sharing


def test_a_parcours_is_shared_once_its_axes_are_ranked() -> None:
    given(OPENED, added(1, ActionKind.OWN_ACTION, "finance")).when(share(date(2026, 9, 30))).refused("axes-not-ranked")


def test_each_ranked_axis_has_an_action_or_a_reason_to_wait() -> None:
    history = given(OPENED, RANKED, added(1, ActionKind.OWN_ACTION, "finance"))
    refused = history.when(share(date(2026, 9, 30))).refused("axes-without-action")
    assert refused.extra["axes"] == ["strategy"]
    assert "rang\u00a0: 2" in refused.detail


def test_a_parcours_does_not_defer_every_axis() -> None:
    deferred = (AxisDeferred(axis, text("Plus tard")) for axis in PLAN.axes)
    given(OPENED, RANKED, *deferred).when(share(date(2026, 9, 30))).refused("no-action")


def test_a_parcours_is_not_limited_to_calling_in_a_provider() -> None:
    consulting = (added(1, ActionKind.CONSULTING, "finance"), added(2, ActionKind.CONSULTING, "strategy"))
    refused = given(OPENED, RANKED, *consulting).when(share(date(2026, 9, 30))).refused("only-consulting")
    assert "ne se limite pas à la mobilisation d’un prestataire externe" in refused.detail


@pytest.mark.parametrize("starts_on", [date(2026, 1, 31), date(2026, 10, 1)])
def test_a_parcours_starts_after_the_admission_and_before_its_own_end(starts_on: date) -> None:
    given(*READY).when(ShareParcours(starts_on, date(2026, 9, 30))).refused("wrong-period")


@pytest.mark.parametrize("ends_on", [date(2026, 4, 2), date(2028, 2, 2)])
def test_from_the_admission_the_support_lasts_two_months_to_two_years(ends_on: date) -> None:
    [shared] = given(*READY).when(share(ends_on)).events
    assert shared.period.ends_on == ends_on


@pytest.mark.parametrize("ends_on", [date(2026, 4, 1), date(2028, 2, 3)])
def test_a_shorter_or_a_longer_support_takes_a_derogation(ends_on: date) -> None:
    refused = given(*READY).when(share(ends_on)).refused("wrong-duration")
    assert (refused.extra["earliest"], refused.extra["latest"]) == ("2026-04-02", "2028-02-02")
    [shared] = given(*READY, DEROGATION).when(share(ends_on)).events
    assert shared.period.ends_on == ends_on


def test_the_update_of_a_completed_parcours_has_two_years_of_its_own() -> None:
    update = (
        *READY,
        ParcoursCompleted(PLAN, {"done": 1}, debrief=text("Un vrai élan"), held_on=date(2027, 9, 1)),
        ParcoursAdjusted(5, text("Mise à jour demandée au bilan M18")),
    )
    reopened_at = datetime(2029, 3, 2, 9, tzinfo=UTC)
    [shared] = given(*update).when(share(date(2029, 6, 30)), at=reopened_at).events
    assert shared.period.ends_on == date(2029, 6, 30)
    refused = given(*update).when(share(date(2031, 3, 3)), at=reopened_at).refused("wrong-duration")
    assert refused.extra["latest"] == "2031-03-02"
    [shared] = given(*update, DEROGATION).when(share(date(2031, 3, 3)), at=reopened_at).events
    assert shared.period.ends_on == date(2031, 3, 3)


def test_even_with_a_derogation_a_parcours_does_not_end_in_the_past_or_in_a_century() -> None:
    given(*READY, DEROGATION).when(share(date(2126, 3, 2))).refused("absurd-date")


def test_a_manager_grants_a_derogation_once() -> None:
    command = GrantDurationDerogation("Fusion en cours")
    given(*READY).when(command, by=Role.MANAGER).then(DEROGATION)
    given(*READY, DEROGATION).when(command, by=Role.MANAGER).refused("derogation-already-granted")


@pytest.mark.parametrize("role", [Role.ADVISER, Role.LEADER, Role.REGIONAL])
def test_nobody_else_grants_a_derogation(role: Role) -> None:
    given(*READY).when(GrantDurationDerogation("Fusion en cours"), by=role).refused("managers-only")


def test_an_edit_waits_for_an_adjustment_once_the_parcours_is_validated() -> None:
    [shared] = given(*READY).when(share(date(2026, 9, 30))).events
    validated = ParcoursValidated(shared.version, shared.content_hash, actions={"own_action": 1}, leader="some-leader")
    history = given(*READY, shared, validated)
    history.when(add(ActionKind.LOCAL_SUPPORT, "strategy")).refused("validation-holds")
    history.when(share(date(2026, 10, 31))).refused("validation-holds")


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 2, 2), 2, date(2026, 4, 2)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 2, 28), 24, date(2028, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 10, 15), 2, date(2026, 12, 15)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_its_month(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


READY = (OPENED, RANKED, added(1, ActionKind.OWN_ACTION, "finance"), AxisDeferred("strategy", text("Après l’élection")))
DEROGATION = DurationDerogationGranted(text("Fusion en cours"))
