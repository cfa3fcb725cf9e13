"""Collective operations: at least two structures, each with its own parcours; one may leave."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from embedded.processes.postgres import Postgres
from parcours.domain import coordination, ending, parcours
from parcours.domain.building import edits, validation
from parcours.domain.collective.conclusion import (
    CancelOperation,
    CloseOperation,
    OperationCancelled,
    OperationClosed,
)
from parcours.domain.collective.membership import (
    BeneficiaryJoined,
    BeneficiaryLeft,
    ContinueOperation,
    JoinOperation,
    LeaveOperation,
    OperationContinued,
    OperationFellShort,
    OperationRestored,
    OperationStarted,
    StartOperation,
)
from parcours.domain.collective.operation import OperationPlanned, PlanOperation, decider
from parcours.domain.collective.standing import ContinueAlone, MoveToOperation
from parcours.domain.collective.state import (
    Departure,
    DepartureReason,
    Operation,
    OperationStatus,
    ShareDecision,
)
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ActionKind, CollectiveStatus, ReceivedPlan
from parcours.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Clock, Refused, Role, paris_date, uuid7
from shared.testing.scenarios import UNIT, MemoryLog, Scenarios, text

given = Scenarios(decider)
TODAY = date(2026, 3, 2)
"""In Paris, in every scenario."""
PLANNED = OperationPlanned(UNIT, text("Bien gérer à plusieurs"), adviser="some-adviser")
ABANDONED = DepartureReason.ACTION_ABANDONED


def joined(n: int, beneficiaries: int) -> BeneficiaryJoined:
    return BeneficiaryJoined(UUID(int=n), UUID(int=10 + n), joined_on=TODAY, beneficiaries=beneficiaries)


def left(n: int, beneficiaries: int, reason: DepartureReason = ABANDONED) -> BeneficiaryLeft:
    return BeneficiaryLeft(
        UUID(int=n),
        UUID(int=10 + n),
        reason=reason,
        left_on=TODAY,
        beneficiaries=beneficiaries,
        share=ShareDecision.REDISTRIBUTED,
    )


ONE, TWO, THREE = (joined(n, n) for n in (1, 2, 3))


def test_an_operation_is_planned_before_anybody_joins() -> None:
    given().when(PlanOperation(UNIT, "Bien gérer à plusieurs")).then(PLANNED)
    given(PLANNED).when(PlanOperation(UNIT, "Encore")).refused("operation-already-planned")
    assert given().when(PlanOperation("dla-75", "Chez les autres")).refused("other-unit").status == 403
    given().when(JoinOperation(ONE.case, ONE.action)).refused("unknown-operation")
    given(PLANNED).when(JoinOperation(ONE.case, ONE.action)).then(ONE)
    given(PLANNED, ONE).when(JoinOperation(ONE.case, ONE.action)).then()


def test_the_day_on_which_a_structure_joins_is_that_of_paris() -> None:
    late = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    outcome = given(PLANNED).when(JoinOperation(ONE.case, ONE.action), at=late)
    outcome.then(BeneficiaryJoined(ONE.case, ONE.action, joined_on=date(2026, 3, 3), beneficiaries=1))


def test_it_starts_with_two_structures_at_least() -> None:
    same_structure = BeneficiaryJoined(ONE.case, UUID(int=20), joined_on=TODAY, beneficiaries=1)
    given(PLANNED, ONE, same_structure).when(StartOperation(ONE.case)).refused("too-few-beneficiaries")
    given(PLANNED, ONE, TWO).when(StartOperation(ONE.case)).then(OperationStarted())
    given(PLANNED, ONE, TWO, OperationStarted()).when(StartOperation(ONE.case)).then()


def test_it_goes_on_when_one_of_three_gives_up_and_says_so_when_one_is_left() -> None:
    started = (PLANNED, ONE, TWO, THREE, OperationStarted())
    given(*started).when(LeaveOperation(ONE.action, ABANDONED)).then(left(1, 2))
    given(*started, left(1, 2)).when(LeaveOperation(TWO.action, ABANDONED)).then(left(2, 1), OperationFellShort(1))
    given(*started, left(1, 2)).when(LeaveOperation(ONE.action, ABANDONED)).then()
    given(PLANNED, ONE).when(LeaveOperation(ONE.action, ABANDONED)).then(left(1, 0))


def test_a_structure_that_left_stays_visible_with_the_day_and_the_reason() -> None:
    reason = DepartureReason.PARCOURS_ABANDONED
    state = given(PLANNED, ONE, TWO, THREE, OperationStarted(), left(2, 2, reason)).state
    assert [each.case for each in state.present] == [ONE.case, THREE.case]
    gone = state.find_beneficiary(TWO.case)
    assert gone is not None
    assert (gone.actions, gone.departure) == ((), Departure(TODAY, reason, share=ShareDecision.REDISTRIBUTED))
    back = given(PLANNED, ONE, TWO, left(2, 1), joined(2, 2)).state.find_beneficiary(TWO.case)
    assert back is not None
    assert (back.actions, back.departure) == ((TWO.action,), None)


def test_a_structure_leaves_with_the_last_of_its_actions() -> None:
    second = UUID(int=21)
    twice = (PLANNED, ONE, BeneficiaryJoined(ONE.case, second, joined_on=TODAY, beneficiaries=1), joined(2, 2))
    first_left = left(1, 2)
    given(*twice).when(LeaveOperation(ONE.action, ABANDONED)).then(first_left)
    last_left = replace(first_left, action=second, beneficiaries=1)
    given(*twice, first_left).when(LeaveOperation(second, ABANDONED)).then(last_left, OperationFellShort(1))


def test_it_falls_short_before_its_start_too_and_another_structure_restores_it() -> None:
    given(PLANNED, ONE, TWO).when(LeaveOperation(TWO.action, ABANDONED)).then(left(2, 1), OperationFellShort(1))
    short = (PLANNED, ONE, TWO, left(2, 1), OperationFellShort(1))
    given(*short).when(StartOperation(ONE.case)).refused("too-few-beneficiaries")
    given(*short).when(JoinOperation(THREE.case, THREE.action)).then(OperationRestored(), joined(3, 2))
    restored = given(*short, OperationRestored(), joined(3, 2))
    assert restored.state.status is OperationStatus.PLANNED
    restored.when(StartOperation(ONE.case)).then(OperationStarted())
    same_structure = JoinOperation(ONE.case, UUID(int=20))
    given(*short).when(same_structure).then(BeneficiaryJoined(ONE.case, UUID(int=20), joined_on=TODAY, beneficiaries=1))


def test_a_restored_operation_that_had_started_has_started() -> None:
    short = (PLANNED, ONE, TWO, OperationStarted(), left(2, 1), OperationFellShort(1))
    assert given(*short, OperationRestored(), joined(3, 2)).state.status is OperationStatus.STARTED


def test_one_structure_may_carry_it_on_alone_and_without_any_it_is_short_again() -> None:
    short = (PLANNED, ONE, TWO, OperationStarted(), left(2, 1), OperationFellShort(1))
    given(*short).when(ContinueOperation(ONE.action)).then(OperationContinued(ONE.case))
    given(*short).when(ContinueOperation(TWO.action)).then()
    alone = given(*short, OperationContinued(ONE.case))
    assert alone.state.status is OperationStatus.STARTED
    alone.when(ContinueOperation(ONE.action)).then()
    alone.when(LeaveOperation(ONE.action, ABANDONED)).then(left(1, 0), OperationFellShort(0))


def test_it_is_closed_once_it_has_started() -> None:
    closure = CloseOperation("Le poste partagé est en place.", TODAY)
    closed = OperationClosed(text("Le poste partagé est en place."), closed_on=TODAY)
    started = (PLANNED, ONE, TWO, OperationStarted())
    given(*started).when(closure).then(closed)
    given(PLANNED, ONE, TWO).when(closure).refused("operation-not-started")
    given(*started, left(2, 1), OperationFellShort(1)).when(closure).refused("operation-not-started")
    given(*started).when(CloseOperation("Trop tôt.", TODAY + timedelta(days=9))).refused("absurd-date")
    given().when(closure).refused("unknown-operation")
    ended = given(*started, closed)
    assert ended.state.ending is not None
    assert (ended.state.ending.kind, ended.state.ending.on) == (OperationStatus.CLOSED, TODAY)
    ended.when(closure).refused("operation-ended")
    ended.when(JoinOperation(THREE.case, THREE.action)).refused("operation-ended")
    ended.when(LeaveOperation(ONE.action, ABANDONED)).then()


def test_it_is_cancelled_with_a_reason_at_any_time_before_its_end() -> None:
    cancellation = CancelOperation("Le groupement d’employeurs se retire.", TODAY)
    cancelled = OperationCancelled(text("Le groupement d’employeurs se retire."), cancelled_on=TODAY)
    for before in ((), (ONE, TWO), (ONE, TWO, OperationStarted()), (ONE, TWO, left(2, 1), OperationFellShort(1))):
        given(PLANNED, *before).when(cancellation).then(cancelled)
    given().when(cancellation).refused("unknown-operation")
    given(PLANNED, cancelled).when(cancellation).refused("operation-ended")
    given(PLANNED, ONE, TWO, cancelled).when(StartOperation(ONE.case)).refused("operation-ended")


class AnyOperation(RuleBasedStateMachine):
    """In whatever order structures come, start and leave, it never starts with fewer than two, and replays alike."""

    cases = st.sampled_from([ONE.case, TWO.case])
    actions = st.sampled_from([ONE.action, TWO.action, THREE.action])

    def __init__(self) -> None:
        super().__init__()
        self.log: MemoryLog[Operation] = MemoryLog(decider)
        self.continued = False
        self.log.do(PlanOperation(UNIT, "Bien gérer"))

    @rule(case=cases, action=actions)
    def join(self, case: UUID, action: UUID) -> None:
        self.log.do(JoinOperation(case, action))

    @rule()
    def begin(self) -> None:
        self.log.do(StartOperation(ONE.case))

    @rule(action=actions)
    def leave(self, action: UUID) -> None:
        self.log.do(LeaveOperation(action, ABANDONED))

    @rule(action=actions)
    def carry_on(self, action: UUID) -> None:
        self.continued = self.continued or bool(self.log.do(ContinueOperation(action)).events)

    @invariant()
    def started_by_two_or_more(self) -> None:
        operation = self.log.state
        assert self.log.from_snapshot() == operation
        if operation.status is OperationStatus.STARTED:
            assert len(set(operation.actions.values())) >= (1 if self.continued else 2)

    @invariant()
    def nobody_is_forgotten(self) -> None:
        """Whoever joined is there, with an action or with the day and the reason of the departure."""
        joined_cases = {event.case for event in self.log.events if isinstance(event, BeneficiaryJoined)}
        beneficiaries = self.log.state.beneficiaries
        assert {each.case for each in beneficiaries} == joined_cases
        assert all(bool(each.actions) == (each.departure is None) for each in beneficiaries)


AnyOperation.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
test_any_operation = AnyOperation.TestCase

ADVISER, LEADER = Actor("some-adviser", Role.ADVISER, unit=UNIT), Actor("some-leader", Role.LEADER)


@pytest.fixture
def app(postgres: Postgres) -> Iterator[ServiceApplication]:
    url = postgres.ensure_database("operations", connections=-1)
    with closing(ServiceApplication("parcours", service.deciders, url, secrets.token_bytes(32), Clock())) as app:
        app.create_tables()
        yield app


def ask(app: ServiceApplication, case: UUID, command: object, by: Actor = ADVISER) -> None:
    app.handle(parcours.decider, case, command, app.context(case, by))


def plan(app: ServiceApplication) -> UUID:
    operation = uuid7()
    app.handle(decider, operation, PlanOperation(UNIT, "Bien gérer"), app.context(operation, ADVISER))
    return operation


def join(app: ServiceApplication, operation: UUID) -> tuple[UUID, UUID]:
    """A structure's own parcours, validated, and its action in the operation."""
    case, now = uuid7(), datetime.now(UTC)
    ask(
        app,
        case,
        OpenParcours(
            ReceivedPlan(uuid7(), UNIT, adviser="adviser", admitted_at=now - timedelta(days=40), axes=("finance",))
        ),
    )
    ask(app, case, edits.RankAxes(("finance",)))
    dates = (paris_date(now) + timedelta(days=30), paris_date(now) + timedelta(days=180))
    together = edits.AddAction(
        ActionKind.LOCAL_SUPPORT, "finance", "Atelier", "Réseau", *dates, collective_operation=operation
    )
    ask(app, case, together)
    ask(app, case, validation.ShareParcours(paris_date(now), dates[1]))
    built = app.load(parcours.decider, case).state
    assert built.shared
    ask(app, case, validation.ValidateParcours(built.shared.version, built.shared.content_hash), LEADER)
    return case, next(iter(built.actions))


def standing_of(app: ServiceApplication, case: UUID) -> CollectiveStatus | None:
    return next(iter(app.load(parcours.decider, case).state.actions.values())).collective_status


def test_three_structures_go_through_it_each_with_its_parcours_and_one_gives_up(app: ServiceApplication) -> None:
    with pytest.raises(Refused, match="unknown-operation"):
        join(app, uuid7())
    operation = plan(app)
    first, second, third = (join(app, operation) for _ in range(3))
    ask(app, first[0], coordination.StartAction(first[1]))
    ask(app, second[0], ending.AbandonParcours("Priorités nouvelles"))
    state = app.load(decider, operation).state
    assert (state.status, set(state.actions.values())) == (OperationStatus.STARTED, {first[0], third[0]})
    assert [each.departure.reason for each in state.beneficiaries if each.departure] == ["parcours_abandoned"]
    ask(app, third[0], coordination.AbandonAction(third[1], "Plus de temps"))
    assert app.load(decider, operation).state.status is OperationStatus.FELL_SHORT
    assert standing_of(app, first[0]) is CollectiveStatus.FELL_SHORT
    with pytest.raises(Refused, match="too-few-beneficiaries"):
        ask(app, first[0], coordination.FinishAction(first[1], "Seule"))
    ask(app, first[0], ContinueAlone(first[1], "Nous finissons l’atelier sans les autres."))
    assert app.load(decider, operation).state.status is OperationStatus.STARTED
    ask(app, first[0], coordination.FinishAction(first[1], "Seule, et jusqu’au bout"))


def test_of_two_structures_one_gives_up_before_the_start_and_the_other_waits_for_a_third(
    app: ServiceApplication,
) -> None:
    operation = plan(app)
    first, second = (join(app, operation) for _ in range(2))
    ask(app, second[0], ending.AbandonParcours("Priorités nouvelles"))
    assert standing_of(app, first[0]) is CollectiveStatus.FELL_SHORT
    with pytest.raises(Refused, match="trop peu de structures"):
        ask(app, first[0], coordination.StartAction(first[1]))
    join(app, operation)
    assert standing_of(app, first[0]) is CollectiveStatus.TOGETHER
    ask(app, first[0], coordination.StartAction(first[1]))
    assert app.load(decider, operation).state.status is OperationStatus.STARTED


def test_an_action_alone_in_its_operation_does_not_start(app: ServiceApplication) -> None:
    case, action = join(app, plan(app))
    with pytest.raises(Refused, match="celle-ci en compte 1"):
        ask(app, case, coordination.StartAction(action))


def test_the_case_of_a_survivor_names_neither_the_structure_that_left_nor_its_leader(app: ServiceApplication) -> None:
    operation = plan(app)
    first, second = (join(app, operation) for _ in range(2))
    ask(app, second[0], ending.AbandonParcours("Priorités nouvelles"), Actor("leader-of-the-second", Role.LEADER))
    *_, (entry, noted) = app.events_of(app.recorder.entries_of_case(first[0]))
    assert (noted.meta.actor, noted.meta.role) == ("service:parcours", Role.SERVICE)
    assert (noted.meta.case, noted.meta.correlation, noted.meta.causation) == (first[0], first[0], None)
    assert str(second[0]).encode() not in entry.state
    assert b"leader-of-the-second" not in entry.state


def test_a_cancelled_operation_releases_the_actions_and_each_structure_decides(app: ServiceApplication) -> None:
    operation, other = plan(app), plan(app)
    alone, moved = (join(app, operation) for _ in range(2))
    join(app, other)
    cancellation = CancelOperation("Le réseau se retire.", paris_date(datetime.now(UTC)))
    app.handle(decider, operation, cancellation, app.context(operation, ADVISER))
    assert {standing_of(app, case) for case, _ in (alone, moved)} == {CollectiveStatus.CANCELLED}
    with pytest.raises(Refused, match="operation-ended"):
        ask(app, alone[0], coordination.StartAction(alone[1]))
    with pytest.raises(Refused, match="same-operation"):
        ask(app, moved[0], MoveToOperation(moved[1], operation, reason="La même"))
    ask(app, alone[0], ContinueAlone(alone[1], "L’atelier reste utile."))
    ask(app, alone[0], coordination.StartAction(alone[1]))
    ask(app, moved[0], MoveToOperation(moved[1], other, reason="Celle du département voisin."))
    ask(app, moved[0], coordination.StartAction(moved[1]))
    assert set(app.load(decider, other).state.actions.values()) >= {moved[0]}
    with pytest.raises(Refused, match="operation-holds"):
        ask(app, moved[0], ContinueAlone(moved[1], "Finalement non"))


def test_a_structure_that_carries_on_alone_before_the_start_leaves_the_operation(app: ServiceApplication) -> None:
    operation = plan(app)
    first, second = (join(app, operation) for _ in range(2))
    ask(app, second[0], coordination.AbandonAction(second[1], "Plus de temps"))
    ask(app, first[0], ContinueAlone(first[1], "Nous ferons l’atelier entre nous."))
    assert app.load(parcours.decider, first[0]).state.actions[first[1]].operation is None
    reasons = [each.departure.reason for each in app.load(decider, operation).state.beneficiaries if each.departure]
    assert reasons == ["carries_on_alone", "action_abandoned"]
    ask(app, first[0], coordination.StartAction(first[1]))


def test_the_end_of_one_parcours_does_not_depend_on_that_of_another(app: ServiceApplication) -> None:
    """The other structure has settled its action, or its parcours is over: nothing is recorded there, nor refused."""
    operation = plan(app)
    first, second = (join(app, operation) for _ in range(2))
    for case, action in (first, second):
        ask(app, case, coordination.StartAction(action))
    ask(app, first[0], coordination.FinishAction(first[1], "Fait"))
    ask(app, first[0], ending.AbandonParcours("Fusion"))
    version = app.load(parcours.decider, first[0]).version
    ask(app, second[0], ending.AbandonParcours("Priorités nouvelles"))
    assert app.load(parcours.decider, first[0]).version == version
    assert app.load(decider, operation).state.status is OperationStatus.FELL_SHORT


def test_two_structures_that_leave_at_once_are_both_recorded(app: ServiceApplication) -> None:
    operation = plan(app)
    leaving = [join(app, operation) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        answers = [
            pool.submit(ask, app, case, coordination.AbandonAction(action, "Ensemble")) for case, action in leaving[:2]
        ]
    for answer in answers:
        answer.result()
    state = app.load(decider, operation).state
    assert (len(state.present), state.status) == (1, OperationStatus.FELL_SHORT)
    assert standing_of(app, leaving[2][0]) is CollectiveStatus.FELL_SHORT
