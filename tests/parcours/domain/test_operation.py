"""Collective operations: at least two structures, each with its own parcours; one may leave."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from embedded.processes.postgres import Postgres
from parcours.domain import coordination, ending, parcours
from parcours.domain.building import edits, validation
from parcours.domain.collective.operation import (
    BeneficiaryJoined,
    BeneficiaryLeft,
    JoinOperation,
    LeaveOperation,
    Operation,
    OperationFellShort,
    OperationPlanned,
    OperationStarted,
    OperationStatus,
    PlanOperation,
    StartOperation,
    decider,
)
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ActionKind, ReceivedPlan
from parcours.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Clock, Refused, Role, uuid7
from shared.testing.scenarios import UNIT, MemoryLog, Scenarios, text

given = Scenarios(decider)
PLANNED = OperationPlanned(UNIT, text("Bien gérer à plusieurs"))
ONE, TWO, THREE = (BeneficiaryJoined(UUID(int=n), UUID(int=10 + n)) for n in (1, 2, 3))


def test_an_operation_is_planned_before_anybody_joins() -> None:
    given().when(PlanOperation(UNIT, "Bien gérer à plusieurs")).then(PLANNED)
    given(PLANNED).when(PlanOperation(UNIT, "Encore")).refused("operation-already-planned")
    assert given().when(PlanOperation("dla-75", "Chez les autres")).refused("other-unit").status == 403
    given().when(JoinOperation(ONE.case, ONE.action)).refused("unknown-operation")
    given(PLANNED).when(JoinOperation(ONE.case, ONE.action)).then(ONE)
    given(PLANNED, ONE).when(JoinOperation(ONE.case, ONE.action)).then()


def test_it_starts_with_two_structures_at_least() -> None:
    same_structure = BeneficiaryJoined(ONE.case, UUID(int=20))
    given(PLANNED, ONE, same_structure).when(StartOperation()).refused("too-few-beneficiaries")
    given(PLANNED, ONE, TWO).when(StartOperation()).then(OperationStarted())
    given(PLANNED, ONE, TWO, OperationStarted()).when(StartOperation()).then()


def test_it_goes_on_when_one_of_three_gives_up_and_says_so_when_one_is_left() -> None:
    started = (PLANNED, ONE, TWO, THREE, OperationStarted())
    left = BeneficiaryLeft(ONE.action)
    given(*started).when(LeaveOperation(ONE.action)).then(left)
    given(*started, left).when(LeaveOperation(TWO.action)).then(BeneficiaryLeft(TWO.action), OperationFellShort(1))
    given(*started, left).when(LeaveOperation(ONE.action)).then()
    given(PLANNED, ONE).when(LeaveOperation(ONE.action)).then(left)


class AnyOperation(RuleBasedStateMachine):
    """In whatever order structures come, start and leave, it never starts with fewer than two, and replays alike."""

    cases = st.sampled_from([ONE.case, TWO.case])
    actions = st.sampled_from([ONE.action, TWO.action, THREE.action])

    def __init__(self) -> None:
        super().__init__()
        self.log: MemoryLog[Operation] = MemoryLog(decider)
        self.log.do(PlanOperation(UNIT, "Bien gérer"))

    @rule(case=cases, action=actions)
    def join(self, case: UUID, action: UUID) -> None:
        self.log.do(JoinOperation(case, action))

    @rule()
    def begin(self) -> None:
        self.log.do(StartOperation())

    @rule(action=actions)
    def leave(self, action: UUID) -> None:
        self.log.do(LeaveOperation(action))

    @invariant()
    def started_by_two_or_more(self) -> None:
        operation = self.log.state
        assert self.log.from_snapshot() == operation
        if operation.status is OperationStatus.STARTED:
            assert len(set(operation.actions.values())) >= 2


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


def joined(app: ServiceApplication, operation: UUID) -> tuple[UUID, UUID]:
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
    dates = (now.date() + timedelta(days=30), now.date() + timedelta(days=180))
    together = edits.AddAction(
        ActionKind.LOCAL_SUPPORT, "finance", "Atelier", "Réseau", *dates, collective_operation=operation
    )
    ask(app, case, together)
    ask(app, case, validation.ShareParcours(now.date(), dates[1]))
    built = app.load(parcours.decider, case).state
    assert built.shared
    ask(app, case, validation.ValidateParcours(built.shared.version, built.shared.content_hash), LEADER)
    return case, next(iter(built.actions))


def test_three_structures_go_through_it_each_with_its_parcours_and_one_gives_up(app: ServiceApplication) -> None:
    operation = uuid7()
    with pytest.raises(Refused, match="unknown-operation"):
        joined(app, operation)
    app.handle(decider, operation, PlanOperation(UNIT, "Bien gérer"), app.context(operation, ADVISER))
    first, second, third = (joined(app, operation) for _ in range(3))
    ask(app, first[0], coordination.StartAction(first[1]))
    ask(app, second[0], ending.AbandonParcours("Priorités nouvelles"))
    state = app.load(decider, operation).state
    assert (state.status, set(state.actions.values())) == (OperationStatus.STARTED, {first[0], third[0]})
    ask(app, third[0], coordination.AbandonAction(third[1], "Plus de temps"))
    assert app.load(decider, operation).state.status is OperationStatus.FELL_SHORT


def test_of_two_structures_one_gives_up_before_the_start_and_the_other_waits_for_a_third(
    app: ServiceApplication,
) -> None:
    operation = uuid7()
    app.handle(decider, operation, PlanOperation(UNIT, "Bien gérer"), app.context(operation, ADVISER))
    first, second = (joined(app, operation) for _ in range(2))
    ask(app, second[0], ending.AbandonParcours("Priorités nouvelles"))
    with pytest.raises(Refused, match="celle-ci en compte 1"):
        ask(app, first[0], coordination.StartAction(first[1]))
    assert app.load(decider, operation).state.status is OperationStatus.PLANNED
    joined(app, operation)
    ask(app, first[0], coordination.StartAction(first[1]))
    assert app.load(decider, operation).state.status is OperationStatus.STARTED


def test_an_action_alone_in_its_operation_does_not_start(app: ServiceApplication) -> None:
    operation = uuid7()
    app.handle(decider, operation, PlanOperation(UNIT, "Bien gérer"), app.context(operation, ADVISER))
    case, action = joined(app, operation)
    with pytest.raises(Refused, match="too-few-beneficiaries"):
        ask(app, case, coordination.StartAction(action))
