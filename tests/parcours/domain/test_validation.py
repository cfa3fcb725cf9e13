"""Sharing and validation: what leaders validate or contest, and what voids it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from parcours.domain.building.edits import (
    ActionAdded,
    ActionRemoved,
    ActionRescheduled,
    AddAction,
    AxesRanked,
    AxisDeferred,
    DeferAxis,
    RankAxes,
    RemoveAction,
    RescheduleAction,
)
from parcours.domain.building.validation import (
    AdjustParcours,
    ContestParcours,
    ParcoursAdjusted,
    ParcoursContested,
    ParcoursShared,
    ParcoursValidated,
    SharedVersionVoided,
    ShareParcours,
    ValidateParcours,
)
from parcours.domain.coordination import (
    AbandonAction,
    ActionAbandoned,
    ActionCarriedOver,
    ActionStarted,
    CarryOverAction,
)
from parcours.domain.ending import CompleteParcours, ParcoursCompleted
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.parcours import decider
from parcours.domain.state import ActionKind, ParcoursStatus, Period, PlannedAction, ReceivedPlan
from shared.kernel import Actor, PersonalData, Role
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import MemoryLog, Scenarios, new_id, text

given = Scenarios(decider)
PLAN = ReceivedPlan(
    UUID(int=8),
    "unit-35",
    adviser="adviser-1",
    admitted_at=datetime(2026, 2, 2, 9, tzinfo=UTC),
    axes=("strategy", "finance"),
)
PERIOD = Period(date(2026, 3, 9), date(2026, 9, 30))
SHARE = ShareParcours(PERIOD.starts_on, PERIOD.ends_on)
OWN, CONSULTING = UUID(int=1), UUID(int=2)


def planned(kind: ActionKind, axis: str) -> PlannedAction:
    who = PersonalData(new_id(2), "Nadia Le Goff")
    return PlannedAction(
        kind, axis, title=text("Revoir les coûts"), who=who, starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)
    )


BUILT = (
    ParcoursOpened(PLAN),
    AxesRanked(("finance", "strategy")),
    ActionAdded(OWN, planned(ActionKind.OWN_ACTION, "finance")),
    ActionAdded(CONSULTING, planned(ActionKind.CONSULTING, "finance")),
    AxisDeferred("strategy", text("Après l’élection")),
)
PROOF = content_hash(new_id(1).bytes, given(*BUILT).state.content(PERIOD))
SHARED = ParcoursShared(5, PROOF, salt=text(new_id(1).hex), period=PERIOD)
VALIDATED = ParcoursValidated(5, PROOF, actions={"own_action": 1, "consulting": 1}, leader="some-leader")
UNDER_WAY = (*BUILT, SHARED, VALIDATED)
VOIDED = SharedVersionVoided(5)
ADJUSTED = ParcoursAdjusted(6, text("Un départ"))


def test_sharing_gives_a_version_number_and_a_hash_of_everything_the_structure_is_asked() -> None:
    given(*BUILT).when(SHARE).then(SHARED)


@pytest.mark.parametrize(
    "edit",
    [
        AxesRanked(("strategy", "finance")),
        AxisDeferred("strategy", text("Après le déménagement")),
        ActionAdded(UUID(int=3), planned(ActionKind.OWN_ACTION, "finance")),
        ActionRescheduled(OWN, date(2026, 4, 1), ends_on=date(2026, 7, 31), reason=text("Congés")),
        ActionRemoved(OWN, text("Déjà faite"), kind=ActionKind.OWN_ACTION),
    ],
)
def test_another_content_has_another_hash(edit: object) -> None:
    edited = given(*BUILT, edit).state
    assert content_hash(new_id(1).bytes, edited.content(PERIOD)) != PROOF


def test_another_period_or_another_salt_makes_another_hash() -> None:
    content = given(*BUILT).state.content(Period(PERIOD.starts_on, date(2026, 10, 1)))
    assert content_hash(new_id(1).bytes, content) != PROOF
    assert content_hash(new_id(2).bytes, given(*BUILT).state.content(PERIOD)) != PROOF


def test_the_hash_that_was_stored_is_found_again_from_the_log() -> None:
    log = MemoryLog(decider)
    log.append(*BUILT)
    log.do(SHARE)
    shared = log.state.shared
    assert shared is not None
    assert (
        content_hash(bytes.fromhex(log.key_store.decrypt(shared.salt)), log.state.content(PERIOD))
        == shared.content_hash
    )
    log.do(ValidateParcours(shared.version, shared.content_hash), by=Role.LEADER)
    assert log.state.status is ParcoursStatus.UNDER_WAY


@pytest.mark.parametrize(
    "period",
    [ShareParcours(date(2026, 4, 2), PERIOD.ends_on), ShareParcours(PERIOD.starts_on, date(2026, 6, 29))],
)
def test_every_action_begins_and_ends_within_the_parcours(period: ShareParcours) -> None:
    refused = given(*BUILT).when(period).refused("actions-outside-period")
    assert refused.extra == {"actions": [str(OWN), str(CONSULTING)]}
    given(*BUILT).when(ShareParcours(date(2026, 4, 1), date(2026, 6, 30))).then(
        replace(
            SHARED,
            period=Period(date(2026, 4, 1), date(2026, 6, 30)),
            content_hash=content_hash(
                new_id(1).bytes, given(*BUILT).state.content(Period(date(2026, 4, 1), date(2026, 6, 30)))
            ),
        )
    )


def test_an_action_gets_other_dates_while_the_parcours_is_built_or_adjusted() -> None:
    later = RescheduleAction(OWN, date(2026, 5, 1), ends_on=date(2026, 8, 31), reason="Le bureau est en congés")
    moved = ActionRescheduled(OWN, date(2026, 5, 1), ends_on=date(2026, 8, 31), reason=text("Le bureau est en congés"))
    given(*BUILT, SHARED).when(later).then(VOIDED, moved)
    given(*UNDER_WAY).when(later).refused("validation-holds")
    given(*UNDER_WAY, ADJUSTED).when(later).then(moved)
    given(*UNDER_WAY, ADJUSTED, moved).when(later).then()
    dates = given(*UNDER_WAY, ADJUSTED, moved).state.actions[OWN].planned
    assert (dates.starts_on, dates.ends_on) == (date(2026, 5, 1), date(2026, 8, 31))
    given(*UNDER_WAY, ActionStarted(OWN), ADJUSTED).when(later).refused("wrong-dates")
    given(*UNDER_WAY, ADJUSTED).when(replace(later, ends_on=date(2026, 4, 30))).refused("wrong-dates")
    settled = (ActionAbandoned(OWN, text("Non")), ADJUSTED)
    given(*UNDER_WAY, *settled).when(later).refused("action-not-at-this-step")


def test_sharing_the_same_again_changes_nothing() -> None:
    given(*BUILT, SHARED).when(SHARE).then()


def test_sharing_for_other_dates_makes_a_new_version() -> None:
    voided, shared = given(*BUILT, SHARED).when(ShareParcours(PERIOD.starts_on, date(2026, 10, 31))).events
    assert voided == VOIDED
    assert shared.version == 6


def test_a_leader_validates_the_version_that_was_shared() -> None:
    given(*BUILT, SHARED).when(ValidateParcours(5, PROOF), by=Role.LEADER).then(VALIDATED)
    assert given(*UNDER_WAY).state.validated_version == 5


def test_the_same_leader_validating_the_same_version_again_changes_nothing() -> None:
    given(*UNDER_WAY).when(ValidateParcours(5, PROOF), by=Role.LEADER).then()
    given(*UNDER_WAY).when(ValidateParcours(5, "0" * 64), by=Role.LEADER).refused("stale-content")
    given(*UNDER_WAY, ADJUSTED).when(ValidateParcours(5, PROOF), by=Role.LEADER).refused("stale-content")


def test_another_leader_joins_the_validation_of_the_same_version() -> None:
    treasurer = Actor("the-treasurer", Role.LEADER)
    joined = replace(VALIDATED, leader="the-treasurer")
    given(*UNDER_WAY).when(ValidateParcours(5, PROOF), by=treasurer).then(joined)
    assert given(*UNDER_WAY, joined).state.validations == ("some-leader", "the-treasurer")
    shared_again = (ADJUSTED, replace(SHARED, version=7))
    assert given(*UNDER_WAY, joined, *shared_again).state.validations == ()


@pytest.mark.parametrize("role", [Role.ADVISER, Role.MANAGER, Role.REGIONAL, Role.PROVIDER])
def test_nobody_validates_or_contests_in_the_place_of_a_leader(role: Role) -> None:
    given(*BUILT, SHARED).when(ValidateParcours(5, PROOF), by=role).refused("leaders-only")
    given(*BUILT, SHARED).when(ContestParcours(5, "Trop tôt"), by=role).refused("leaders-only")


@pytest.mark.parametrize(
    "answer", [ValidateParcours(4, PROOF), ValidateParcours(5, "0" * 64), ContestParcours(6, "Non")]
)
def test_an_answer_to_another_version_or_another_hash_is_told_the_current_version_and_no_hash(answer: object) -> None:
    refused = given(*BUILT, SHARED).when(answer, by=Role.LEADER).refused("stale-content")
    assert refused.extra == {"version": 5}, "the hash of what was not read would be handed over"


@pytest.mark.parametrize("history", [BUILT, (*BUILT, SHARED, ParcoursContested(5, text("Trop tôt"))), UNDER_WAY])
def test_a_leader_answers_only_what_waits_for_an_answer(history: tuple[object, ...]) -> None:
    current = given(*history).state.content_version
    given(*history).when(ContestParcours(current, "Trop tôt"), by=Role.LEADER).refused("nothing-shared")


def test_a_leader_contests_with_reasons_and_the_parcours_is_built_again() -> None:
    contested = ParcoursContested(5, text("Trop tôt"))
    given(*BUILT, SHARED).when(ContestParcours(5, "Trop tôt"), by=Role.LEADER).then(contested)
    state = given(*BUILT, SHARED, contested).state
    assert (state.status, state.shared, state.contest_reason) == (ParcoursStatus.BUILDING, None, text("Trop tôt"))
    [shared_again] = given(*BUILT, SHARED, contested).when(SHARE).events
    assert shared_again.version == 6


@pytest.mark.parametrize(
    "edit",
    [
        RankAxes(("strategy", "finance")),
        DeferAxis("strategy", "Après le déménagement"),
        AddAction(
            ActionKind.OWN_ACTION,
            "finance",
            title="Suivre les coûts",
            who="La trésorière",
            starts_on=date(2026, 4, 1),
            ends_on=date(2026, 6, 1),
        ),
        RemoveAction(OWN, "Déjà faite"),
    ],
)
def test_an_edit_of_what_was_shared_makes_a_new_version_and_says_so(edit: object) -> None:
    events = given(*BUILT, SHARED).when(edit).events
    assert events[0] == VOIDED
    edited = given(*BUILT, SHARED, *events)
    assert (edited.state.status, edited.state.content_version) == (ParcoursStatus.BUILDING, 6)
    refused = edited.when(ValidateParcours(5, PROOF), by=Role.LEADER).refused("stale-content")
    assert refused.extra == {"version": 6}


def test_an_adjustment_reopens_a_validated_parcours_as_a_new_version_and_voids_the_validation() -> None:
    given(*UNDER_WAY).when(AdjustParcours("Un départ")).then(ADJUSTED)
    state = given(*UNDER_WAY, ADJUSTED).state
    assert (state.status, state.content_version, state.validated_version) == (ParcoursStatus.BUILDING, 6, None)
    given(*UNDER_WAY, ADJUSTED).when(CompleteParcours("Bilan", date(2026, 3, 2))).refused("not-validated")


def test_a_completed_parcours_can_be_updated_too() -> None:
    settled = (ActionAbandoned(CONSULTING, text("Trop cher")), ActionCarriedOver(OWN, text("Pas fini")))
    completed = ParcoursCompleted(
        PLAN, {"abandoned": 1, "carried_over": 1}, debrief=text("Bilan"), held_on=date(2026, 9, 30)
    )
    given(*UNDER_WAY, *settled, completed).when(AdjustParcours("Un départ")).then(ADJUSTED)


@pytest.mark.parametrize("history", [BUILT, (*BUILT, SHARED)])
def test_what_is_not_validated_is_edited_without_an_adjustment(history: tuple[object, ...]) -> None:
    given(*history).when(AdjustParcours("Un départ")).refused("nothing-to-adjust")


def test_a_validated_action_is_not_removed_by_an_adjustment() -> None:
    given(*UNDER_WAY, ADJUSTED).when(RemoveAction(OWN, "Inutile")).refused("action-validated")


def test_an_adjusted_parcours_is_shared_and_validated_again_with_its_started_actions() -> None:
    [shared] = given(*UNDER_WAY, ActionStarted(OWN), ADJUSTED).when(SHARE).events
    history = given(*UNDER_WAY, ActionStarted(OWN), ADJUSTED, shared)
    answer = ValidateParcours(shared.version, shared.content_hash)
    [validated] = history.when(answer, by=Role.LEADER).events
    assert validated.actions == {"own_action": 1, "consulting": 1}


@pytest.mark.parametrize("command", [AbandonAction(CONSULTING, "Trop cher"), CarryOverAction(CONSULTING, "Plus tard")])
def test_what_is_given_up_meanwhile_is_no_longer_what_was_shared(command: object) -> None:
    reshared = ParcoursShared(7, PROOF, salt=text(new_id(1).hex), period=PERIOD)
    voided, _ = given(*UNDER_WAY, ADJUSTED, reshared).when(command).events
    assert voided == SharedVersionVoided(7)


def test_an_abandoned_action_is_not_part_of_what_is_validated() -> None:
    history = (*UNDER_WAY, ActionAbandoned(OWN, text("Plus le temps")), ADJUSTED)
    assert OWN not in given(*history).state.content(PERIOD).actions
    given(*history).when(SHARE).refused("only-consulting")
