"""One provider for a collective operation: one tender, agreement, report and price, with shares that add up to it."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given as given_values
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.support.histories.operation_mission import (
    ABANDONED,
    AGREED,
    FUNDS,
    MISSION,
    PLANNED,
    PRICE,
    READY,
    REPORT,
    RETAINED,
    SIGNATURES,
    STARTED,
    TODAY,
    TOGETHER,
    A,
    B,
    C,
    D,
    given_signatures,
    joined,
    left,
    signed,
)
from tests.support.histories.validated_parcours import validated_case

from embedded.processes.postgres import Postgres
from parcours.domain import coordination, parcours
from parcours.domain.agreement_signatures import AgreementParty, AgreementSignatures
from parcours.domain.assignment import agreement, amendments, reporting, selection
from parcours.domain.collective import operation
from parcours.domain.collective.conclusion import CancelOperation, CloseOperation, OperationCancelled
from parcours.domain.collective.membership import (
    JoinOperation,
    LeaveOperation,
    OperationStarted,
    StartOperation,
    VerifyReport,
)
from parcours.domain.collective.mission import as_parcours
from parcours.domain.collective.operation import OperationPlanned, PlanOperation
from parcours.domain.collective.shares import (
    DecideDepartedShare,
    DepartedShareDecided,
    SetShares,
    SharesSet,
    ShareWeight,
    are_final,
    shares_of,
    split,
)
from parcours.domain.collective.standing import ContinueAlone
from parcours.domain.collective.state import Operation, ShareDecision
from parcours.domain.funding import fund, payments
from parcours.domain.guards import require_consulting_action
from parcours.domain.tender import award, proposals, tender
from parcours.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Clock, Refused, Role, paris_date, uuid7
from shared.testing.scenarios import CASE, UNIT, MemoryLog, Scenarios, text

given = Scenarios(operation.decider)


def test_an_operation_calls_one_provider_in_for_all_structures() -> None:
    given().when(PlanOperation(UNIT, "Une comptable pour trois", mission=MISSION)).then(PLANNED)
    backwards = replace(MISSION, ends_on=MISSION.starts_on - timedelta(days=1))
    given().when(PlanOperation(UNIT, "Une comptable", mission=backwards)).refused("wrong-dates")


def test_its_provider_is_chosen_funded_and_agreed_with_once_by_the_rules_of_any_assignment() -> None:
    choice = selection.RetainProvider(CASE, "Cabinet Armen", amount_cents=PRICE, days=6, exception="Seul cabinet")
    outcome = given(PLANNED, *TOGETHER).when(choice)
    [retained] = outcome.events
    assert (retained.action, retained.amount_cents) == (CASE, PRICE)
    record = agreement.RecordAgreement(CASE, given_signatures(A, B, C))
    given(PLANNED, *TOGETHER).when(record).refused("no-provider")
    given(PLANNED, *TOGETHER, RETAINED).when(record).refused("not-funded")
    given(PLANNED, *TOGETHER, RETAINED).when(payments.CommitFunds(CASE)).then(FUNDS)
    assert given(PLANNED, *TOGETHER, RETAINED, FUNDS).when(record).events
    assert given(*READY).state.price == PRICE


def test_an_operation_without_a_provider_has_neither_agreement_nor_price() -> None:
    plain = OperationPlanned(UNIT, text("Visite croisée"), adviser="some-adviser")
    given(plain, *TOGETHER).when(payments.CommitFunds(CASE)).refused("unknown-action")
    assert given(plain, *TOGETHER).state.price is None
    given(plain, *TOGETHER).when(StartOperation(A)).then(OperationStarted())
    given(plain, *TOGETHER).when(VerifyReport()).then()


def test_it_starts_once_its_agreement_is_in_force() -> None:
    given(PLANNED, *TOGETHER, RETAINED, FUNDS).when(StartOperation(A)).refused("no-agreement")
    one_signature = replace(AGREED, signatures=AgreementSignatures(provider=signed(AgreementParty.PROVIDER)))
    given(PLANNED, *TOGETHER, RETAINED, FUNDS, one_signature).when(StartOperation(A)).refused("no-agreement")
    given(*READY).when(StartOperation(A)).then(OperationStarted())


def test_an_action_of_a_beneficiary_ends_once_the_report_is_accepted() -> None:
    given(*STARTED).when(VerifyReport()).refused("no-final-report")
    given(*STARTED, REPORT).when(VerifyReport()).then()


def test_it_is_closed_once_the_report_is_accepted_and_the_shares_are_final() -> None:
    closure = CloseOperation("La comptable est en poste.", TODAY)
    given(*STARTED).when(closure).refused("no-final-report")
    given(*STARTED, REPORT, left(C, 2)).when(closure).refused("shares-not-final")
    decided = DepartedShareDecided(C, ShareDecision.STAYS, reason=text("Elle a profité de la moitié des jours."))
    assert given(*STARTED, REPORT, left(C, 2), decided).when(closure).events
    assert given(*STARTED, REPORT).when(closure).events


def test_days_amendments_and_payments_are_those_of_the_operation() -> None:
    given(*STARTED).when(reporting.RecordDays(CASE, 4)).then(reporting.DaysRecorded(CASE, 4))
    given(*STARTED).when(reporting.RecordDays(CASE, 7)).refused("beyond-agreed-days")
    given(*STARTED).when(payments.AuthorisePayment(CASE, 1)).refused("no-final-report")
    paid = payments.PaymentAuthorised(CASE, PRICE)
    given(*STARTED, REPORT).when(payments.AuthorisePayment(CASE, PRICE)).then(paid)
    given(*STARTED, REPORT).when(payments.AuthorisePayment(CASE, PRICE + 1)).refused("beyond-committed")
    more = amendments.AmendmentSigned(CASE, SIGNATURES, signed_on=TODAY, extra_amount_cents=200_00)
    assert given(*STARTED, more).state.price == PRICE + 200_00
    assert sum(shares_of(given(*STARTED, more).state).values()) == PRICE + 200_00


def test_a_cancellation_frees_the_funds_but_for_the_days_worked() -> None:
    cancellation = CancelOperation("Le cabinet a fermé.", TODAY)
    cancelled = OperationCancelled(text("Le cabinet a fermé."), cancelled_on=TODAY)
    given(*READY).when(cancellation).then(cancelled, payments.FundsReleased(CASE, PRICE))
    worked = reporting.DaysRecorded(CASE, 3)
    given(*STARTED, worked).when(cancellation).then(cancelled, payments.FundsReleased(CASE, PRICE // 2))
    stopped = given(*STARTED, worked, cancelled, payments.FundsReleased(CASE, PRICE // 2))
    stopped.when(payments.CommitFunds(CASE)).refused("operation-ended")
    assert stopped.when(reporting.AcceptFinalReport(CASE, TODAY)).events
    reported = (*STARTED, worked, cancelled, payments.FundsReleased(CASE, PRICE // 2), REPORT)
    assert given(*reported).when(payments.AuthorisePayment(CASE, PRICE // 2)).events


# Shares


def test_shares_are_equal_until_they_are_set_and_the_first_takes_the_cent_that_is_left() -> None:
    assert shares_of(given(*READY).state) == {A: 333_34, B: 333_33, C: 333_33}
    assert shares_of(given(PLANNED, *TOGETHER).state) == {}


def test_the_adviser_sets_the_weight_of_each_structure_for_a_reason() -> None:
    weights = (ShareWeight(A, 50), ShareWeight(B, 30), ShareWeight(C, 20))
    shares_set = SharesSet({A: 50, B: 30, C: 20}, reason=text("Au nombre de salarié·es"))
    given(*READY).when(SetShares(weights, "Au nombre de salarié·es")).then(shares_set)
    assert shares_of(given(*READY, shares_set).state) == {A: 500_00, B: 300_00, C: 200_00}
    given(*READY).when(SetShares(weights[:2], "Deux")).refused("wrong-shares")
    given(*READY).when(SetShares((*weights, weights[0]), "Deux fois")).refused("wrong-shares")
    given(*READY).when(SetShares((*weights, ShareWeight(D, 1)), "Quatre")).refused("unknown-beneficiary")


def test_who_joins_once_the_shares_are_set_has_none_until_they_are_set_anew() -> None:
    shares_set = SharesSet({A: 50, B: 30, C: 20}, reason=text("Au nombre de salarié·es"))
    four = given(*READY, shares_set, joined(D, 4))
    assert shares_of(four.state)[D] == 0
    assert not are_final(four.state)
    again = SharesSet({A: 1, B: 1, C: 1, D: 1}, reason=text("À égalité"))
    assert shares_of(given(*READY, shares_set, joined(D, 4), again).state)[D] == 250_00


def test_what_becomes_of_a_share_is_decided_when_its_structure_leaves() -> None:
    given(*STARTED).when(LeaveOperation(UUID(int=C.int + 20), ABANDONED)).then(left(C, 2))
    undecided = given(*STARTED, left(C, 2))
    assert shares_of(undecided.state)[C] == 333_33
    given_back = DepartedShareDecided(C, ShareDecision.REDISTRIBUTED, reason=text("Elle n’a rien reçu."))
    decision = DecideDepartedShare(C, ShareDecision.REDISTRIBUTED, reason="Elle n’a rien reçu.")
    undecided.when(decision).then(given_back)
    assert shares_of(given(*STARTED, left(C, 2), given_back).state) == {A: 500_00, B: 500_00}
    given(*STARTED, left(C, 2), given_back).when(decision).refused("share-already-decided")
    kept = DepartedShareDecided(C, ShareDecision.STAYS, reason=text("Elle a reçu la moitié."))
    assert shares_of(given(*STARTED, left(C, 2), kept).state)[C] == 333_33
    given(*STARTED).when(decision).refused("unknown-beneficiary")


def test_before_there_is_a_price_nothing_is_to_be_decided() -> None:
    leaving = LeaveOperation(UUID(int=C.int + 20), ABANDONED)
    given(PLANNED, *TOGETHER).when(leaving).then(left(C, 2, ShareDecision.REDISTRIBUTED))


def test_the_last_share_has_nobody_to_go_to() -> None:
    gone = (*STARTED, left(C, 2), left(B, 1), left(A, 0))
    outcome = given(*gone).when(DecideDepartedShare(A, ShareDecision.REDISTRIBUTED, reason="Personne ne reste"))
    outcome.refused("no-share-left")
    stays = DepartedShareDecided(A, ShareDecision.STAYS, reason=text("Personne ne reste"))
    given(*gone).when(DecideDepartedShare(A, ShareDecision.STAYS, reason="Personne ne reste")).then(stays)


def test_a_structure_that_is_given_a_share_first_can_take_over_another() -> None:
    """What the help on `no-share-left` says."""
    shares_set = SharesSet({A: 50, B: 30, C: 20}, reason=text("Au nombre de salarié·es"))
    short = (*STARTED, shares_set, joined(D, 4), left(C, 3), left(B, 2), left(A, 1))
    decision = DecideDepartedShare(A, ShareDecision.REDISTRIBUTED, reason="Elle n’a rien reçu.")
    given(*short).when(decision).refused("no-share-left")
    weights = tuple(ShareWeight(case, 1) for case in (A, B, C, D))
    anew = SharesSet(dict.fromkeys((A, B, C, D), 1), reason=text("À égalité"))
    given(*short).when(SetShares(weights, "À égalité")).then(anew)
    redistributed = DepartedShareDecided(A, ShareDecision.REDISTRIBUTED, reason=text("Elle n’a rien reçu."))
    given(*short, anew).when(decision).then(redistributed)


@given_values(
    amount=st.integers(1, 10_000_000_00),
    weights=st.dictionaries(st.uuids(), st.integers(0, 10_000), min_size=1, max_size=12),
)
def test_parts_add_up_to_the_amount_and_none_is_a_cent_away_from_its_due(amount: int, weights: dict[UUID, int]) -> None:
    parts, total = split(amount, weights), sum(weights.values())
    if not total:
        assert parts == {}
        return
    assert sum(parts.values()) == amount
    assert all(abs(parts[key] * total - amount * weight) < total for key, weight in weights.items())


class AnyShares(RuleBasedStateMachine):
    """Whatever joins, leaves and is decided, in whatever order: the shares add up to the price, to the cent."""

    cases = st.sampled_from([A, B, C, D])

    def __init__(self) -> None:
        super().__init__()
        self.log: MemoryLog[Operation] = MemoryLog(operation.decider)
        self.log.append(*STARTED)

    @rule(case=cases)
    def join(self, case: UUID) -> None:
        self.log.do(JoinOperation(case, UUID(int=case.int + 20)))

    @rule(case=cases)
    def leave(self, case: UUID) -> None:
        self.log.do(LeaveOperation(UUID(int=case.int + 20), ABANDONED))

    @rule(case=cases, share=st.sampled_from(ShareDecision))
    def decide(self, case: UUID, share: ShareDecision) -> None:
        self.log.do(DecideDepartedShare(case, share, reason="Décision commune"))

    @rule(weights=st.lists(st.integers(1, 100), min_size=4, max_size=4))
    def set_shares(self, weights: list[int]) -> None:
        sharing = shares_of(self.log.state)
        given_weights = tuple(ShareWeight(case, weight) for case, weight in zip(sharing, weights, strict=False))
        self.log.do(SetShares(given_weights, "À chacune selon son usage"))

    @rule(extra=st.integers(1, 99_99))
    def amend(self, extra: int) -> None:
        present = (each.case for each in self.log.state.present)
        self.log.do(amendments.RecordAmendment(CASE, given_signatures(*present), extra_amount_cents=extra))

    @invariant()
    def shares_add_up(self) -> None:
        state = self.log.state
        assert self.log.from_snapshot() == state
        assert sum(shares_of(state).values()) == state.price


AnyShares.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
test_any_shares = AnyShares.TestCase

# The action of each beneficiary, the tender and the fund: with PostgreSQL

ADVISER, MANAGER = (
    Actor("some-adviser", Role.ADVISER, unit="dla-44"),
    Actor("some-manager", Role.MANAGER, unit="dla-44"),
)


@pytest.fixture
def app(postgres: Postgres) -> Iterator[ServiceApplication]:
    url = postgres.ensure_database("missions", connections=-1)
    with closing(ServiceApplication("parcours", service.deciders, url, secrets.token_bytes(32), Clock())) as app:
        app.create_tables()
        yield app


def today() -> date:
    return paris_date(datetime.now(UTC))


def ask(app: ServiceApplication, decider: object, stream: UUID, *commands: object, by: Actor = ADVISER) -> None:
    for command in commands:
        app.handle(decider, stream, command, app.context(stream, by))  # type: ignore[arg-type]  # any decider


def agreed(app: ServiceApplication) -> tuple[UUID, list[tuple[UUID, UUID]]]:
    """An operation of three structures whose provider has been chosen, funded and agreed with."""
    number, money = uuid7(), fund.fund_id("dla-44", today().year)
    if app.load(fund.decider, money).version == 0:
        ask(app, fund.decider, money, fund.OpenFund("dla-44", today().year, allocated_cents=1_000 * PRICE), by=MANAGER)
    mission = replace(MISSION, starts_on=today() + timedelta(days=10), ends_on=today() + timedelta(days=90))
    ask(app, operation.decider, number, PlanOperation("dla-44", "Une comptable pour trois", mission=mission))
    structures = [validated_case(app, operation=number) for _ in range(3)]
    signatures = given_signatures(*(case for case, _ in structures), on=today())
    ask(
        app,
        operation.decider,
        number,
        selection.RetainProvider(number, "Cabinet Armen", amount_cents=PRICE, days=6, exception="Seul cabinet"),
        payments.CommitFunds(number),
        agreement.RecordAgreement(number, signatures),
    )
    return number, structures


def test_the_price_is_engaged_once_in_the_fund_and_no_action_has_an_agreement_of_its_own(
    app: ServiceApplication,
) -> None:
    number, structures = agreed(app)
    case, action = structures[0]
    money = app.load(fund.decider, fund.fund_id("dla-44", today().year)).state.engagements
    assert money[number] == fund.Engagement(number, PRICE)
    assert not {key for _, key in structures} & money.keys()
    own = selection.RetainProvider(action, "Un autre", amount_cents=1, days=1, exception="Urgence")
    with pytest.raises(Refused, match="collective-action"):
        ask(app, parcours.decider, case, own)
    ask(app, parcours.decider, case, coordination.StartAction(action))
    with pytest.raises(Refused, match="no-final-report"):
        ask(app, parcours.decider, case, coordination.FinishAction(action, "Fait"))
    ask(app, operation.decider, number, reporting.AcceptFinalReport(number, today()))
    ask(app, parcours.decider, case, coordination.FinishAction(action, "Fait"))
    ask(app, operation.decider, number, payments.AuthorisePayment(number, PRICE, last=True))
    spent = app.load(fund.decider, fund.fund_id("dla-44", today().year)).state.engagements[number]
    assert spent == fund.Engagement(number, PRICE, paid_cents=PRICE)


def test_an_operation_does_not_overspend_the_fund(app: ServiceApplication) -> None:
    agreed(app)
    money = fund.fund_id("dla-44", today().year)
    committed = app.load(fund.decider, money).state.committed_cents
    ask(app, fund.decider, money, fund.AdjustFund(committed + PRICE - 1, "Enveloppe réduite"), by=MANAGER)
    try:
        with pytest.raises(Refused, match="fund-exhausted"):
            agreed(app)
    finally:
        ask(app, fund.decider, money, fund.AdjustFund(1_000 * PRICE, "Enveloppe rétablie"), by=MANAGER)


def test_a_tender_of_an_operation_chooses_its_provider_once_for_all(app: ServiceApplication) -> None:
    number, invitation = uuid7(), uuid7()
    mission = replace(MISSION, starts_on=today() + timedelta(days=10), ends_on=today() + timedelta(days=90))
    ask(app, operation.decider, number, PlanOperation("dla-44", "Une comptable pour trois", mission=mission))
    now = app.clock.now()
    opened = proposals.OpenTender(
        number,
        "Tenir la comptabilité de trois associations.",
        grid=(proposals.GridLine("Prix", 100),),
        deadline=now + timedelta(days=2),
    )

    def tell(command: object, after: timedelta = timedelta()) -> None:
        context = replace(app.context(number, ADVISER), now=now + after)
        app.handle(tender.decider, invitation, command, context)

    tell(opened)
    tell(proposals.InviteProvider("Cabinet Armen"))
    [key] = app.load(tender.decider, invitation).state.candidates
    tell(proposals.SubmitProposal(key, PRICE, days=6, summary="Deux jours par semaine."))
    closed = timedelta(days=3)
    tell(award.DeclareInterests(False), closed)
    tell(award.ScoreProposal(key, (18,)), closed)
    tell(award.AwardTender(key, exception="Un seul cabinet répond sur ce territoire"), closed)
    retained = app.load(operation.decider, number).state.missions[number].retained
    assert retained is not None
    assert (retained.amount_cents, retained.tender, retained.all_informed) == (PRICE, invitation, False)
    tell(award.InformCandidate(key, (now + closed).date()), closed)
    informed = app.load(operation.decider, number).state.missions[number].retained
    assert informed is not None
    assert informed.all_informed


def test_two_structures_that_leave_at_once_leave_shares_that_add_up(app: ServiceApplication) -> None:
    number, structures = agreed(app)
    for case, action in structures:
        ask(app, parcours.decider, case, coordination.StartAction(action))
    with ThreadPoolExecutor(3) as pool:
        leaving = [
            pool.submit(ask, app, parcours.decider, case, coordination.AbandonAction(action, "Ensemble"))
            for case, action in structures[:2]
        ]
        spread = pool.submit(
            ask,
            app,
            operation.decider,
            number,
            SetShares(tuple(ShareWeight(case, n) for n, (case, _) in enumerate(structures, 1)), "Selon l’usage"),
        )
    for answer in (*leaving, spread):
        answer.result()
    stream = [event.data for _, event in app.events_of(app.recorder.entries_of_case(number))]
    for version in range(1, len(stream) + 1):
        state = operation.decider.state(stream[:version])
        assert sum(shares_of(state).values()) == (state.price or 0), f"at version {version}"
    first, second, (staying, action) = structures
    ask(app, parcours.decider, staying, ContinueAlone(action, "Nous gardons la comptable."))
    for case, _ in (first, second):
        ask(app, operation.decider, number, DecideDepartedShare(case, ShareDecision.REDISTRIBUTED, reason="Accord"))
    assert shares_of(app.load(operation.decider, number).state) == {staying: PRICE}


def test_a_mission_is_read_with_the_rules_of_a_consulting_action() -> None:
    state = given(*READY).state
    view = as_parcours(state)
    assert require_consulting_action(view, CASE) is state.missions[CASE]
