"""The engineering fund: opened and adjusted by a manager, and never overspent by concurrent parcours."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.support.histories.validated_parcours import validated_case
from tests.support.servers.served_service import served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from parcours.domain import coordination, parcours
from parcours.domain.assignment import agreement, amendments, selection
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures
from parcours.domain.building import edits, validation
from parcours.domain.funding import payments
from parcours.domain.funding.fund import (
    AdjustFund,
    EngageAmount,
    FreeAmount,
    Fund,
    FundAdjusted,
    FundEngaged,
    FundFreed,
    FundOpened,
    FundSpent,
    OpenFund,
    SpendAmount,
    decider,
    fund_id,
)
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ActionKind, ReceivedPlan
from parcours.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Clock, Refused, Role, uuid7
from shared.testing.scenarios import UNIT, MemoryLog, Scenarios, text

given = Scenarios(decider)
ACTION, OTHER, DOSSIER = UUID(int=11), UUID(int=12), UUID(int=21)
OPENED = FundOpened(UNIT, 2026, allocated_cents=1_000_000)
ENGAGED = FundEngaged(DOSSIER, ACTION, amount_cents=600_000)


def test_a_manager_opens_the_fund_of_the_own_unit_once_a_year() -> None:
    given().when(OpenFund(UNIT, 2026, allocated_cents=1_000_000), by=Role.MANAGER).then(OPENED)
    given().when(OpenFund(UNIT, 2026, allocated_cents=1_000_000), by=Role.ADVISER).refused("managers-only")
    given().when(OpenFund("unit-44", 2026, allocated_cents=1_000_000), by=Role.MANAGER).refused("other-unit")
    given(OPENED).when(OpenFund(UNIT, 2026, allocated_cents=1_000_000), by=Role.MANAGER).then()
    given(OPENED).when(OpenFund(UNIT, 2026, allocated_cents=1), by=Role.MANAGER).refused("fund-already-open")
    assert fund_id(UNIT, 2026) not in (fund_id(UNIT, 2027), fund_id("unit-44", 2026))


def test_a_manager_adjusts_it_with_a_reason_and_never_below_what_is_engaged() -> None:
    lowered = AdjustFund(600_000, "Crédits régionaux en baisse")
    adjusted = FundAdjusted(600_000, text("Crédits régionaux en baisse"))
    given(OPENED, ENGAGED).when(lowered, by=Role.MANAGER).then(adjusted)
    too_low = given(OPENED, ENGAGED).when(AdjustFund(599_999, "Encore moins"), by=Role.MANAGER)
    assert too_low.refused("below-committed").extra == {"committed_cents": 600_000}
    given(OPENED).when(lowered, by=Role.ADVISER).refused("managers-only")
    given(OPENED).when(lowered, by=Actor("another", Role.MANAGER, unit="unit-44")).refused("other-unit")


def test_what_is_engaged_is_at_most_what_is_available() -> None:
    given(OPENED).when(EngageAmount(DOSSIER, ACTION, amount_cents=600_000)).then(ENGAGED)
    refused = given(OPENED, ENGAGED).when(EngageAmount(DOSSIER, OTHER, amount_cents=400_001)).refused("fund-exhausted")
    assert refused.extra == {"available_cents": 400_000}
    given().when(EngageAmount(DOSSIER, ACTION, amount_cents=1)).refused("fund-not-open")


def test_what_is_freed_is_available_again_and_what_is_spent_is_not() -> None:
    given(OPENED, ENGAGED).when(FreeAmount(ACTION, 200_000)).then(FundFreed(ACTION, 200_000))
    given(OPENED, ENGAGED).when(SpendAmount(ACTION, 600_000)).then(FundSpent(ACTION, 600_000))
    spent = given(OPENED, ENGAGED, FundSpent(ACTION, 500_000))
    assert spent.when(FreeAmount(ACTION, 100_001)).refused("beyond-engaged").extra == {"left_cents": 100_000}
    assert spent.when(SpendAmount(OTHER, 1)).refused("beyond-engaged").extra == {"left_cents": 0}
    after = given(OPENED, ENGAGED, FundSpent(ACTION, 500_000), FundFreed(ACTION, 100_000)).state
    assert (after.committed_cents, after.paid_cents, after.available_cents) == (500_000, 500_000, 500_000)


class AnyFund(RuleBasedStateMachine):
    """Whatever is asked of a fund, in whatever order, it is not overspent, and its log gives the same fund back."""

    sums = st.integers(1, 500)
    actions = st.sampled_from([ACTION, OTHER])

    def __init__(self) -> None:
        super().__init__()
        self.log: MemoryLog[Fund] = MemoryLog(decider)
        self.log.do(OpenFund(UNIT, 2026, allocated_cents=800), by=Role.MANAGER)
        self.reached = self.log.state

    def ask(self, command: object, by: Role = Role.ADVISER) -> None:
        for event in self.log.do(command, by=by).events:
            self.reached = decider.evolve(self.reached, event)

    @rule(allocated=sums)
    def adjust(self, allocated: int) -> None:
        self.ask(AdjustFund(allocated, "Révision"), Role.MANAGER)

    @rule(action=actions, amount=sums)
    def engage(self, action: UUID, amount: int) -> None:
        self.ask(EngageAmount(DOSSIER, action, amount_cents=amount))

    @rule(action=actions, amount=sums)
    def free(self, action: UUID, amount: int) -> None:
        self.ask(FreeAmount(action, amount))

    @rule(action=actions, amount=sums)
    def spend(self, action: UUID, amount: int) -> None:
        self.ask(SpendAmount(action, amount))

    @invariant()
    def never_overspent_and_replayed_alike(self) -> None:
        fund = self.log.state
        assert 0 <= fund.paid_cents <= fund.committed_cents <= fund.allocated_cents
        assert self.log.from_snapshot() == fund == self.log.state
        assert fund == self.reached


AnyFund.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
test_any_fund = AnyFund.TestCase


# With real PostgreSQL

NOW = datetime.now(UTC)
PLAN = ReceivedPlan(UUID(int=8), UNIT, adviser="adviser-1", admitted_at=NOW - timedelta(days=40), axes=("finance",))
ADVISER, LEADER = Actor("some-adviser", Role.ADVISER, unit=UNIT), Actor("some-leader", Role.LEADER)
MANAGER = Actor("some-manager", Role.MANAGER, unit=UNIT)


@pytest.fixture(scope="module")
def replicas(postgres: Postgres) -> Iterator[list[ServiceApplication]]:
    """Three programs on one database, as three replicas of the service are: they share no lock but PostgreSQL's."""
    url = postgres.ensure_database("funds", connections=-1)
    key = secrets.token_bytes(32)
    with ExitStack() as opened:
        apps = [
            opened.enter_context(closing(ServiceApplication("parcours", service.deciders, url, key, Clock())))
            for _ in range(3)
        ]
        apps[0].create_tables()
        yield apps


def retained_action(app: ServiceApplication, plan: ReceivedPlan) -> tuple[UUID, UUID]:
    """A case under way, and its consulting action whose provider is chosen."""
    case, today = uuid7(), NOW.date()

    def ask(command: object, by: Actor = ADVISER) -> None:
        app.handle(parcours.decider, case, command, app.context(case, by))

    ask(OpenParcours(plan))
    ask(edits.RankAxes(("finance",)))
    in_a_month, in_six = today + timedelta(days=30), today + timedelta(days=180)
    ask(
        edits.AddAction(
            ActionKind.CONSULTING,
            "finance",
            title="Étude",
            who="Cabinet",
            starts_on=in_a_month,
            ends_on=in_six,
            planned_days=5,
        )
    )
    ask(
        edits.AddAction(
            ActionKind.OWN_ACTION, "finance", title="Suivi", who="Trésorière", starts_on=in_a_month, ends_on=in_six
        )
    )
    ask(validation.ShareParcours(today, in_six))
    built = app.load(parcours.decider, case).state
    assert built.shared
    ask(validation.ValidateParcours(built.shared.version, built.shared.content_hash), LEADER)
    action = next(iter(built.actions))
    ask(selection.RetainProvider(action, "Cabinet", amount_cents=1_000_000, days=5, exception="Seule offre"))
    return case, action


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(
    allocated=st.integers(1_000, 3_000),
    amounts=st.lists(st.integers(1, 1_000), min_size=6, max_size=9),
    abandoned=st.sets(st.integers(0, 8), max_size=2),
)
def test_concurrent_commitments_never_overspend_at_any_position_of_the_log(
    replicas: list[ServiceApplication], allocated: int, amounts: list[int], abandoned: set[int]
) -> None:
    unit = f"unit-{uuid7()}"
    plan = ReceivedPlan(PLAN.structure, unit, adviser=PLAN.adviser, admitted_at=PLAN.admitted_at, axes=PLAN.axes)
    fund = fund_id(unit, NOW.year)
    opening = OpenFund(unit, NOW.year, allocated_cents=allocated)
    manager = Actor("some-manager", Role.MANAGER, unit=unit)
    replicas[0].handle(decider, fund, opening, replicas[0].context(fund, manager))
    agreed = [retained_action(replicas[0], plan) for _ in amounts]

    def commit(n: int) -> bool:
        app, (case, action) = replicas[n % 3], agreed[n]
        context = app.context(case, ADVISER)
        try:
            app.handle(parcours.decider, case, payments.CommitFunds(action, amounts[n]), context)
        except Refused as refused:
            assert refused.slug == "fund-exhausted"
            return False
        if n in abandoned:
            app.handle(parcours.decider, case, coordination.AbandonAction(action, "Trop cher"), context)
        return True

    with ThreadPoolExecutor(len(amounts)) as together:
        committed = list(together.map(commit, range(len(amounts))))

    entries = replicas[0].recorder.entries_of_case(fund)
    funds = list(accumulate((e.data for _, e in replicas[0].events_of(entries)), decider.evolve, initial=Fund()))
    assert all(each.available_cents >= 0 for each in funds)
    sums = [replicas[0].load(parcours.decider, case).state.actions[action].committed_cents for case, action in agreed]
    assert funds[-1].committed_cents == sum(sums)
    remaining = [n for n, done in enumerate(committed) if done and n not in abandoned]
    assert funds[-1].committed_cents == sum(amounts[n] for n in remaining)
    assert all(funds[-1].available_cents < amounts[n] for n, done in enumerate(committed) if not done and not abandoned)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(left=st.integers(0, 2_000), extras=st.lists(st.integers(1, 1_000), min_size=4, max_size=6))
def test_concurrent_amendments_never_overspend_either(
    replicas: list[ServiceApplication], left: int, extras: list[int]
) -> None:
    unit = f"unit-{uuid7()}"
    plan = ReceivedPlan(PLAN.structure, unit, adviser=PLAN.adviser, admitted_at=PLAN.admitted_at, axes=PLAN.axes)
    fund, manager = fund_id(unit, NOW.year), Actor("some-manager", Role.MANAGER, unit=unit)
    opening = OpenFund(unit, NOW.year, allocated_cents=1_000_000 * len(extras) + left)
    replicas[0].handle(decider, fund, opening, replicas[0].context(fund, manager))
    today = NOW.date()
    signers = GivenSignatures(
        GivenSignature("A", today), GivenSignature("B", today), provider=GivenSignature("C", today)
    )
    agreed = [retained_action(replicas[0], plan) for _ in extras]
    for case, action in agreed:
        for command in (payments.CommitFunds(action), agreement.RecordAgreement(action, signers)):
            replicas[0].handle(parcours.decider, case, command, replicas[0].context(case, ADVISER))

    def amend(n: int) -> bool:
        app, (case, action) = replicas[n % 3], agreed[n]
        command = amendments.RecordAmendment(action, signers, extra_amount_cents=extras[n])
        try:
            app.handle(parcours.decider, case, command, app.context(case, ADVISER))
        except Refused as refused:
            assert refused.slug == "fund-exhausted"
            return False
        return True

    with ThreadPoolExecutor(len(extras)) as together:
        amended = list(together.map(amend, range(len(extras))))
    after = replicas[0].load(decider, fund).state
    assert after.available_cents == left - sum(extra for extra, done in zip(extras, amended, strict=True) if done) >= 0
    assert all(after.available_cents < extra for extra, done in zip(extras, amended, strict=True) if not done)
    terms = [replicas[0].load(parcours.decider, case).state.actions[action].agreement for case, action in agreed]
    assert sum(each.terms.amount_cents for each in terms if each) == after.committed_cents


def test_a_refusal_of_the_fund_leaves_the_parcours_as_it_was(replicas: list[ServiceApplication]) -> None:
    app = replicas[0]
    plan = ReceivedPlan(
        PLAN.structure, "unit-without-a-fund", adviser=PLAN.adviser, admitted_at=PLAN.admitted_at, axes=PLAN.axes
    )
    case, action = retained_action(app, plan)
    before = app.load(parcours.decider, case).version
    with pytest.raises(Refused, match="fund-not-open"):
        app.handle(parcours.decider, case, payments.CommitFunds(action, 1), app.context(case, ADVISER))
    assert app.load(parcours.decider, case).version == before


def test_an_action_keeps_the_fund_of_its_first_year_and_gives_back_to_it(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as running:
        app: ServiceApplication = running.http.app.state.application  # type: ignore[attr-defined]
        manager, adviser, year = running.by("manager"), running.by("adviser"), datetime.now(UTC).year
        for opened in (year, year + 1):
            opening = {"unit": "dla-44", "year": opened, "allocated_cents": 500_000}
            assert manager.post("/api/v1/funds", opening).status_code == 201
        (case, action), (later_case, later_action) = (validated_case(app) for _ in range(2))
        proposed = {"provider": "Cabinet", "amount_cents": 400_000, "days": 5, "exception": "Seule offre"}
        for each, number in ((case, action), (later_case, later_action)):
            assert adviser.post(f"/api/v1/parcours/{each}/actions/{number}/provider", proposed).status_code == 200

        def commit(each: UUID, number: UUID, amount: int) -> Any:
            return adviser.post(f"/api/v1/parcours/{each}/actions/{number}/funds", {"amount_cents": amount})

        def committed(of: int) -> int:
            sums: int = adviser.get(f"/api/v1/funds/dla-44/{of}").json()["committed_cents"]
            return sums

        assert commit(case, action, 300_000).status_code == 200
        refused = commit(later_case, later_action, 300_000).json()
        assert (refused["type"].rsplit("/", 1)[1], refused["available_cents"]) == ("fund-exhausted", 200_000)
        assert f"Il reste 2\u202f000,00\u00a0€ au fonds d’ingénierie {year}" in refused["detail"]

        new_year = datetime(year + 1, 1, 2, 9, tzinfo=UTC).isoformat()
        assert running.by("ops").post("/api/v1/clock", {"now": new_year}).status_code == 200
        assert commit(later_case, later_action, 300_000).status_code == 200
        assert commit(case, action, 100_000).status_code == 200
        assert (committed(year), committed(year + 1)) == (400_000, 300_000)
        abandoned = adviser.post(f"/api/v1/parcours/{case}/abandonment", {"reason": "Priorités nouvelles"})
        assert abandoned.json()["events"] == ["funds-released", "parcours-abandoned"]
        assert (committed(year), committed(year + 1)) == (0, 300_000)


def test_a_fund_over_http(database: Callable[..., str], nats: Nats, tmp_path: Path) -> None:
    with served(service, database, nats, tmp_path) as running:
        manager, adviser = running.by("manager"), running.by("adviser")
        opening = {"unit": "dla-44", "year": 2026, "allocated_cents": 5_000_000}
        assert adviser.post("/api/v1/funds", opening).status_code == 403
        opened = manager.post("/api/v1/funds", opening)
        assert opened.status_code == 201
        again = manager.post("/api/v1/funds", opening | {"allocated_cents": 1})
        assert again.json()["type"].endswith("/fund-already-open")
        adjusted = manager.post(
            f"{opened.headers['Location']}/adjustment", {"allocated_cents": 6_000_000, "reason": "Avenant régional"}
        )
        assert adjusted.status_code == 200
        balance = adviser.get("/api/v1/funds/dla-44/2026").json()
        sums = {name: balance[name] for name in ("allocated_cents", "committed_cents", "paid_cents", "available_cents")}
        assert sums == {
            "allocated_cents": 6_000_000,
            "committed_cents": 0,
            "paid_cents": 0,
            "available_cents": 6_000_000,
        }
        assert adviser.get("/api/v1/funds/dla-44/2031").status_code == 404
