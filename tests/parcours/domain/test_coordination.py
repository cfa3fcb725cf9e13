"""Rules of coordination: introductions, actions under way, agreements, reports, payments, and the end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from parcours.domain.agreement_signatures import AgreementSignature, AgreementSignatures
from parcours.domain.assignment.agreement import (
    AgreementCountersigned,
    AgreementRecorded,
    RecordAgreement,
    SignAgreement,
)
from parcours.domain.assignment.amendments import AmendmentSigned, RecordAmendment
from parcours.domain.assignment.reporting import (
    AcceptFinalReport,
    DaysRecorded,
    FinalReportAccepted,
    FinalReportReceived,
    ReceiveFinalReport,
    RecordDays,
)
from parcours.domain.assignment.selection import (
    ChangeProviderAccount,
    ProviderAccountChanged,
    ProviderDismissed,
    ProviderRetained,
    RecordAnnouncement,
    RecordAward,
    ResultAnnounced,
    RetainProvider,
    WithdrawAward,
)
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures
from parcours.domain.building.duration import DurationDerogationGranted
from parcours.domain.building.edits import ActionAdded, ActionRemoved
from parcours.domain.building.validation import AdjustParcours, ParcoursAdjusted, ParcoursShared, ParcoursValidated
from parcours.domain.coordination import (
    AbandonAction,
    ActionAbandoned,
    ActionCarriedOver,
    ActionFinished,
    ActionStarted,
    CarryOverAction,
    FinishAction,
    IntroductionMade,
    RecordIntroduction,
    StartAction,
)
from parcours.domain.ending import (
    AbandonParcours,
    CompleteParcours,
    ParcoursAbandoned,
    ParcoursCompleted,
    UpdateAbandoned,
)
from parcours.domain.funding.fund import fund_id
from parcours.domain.funding.payments import (
    AgreementVoided,
    AuthorisePayment,
    CommitFunds,
    FundsCommitted,
    FundsReleased,
    PaymentAuthorised,
    ReleaseFunds,
)
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.parcours import decider
from parcours.domain.state import (
    OPEN_STATUSES,
    ActionKind,
    ActionStatus,
    AgreementTerms,
    ParcoursStatus,
    Period,
    PlannedAction,
    ReceivedPlan,
)
from shared.kernel import Ending, EndingKind, PersonalData, Role
from shared.testing.scenarios import NOW, Scenarios, new_id, text

given = Scenarios(decider)
TODAY = NOW.date()
LONG_AGO, AHEAD = date(2001, 12, 31), TODAY + timedelta(days=2)
PLAN = ReceivedPlan(
    UUID(int=8),
    "unit-35",
    adviser="adviser-1",
    admitted_at=datetime(2025, 12, 2, 9, tzinfo=UTC),
    axes=("finance",),
    baseline={"fte": 11.5},
)
OWN, CONSULTING, UNKNOWN = UUID(int=1), UUID(int=2), UUID(int=3)


def planned(kind: ActionKind) -> PlannedAction:
    who = PersonalData(new_id(2), "Nadia Le Goff")
    return PlannedAction(
        kind, "finance", title=text("Revoir les coûts"), who=who, starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)
    )


BUILT = (
    ParcoursOpened(PLAN),
    ActionAdded(OWN, planned(ActionKind.OWN_ACTION)),
    ActionAdded(CONSULTING, planned(ActionKind.CONSULTING)),
)
OTHER = ActionAdded(UNKNOWN, planned(ActionKind.LOCAL_SUPPORT))
UNDER_WAY = (
    *BUILT,
    ParcoursShared(3, "0" * 64, salt=text("00"), period=Period(TODAY, date(2026, 9, 30))),
    ParcoursValidated(3, "0" * 64, actions={"own_action": 1, "consulting": 1}, leader="some-leader"),
)
ADJUSTED = ParcoursAdjusted(4, text("Un départ"))
RETAINED = ProviderRetained(
    CONSULTING,
    PersonalData(new_id(1), "Cabinet Aubépine"),
    amount_cents=400_000,
    days=5,
    exception=text("Seul cabinet du territoire"),
)
RETAIN = RetainProvider(
    CONSULTING, "Cabinet Aubépine", amount_cents=400_000, days=5, exception="Seul cabinet du territoire"
)
TENDER = new_id(9)
AWARD = ProviderRetained(
    CONSULTING, PersonalData(new_id(1), "Cabinet Aubépine"), amount_cents=400_000, days=5, tender=TENDER, account="p1"
)
INFORMED = ResultAnnounced(CONSULTING)


def given_signatures(signed_on: date = TODAY) -> GivenSignatures:
    """Of all three, on the same day."""
    signers = ("Maëlle Kerdoncuff", "Paul Rivoal", "Nadia Le Goff")
    structure, unit, provider = (GivenSignature(name, signed_on) for name in signers)
    return GivenSignatures(structure, unit, provider=provider)


def signed(n: int, name: str, signed_on: date = TODAY) -> AgreementSignature:
    return AgreementSignature(new_id(n), PersonalData(new_id(n), name), signed_on=signed_on)


SIGNATURES = AgreementSignatures(
    signed(1, "Maëlle Kerdoncuff"), signed(2, "Paul Rivoal"), provider=signed(3, "Nadia Le Goff")
)
AGREEMENT = AgreementRecorded(CONSULTING, AgreementTerms(400_000, 5), signatures=SIGNATURES, signed_on=TODAY)
RECORD = RecordAgreement(CONSULTING, given_signatures())
AMENDMENT = AmendmentSigned(CONSULTING, SIGNATURES, signed_on=TODAY, extra_days=1)
AMEND = RecordAmendment(CONSULTING, given_signatures(), extra_days=1)
FUND = fund_id(PLAN.unit, NOW.year)
FUNDS = FundsCommitted(CONSULTING, 400_000, fund=FUND)
FUNDED = (*UNDER_WAY, RETAINED, FUNDS)
CONSULTING_STARTED = (*FUNDED, AGREEMENT, ActionStarted(CONSULTING))
REPORT = FinalReportAccepted(CONSULTING, TODAY)
ABANDONED = ParcoursAbandoned(text("Priorités nouvelles"), Ending(EndingKind.ABANDONED, TODAY))


# Coordination


@pytest.mark.parametrize("action", [OWN, CONSULTING])
def test_the_adviser_introduces_the_structure_to_who_can_open_the_way(action: UUID) -> None:
    met = IntroductionMade(action, PersonalData(new_id(1), "Youenn Marchand"), held_on=TODAY)
    given(*UNDER_WAY).when(RecordIntroduction(action, "Youenn Marchand", held_on=TODAY)).then(met)
    [introduction] = given(*UNDER_WAY, met).state.actions[action].introductions
    assert (introduction.whom, introduction.held_on) == (met.whom, TODAY)


@pytest.mark.parametrize("held_on", [LONG_AGO, AHEAD])
def test_an_introduction_has_taken_place(held_on: date) -> None:
    given(*UNDER_WAY).when(RecordIntroduction(OWN, "Youenn Marchand", held_on=held_on)).refused("absurd-date")


def test_an_action_goes_from_planned_to_started_to_done() -> None:
    given(*UNDER_WAY).when(StartAction(OWN)).then(ActionStarted(OWN))
    done = ActionFinished(OWN, text("Grille tarifaire revue"))
    given(*UNDER_WAY, ActionStarted(OWN)).when(FinishAction(OWN, "Grille tarifaire revue")).then(done)
    finished = given(*UNDER_WAY, ActionStarted(OWN), done).state.actions[OWN]
    assert (finished.status, finished.outcome) == (ActionStatus.DONE, text("Grille tarifaire revue"))


@pytest.mark.parametrize("started", [(), (ActionStarted(OWN),)])
def test_an_action_is_abandoned_or_carried_over_for_a_stated_reason(started: tuple[object, ...]) -> None:
    history = given(*BUILT, OTHER, *UNDER_WAY[-2:], *started)
    history.when(AbandonAction(OWN, "Plus le temps")).then(ActionAbandoned(OWN, text("Plus le temps")))
    history.when(CarryOverAction(OWN, "Pas fini")).then(ActionCarriedOver(OWN, text("Pas fini")))


def test_a_parcours_under_way_does_not_end_up_limited_to_calling_in_a_provider() -> None:
    abandon, abandoned = AbandonAction(OWN, "Plus le temps"), ActionAbandoned(OWN, text("Plus le temps"))
    refused = given(*UNDER_WAY).when(abandon).refused("only-consulting")
    assert "ouvrez un ajustement" in refused.detail
    given(*CONSULTING_STARTED).when(abandon).refused("only-consulting")
    given(*UNDER_WAY).when(CarryOverAction(OWN, "Pas fini")).then(ActionCarriedOver(OWN, text("Pas fini")))
    given(*UNDER_WAY, ADJUSTED).when(abandon).then(abandoned)
    without_a_provider = (*UNDER_WAY, ActionAbandoned(CONSULTING, text("Trop cher")))
    given(*without_a_provider).when(abandon).then(abandoned)


def test_once_the_provider_has_finished_the_structure_may_give_its_own_action_up() -> None:
    done = (*CONSULTING_STARTED, REPORT, ActionFinished(CONSULTING, text("Fait")))
    abandoned = ActionAbandoned(OWN, text("Plus le temps"))
    given(*done).when(AbandonAction(OWN, "Plus le temps")).then(abandoned)


EVERY_STEP = [
    RecordIntroduction(OWN, "Youenn Marchand", held_on=TODAY),
    StartAction(OWN),
    FinishAction(OWN, "Grille revue"),
    AbandonAction(OWN, "Plus le temps"),
    CarryOverAction(OWN, "Pas fini"),
]


@pytest.mark.parametrize("command", EVERY_STEP)
def test_nothing_is_carried_out_before_the_structure_has_validated(command: object) -> None:
    given(*BUILT).when(command).refused("not-validated")


@pytest.mark.parametrize("command", EVERY_STEP)
@pytest.mark.parametrize(
    "settled",
    [(ActionStarted(OWN), ActionFinished(OWN, text("Fait"))), (ActionAbandoned(OWN, text("Non")),)],
)
def test_a_settled_action_stays_as_it_is(settled: tuple[object, ...], command: object) -> None:
    given(*UNDER_WAY, *settled).when(command).refused("action-not-at-this-step")


def test_an_action_does_not_start_twice_nor_end_before_it_starts() -> None:
    given(*UNDER_WAY, ActionStarted(OWN)).when(StartAction(OWN)).refused("action-not-at-this-step")
    refused = given(*UNDER_WAY).when(FinishAction(OWN, "Fait")).refused("action-not-at-this-step")
    assert refused.detail == "Cette action est prévue."


@pytest.mark.parametrize("command", [StartAction(UNKNOWN), RecordDays(UNKNOWN, 1)])
def test_an_unknown_action_is_refused(command: object) -> None:
    given(*UNDER_WAY).when(command).refused("unknown-action")


def test_while_a_parcours_is_adjusted_started_actions_go_on_and_none_starts() -> None:
    adjusted = given(*CONSULTING_STARTED, ADJUSTED)
    adjusted.when(RecordDays(CONSULTING, 2)).then(DaysRecorded(CONSULTING, 2))
    adjusted.when(StartAction(OWN)).refused("not-validated")


# Consulting


def test_a_consulting_action_starts_with_its_funds_and_its_agreement() -> None:
    given(*FUNDED, AGREEMENT).when(StartAction(CONSULTING)).then(ActionStarted(CONSULTING))
    given(*UNDER_WAY).when(StartAction(CONSULTING)).refused("no-agreement")
    given(*FUNDED).when(StartAction(CONSULTING)).refused("no-agreement")
    partly = AgreementRecorded(CONSULTING, AGREEMENT.terms, signatures=ONE_SIGNATURE, signed_on=TODAY)
    given(*FUNDED, partly).when(StartAction(CONSULTING)).refused("no-agreement")


# The provider: that of the award, or a motivated exception


def test_without_a_tender_the_provider_is_named_and_the_exception_motivated() -> None:
    given(*UNDER_WAY).when(RETAIN).then(RETAINED)
    again = given(*UNDER_WAY, RETAINED).when(replace(RETAIN, provider="Cabinet Bruyère"))
    assert again.events[0].name == PersonalData(new_id(1), "Cabinet Bruyère")
    given(*FUNDED).when(RETAIN).refused("provider-already-retained")
    given(*UNDER_WAY, AWARD).when(RETAIN).refused("provider-already-retained")
    given(*UNDER_WAY, ADJUSTED).when(RETAIN).refused("not-validated")


def test_an_award_gives_the_parcours_its_provider() -> None:
    award = RecordAward(CONSULTING, TENDER, name=AWARD.name, amount_cents=400_000, days=5, account="p1")
    given(*UNDER_WAY).when(award).then(AWARD)
    given(*UNDER_WAY, RETAINED).when(award).refused("provider-already-retained")
    given(*UNDER_WAY).when(replace(award, action=OWN)).refused("not-consulting")
    given(*UNDER_WAY).when(replace(award, action=UNKNOWN)).refused("unknown-action")
    given(*UNDER_WAY, ABANDONED).when(award).refused("parcours-ended")
    given(*UNDER_WAY, AWARD).when(RecordAnnouncement(CONSULTING, TENDER)).then(INFORMED)
    changed = ProviderAccountChanged(CONSULTING, "p2")
    given(*UNDER_WAY, AWARD).when(ChangeProviderAccount(CONSULTING, TENDER, account="p2")).then(changed)
    retained = given(*UNDER_WAY, AWARD, INFORMED, changed).state.actions[CONSULTING].retained
    assert retained
    assert (retained.name, retained.account, retained.all_informed) == (AWARD.name, "p2", True)


def test_what_another_tender_tells_changes_nothing() -> None:
    for told in (
        RecordAnnouncement(CONSULTING, new_id(8)),
        ChangeProviderAccount(CONSULTING, new_id(8), account="p2"),
        WithdrawAward(CONSULTING, new_id(8), reason=text("Autre")),
    ):
        given(*UNDER_WAY, AWARD).when(told).then()
        given(*UNDER_WAY).when(told).then()


def test_a_tender_that_is_cancelled_after_its_award_gives_its_funds_back() -> None:
    withdraw = WithdrawAward(CONSULTING, TENDER, reason=text("Budget revu"))
    dismissed = ProviderDismissed(CONSULTING, text("Budget revu"))
    given(*UNDER_WAY, AWARD).when(withdraw).then(dismissed)
    awarded = (*UNDER_WAY, AWARD, INFORMED, FUNDS)
    given(*awarded).when(withdraw).then(FundsReleased(CONSULTING, 400_000), dismissed)
    after = given(*awarded, FundsReleased(CONSULTING, 400_000), dismissed).state.actions[CONSULTING]
    assert (after.retained, after.committed_cents) == (None, 0)
    given(*awarded, AGREEMENT).when(withdraw).refused("agreement-in-force")
    given(*awarded, FundsReleased(CONSULTING, 400_000), ABANDONED).when(withdraw).then(dismissed)


# Funds, then the agreement


def test_funds_are_committed_once_a_provider_is_chosen_and_within_its_proposal() -> None:
    given(*UNDER_WAY).when(CommitFunds(CONSULTING)).refused("no-provider")
    given(*UNDER_WAY, RETAINED).when(CommitFunds(CONSULTING)).then(FUNDS)
    given(*UNDER_WAY, AWARD).when(CommitFunds(CONSULTING, 400_000)).then(FUNDS)
    in_two_parts = (FundsCommitted(CONSULTING, 200_000, fund=FUND), FundsCommitted(CONSULTING, 100_000, fund=FUND))
    partly = given(*UNDER_WAY, RETAINED, *in_two_parts)
    too_much = partly.when(CommitFunds(CONSULTING, 100_001)).refused("beyond-proposal")
    assert too_much.extra == {"amount_cents": 400_000, "days": 5}
    partly.when(CommitFunds(CONSULTING)).then(FundsCommitted(CONSULTING, 100_000, fund=FUND))
    given(*FUNDED).when(CommitFunds(CONSULTING)).refused("nothing-to-commit")
    given(*FUNDED, AGREEMENT).when(CommitFunds(CONSULTING, 1)).refused("agreement-already-recorded")
    given(*CONSULTING_STARTED).when(CommitFunds(CONSULTING, 1)).refused("action-not-at-this-step")


def test_an_agreement_without_money_that_covers_it_is_refused() -> None:
    refused = given(*UNDER_WAY, RETAINED).when(RECORD).refused("not-funded")
    assert refused.extra == {"amount_cents": 400_000, "committed_cents": 0}
    partly = given(*UNDER_WAY, RETAINED, FundsCommitted(CONSULTING, 399_999, fund=FUND))
    partly.when(RECORD).refused("not-funded")
    assert partly.when(replace(RECORD, amount_cents=399_999)).refused_as is None
    given(*UNDER_WAY).when(RECORD).refused("no-provider")


def test_the_agreement_is_for_what_was_proposed_unless_it_says_less() -> None:
    given(*FUNDED).when(RECORD).then(AGREEMENT)
    given(*FUNDED, AGREEMENT).when(RECORD).refused("agreement-already-recorded")
    given(*CONSULTING_STARTED).when(RECORD).refused("action-not-at-this-step")
    given(*FUNDED, ADJUSTED).when(RECORD).refused("not-validated")
    given(*FUNDED).when(replace(RECORD, amount_cents=400_001)).refused("beyond-proposal")
    given(*FUNDED).when(replace(RECORD, days=6)).refused("beyond-proposal")
    less = replace(AGREEMENT, terms=AgreementTerms(380_000, 4))
    given(*FUNDED).when(replace(RECORD, amount_cents=380_000, days=4)).then(less, FundsReleased(CONSULTING, 20_000))


def test_every_candidate_is_informed_before_the_agreement() -> None:
    given(*UNDER_WAY, AWARD, FUNDS).when(RECORD).refused("not-all-informed")
    given(*UNDER_WAY, AWARD, FUNDS, INFORMED).when(RECORD).then(AGREEMENT)


def test_an_agreement_is_in_force_once_all_three_have_signed() -> None:
    structure = replace(RECORD, signatures=GivenSignatures(GivenSignature("Maëlle Kerdoncuff", TODAY)))
    recorded = replace(AGREEMENT, signatures=ONE_SIGNATURE)
    given(*FUNDED).when(structure).then(recorded)
    partly = given(*FUNDED, recorded)
    assert not partly.state.actions[CONSULTING].is_agreed
    both = replace(given_signatures(), structure=None)
    all_three = AgreementSignatures(
        signed(1, "Maëlle Kerdoncuff"), signed(1, "Paul Rivoal"), provider=signed(2, "Nadia Le Goff")
    )
    countersigned = AgreementCountersigned(CONSULTING, all_three, signed_on=TODAY)
    partly.when(SignAgreement(CONSULTING, both)).then(countersigned)
    assert given(*FUNDED, recorded, countersigned).state.actions[CONSULTING].is_agreed
    again = partly.when(SignAgreement(CONSULTING, given_signatures())).refused("already-signed")
    assert again.extra == {"party": "structure"}
    partly.when(SignAgreement(CONSULTING, GivenSignatures())).refused("no-signature")
    given(*FUNDED).when(SignAgreement(CONSULTING, both)).refused("no-agreement")
    given(*FUNDED).when(replace(RECORD, signatures=GivenSignatures())).refused("no-signature")


ONE_SIGNATURE = AgreementSignatures(signed(1, "Maëlle Kerdoncuff"))


def test_what_an_agreement_leaves_of_the_funds_goes_back_once_all_have_signed() -> None:
    partly = AgreementRecorded(CONSULTING, AgreementTerms(380_000, 5), signatures=ONE_SIGNATURE, signed_on=TODAY)
    both = replace(given_signatures(), structure=None)
    outcome = given(*FUNDED, partly).when(SignAgreement(CONSULTING, both))
    assert outcome.events[1:] == (FundsReleased(CONSULTING, 20_000),)


def test_funds_without_an_agreement_in_force_are_released_with_a_reason() -> None:
    released = FundsReleased(CONSULTING, 400_000, reason=text("Le prestataire se retire"))
    release = ReleaseFunds(CONSULTING, "Le prestataire se retire")
    given(*FUNDED).when(release).then(released)
    partly = (*FUNDED, replace(AGREEMENT, signatures=ONE_SIGNATURE))
    given(*partly).when(release).then(AgreementVoided(CONSULTING), released)
    after = given(*partly, AgreementVoided(CONSULTING), released).state.actions[CONSULTING]
    assert (after.agreement, after.committed_cents) == (None, 0)
    given(*FUNDED, AGREEMENT).when(release).refused("agreement-in-force")
    given(*UNDER_WAY, RETAINED).when(release).refused("nothing-committed")


def test_an_action_that_is_given_up_or_carried_over_unsigned_gives_its_funds_back() -> None:
    released = FundsReleased(CONSULTING, 400_000)
    for history in (FUNDED, (*FUNDED, replace(AGREEMENT, signatures=ONE_SIGNATURE))):
        given(*history).when(AbandonAction(CONSULTING, "Trop cher")).then(
            ActionAbandoned(CONSULTING, text("Trop cher")), released
        )
        given(*history).when(CarryOverAction(CONSULTING, "Plus tard")).then(
            ActionCarriedOver(CONSULTING, text("Plus tard")), released
        )
        given(*history).when(AbandonParcours("Priorités nouvelles")).then(released, ABANDONED)
    carried = ActionCarriedOver(CONSULTING, text("Plus tard"))
    given(*CONSULTING_STARTED).when(CarryOverAction(CONSULTING, "Plus tard")).then(carried)


def test_what_was_carried_over_under_an_agreement_is_still_reported_and_paid() -> None:
    carried = (*CONSULTING_STARTED, ActionCarriedOver(CONSULTING, text("Plus tard")))
    received = FinalReportReceived(CONSULTING, TODAY)
    given(*carried).when(AcceptFinalReport(CONSULTING, TODAY)).then(received, REPORT)
    paid = PaymentAuthorised(CONSULTING, 400_000)
    given(*carried, received, REPORT).when(AuthorisePayment(CONSULTING, 400_000)).then(paid)


@pytest.mark.parametrize("day", [LONG_AGO, AHEAD])
def test_what_is_signed_or_received_is_past(day: date) -> None:
    given(*FUNDED).when(replace(RECORD, signatures=given_signatures(day))).refused("absurd-date")
    given(*CONSULTING_STARTED).when(replace(AMEND, signatures=given_signatures(day))).refused("absurd-date")
    given(*CONSULTING_STARTED).when(AcceptFinalReport(CONSULTING, day)).refused("absurd-date")


@pytest.mark.parametrize("signed_on", [date(2002, 6, 1), PLAN.admitted_at.date() - timedelta(days=2)])
def test_nothing_of_the_case_took_place_before_its_admission(signed_on: date) -> None:
    early = replace(given_signatures(), unit=GivenSignature("Paul Rivoal", signed_on))
    refused = given(*FUNDED).when(replace(RECORD, signatures=early)).refused("before-admission")
    assert refused.detail == "La date de signature ne peut précéder l’admission de la structure, le 2 décembre 2025."
    given(*UNDER_WAY).when(RecordIntroduction(OWN, "Youenn Marchand", held_on=signed_on)).refused("before-admission")
    given(*UNDER_WAY, *SETTLED).when(CompleteParcours("Un vrai élan", signed_on)).refused("before-admission")


def test_nothing_of_an_assignment_took_place_before_its_agreement() -> None:
    before = TODAY - timedelta(days=1)
    early = replace(AMEND, signatures=given_signatures(before))
    given(*CONSULTING_STARTED).when(early).refused("before-signature")
    given(*CONSULTING_STARTED).when(ReceiveFinalReport(CONSULTING, before)).refused("before-signature")
    given(*CONSULTING_STARTED).when(AcceptFinalReport(CONSULTING, before)).refused("before-signature")


def test_three_sign_the_agreement_and_the_last_of_them_dates_it() -> None:
    before = TODAY - timedelta(days=3)
    three = replace(given_signatures(before), unit=GivenSignature("Paul Rivoal", TODAY))
    [recorded] = given(*FUNDED).when(replace(RECORD, signatures=three)).events
    assert (recorded.signed_on, recorded.signatures.structure) == (TODAY, signed(1, "Maëlle Kerdoncuff", before))
    agreement = given(*FUNDED, recorded).state.actions[CONSULTING].agreement
    assert agreement
    assert (agreement.in_force, agreement.signed_on) == (True, TODAY)


def test_the_days_worked_stay_within_those_agreed_unless_an_amendment_adds_some() -> None:
    worked = (*CONSULTING_STARTED, DaysRecorded(CONSULTING, 1), DaysRecorded(CONSULTING, 3))
    given(*worked).when(RecordDays(CONSULTING, 1)).then(DaysRecorded(CONSULTING, 1))
    refused = given(*worked).when(RecordDays(CONSULTING, 2)).refused("beyond-agreed-days")
    assert refused.extra == {"agreed": 5, "left": 1}
    given(*worked).when(AMEND).then(AMENDMENT)
    given(*worked, AMENDMENT).when(RecordDays(CONSULTING, 2)).then(DaysRecorded(CONSULTING, 2))


def test_an_amendment_commits_the_money_that_it_adds() -> None:
    more = replace(AMEND, extra_days=None, extra_amount_cents=90_000)
    committed = FundsCommitted(CONSULTING, 90_000, fund=FUND)
    amended = replace(AMENDMENT, extra_days=0, extra_amount_cents=90_000)
    next_year = datetime(2027, 3, 2, tzinfo=UTC)
    given(*CONSULTING_STARTED).when(more, at=next_year).then(committed, amended)
    after = given(*CONSULTING_STARTED, committed, amended).state.actions[CONSULTING]
    assert after.agreement
    assert (after.committed_cents, after.agreement.terms) == (490_000, AgreementTerms(490_000, 5))


def test_an_amendment_adds_something_and_is_signed_by_all_three() -> None:
    given(*CONSULTING_STARTED).when(replace(AMEND, extra_days=None)).refused("empty-amendment")
    two = replace(AMEND, signatures=replace(given_signatures(), provider=None))
    refused = given(*CONSULTING_STARTED).when(two).refused("missing-signatures")
    assert (refused.detail, refused.extra) == ("Il manque la signature de le prestataire.", {"parties": ["provider"]})


def test_days_carry_the_day_until_which_they_were_worked() -> None:
    structure, unit, provider = (signed(n, "Signataire", TODAY - timedelta(days=20)) for n in (1, 2, 3))
    long_ago = AgreementSignatures(structure, unit, provider=provider)
    agreement = replace(AGREEMENT, signatures=long_ago, signed_on=long_ago.last_on)
    started = (*FUNDED, agreement, ActionStarted(CONSULTING))
    worked = DaysRecorded(CONSULTING, 2, worked_until=TODAY - timedelta(days=1))
    given(*started).when(RecordDays(CONSULTING, 2, worked_until=TODAY - timedelta(days=1))).then(worked)
    given(*started).when(RecordDays(CONSULTING, 2, worked_until=TODAY - timedelta(days=21))).refused("before-signature")
    given(*started).when(RecordDays(CONSULTING, 2, worked_until=AHEAD)).refused("absurd-date")


def test_an_accepted_report_settles_the_days_and_the_agreement() -> None:
    reported = given(*CONSULTING_STARTED, DaysRecorded(CONSULTING, 1), REPORT)
    reported.when(RecordDays(CONSULTING, 1)).refused("report-already-accepted")
    reported.when(AMEND).refused("report-already-accepted")


def test_days_are_worked_once_the_action_has_started() -> None:
    given(*FUNDED, AGREEMENT).when(RecordDays(CONSULTING, 1)).refused("action-not-at-this-step")


def test_an_amendment_completes_an_agreement() -> None:
    given(*FUNDED).when(AMEND).refused("no-agreement")


def test_a_consulting_action_is_done_once_its_final_report_is_accepted() -> None:
    received = FinalReportReceived(CONSULTING, TODAY)
    given(*CONSULTING_STARTED).when(ReceiveFinalReport(CONSULTING, TODAY)).then(received)
    given(*CONSULTING_STARTED, received).when(ReceiveFinalReport(CONSULTING, TODAY)).refused("report-already-received")
    given(*CONSULTING_STARTED, received).when(FinishAction(CONSULTING, "Fait")).refused("no-final-report")
    given(*CONSULTING_STARTED, received).when(AuthorisePayment(CONSULTING, 1)).refused("no-final-report")
    given(*CONSULTING_STARTED, received).when(AcceptFinalReport(CONSULTING)).then(REPORT)
    given(*CONSULTING_STARTED).when(AcceptFinalReport(CONSULTING)).refused("no-report")
    given(*CONSULTING_STARTED).when(AcceptFinalReport(CONSULTING, TODAY)).then(received, REPORT)
    given(*CONSULTING_STARTED, REPORT).when(AcceptFinalReport(CONSULTING, TODAY)).refused("report-already-accepted")
    given(*CONSULTING_STARTED).when(FinishAction(CONSULTING, "Fait")).refused("no-final-report")
    done = ActionFinished(CONSULTING, text("Fait"))
    given(*CONSULTING_STARTED, REPORT).when(FinishAction(CONSULTING, "Fait")).then(done)


def test_the_provider_is_paid_after_acceptance_and_in_all_within_the_agreed_amount() -> None:
    given(*CONSULTING_STARTED).when(AuthorisePayment(CONSULTING, 1)).refused("no-final-report")
    paid = PaymentAuthorised(CONSULTING, 300_000)
    given(*CONSULTING_STARTED, REPORT).when(AuthorisePayment(CONSULTING, 300_000)).then(paid)
    again = given(*CONSULTING_STARTED, REPORT, paid, PaymentAuthorised(CONSULTING, 50_000))
    refused = again.when(AuthorisePayment(CONSULTING, 50_001)).refused("beyond-committed")
    assert refused.extra == {"committed_cents": 400_000, "left_cents": 50_000}


def test_what_the_last_payment_leaves_goes_back_to_the_fund() -> None:
    reported = given(*CONSULTING_STARTED, REPORT)
    paid, left = PaymentAuthorised(CONSULTING, 300_000), FundsReleased(CONSULTING, 100_000)
    reported.when(AuthorisePayment(CONSULTING, 300_000, last=True)).then(paid, left)
    reported.when(AuthorisePayment(CONSULTING, 400_000, last=True)).then(PaymentAuthorised(CONSULTING, 400_000))
    given(*CONSULTING_STARTED, REPORT, paid, left).when(AuthorisePayment(CONSULTING, 1)).refused("beyond-committed")


def test_an_abandoned_action_gives_its_funds_back_unless_a_report_was_accepted() -> None:
    abandoned = ActionAbandoned(CONSULTING, text("Plus utile"))
    released = FundsReleased(CONSULTING, 400_000)
    given(*CONSULTING_STARTED).when(AbandonAction(CONSULTING, "Plus utile")).then(abandoned, released)
    given(*CONSULTING_STARTED, REPORT).when(AbandonAction(CONSULTING, "Plus utile")).then(abandoned)


def test_an_abandoned_parcours_gives_its_funds_back() -> None:
    history = given(*CONSULTING_STARTED)
    history.when(AbandonParcours("Priorités nouvelles")).then(FundsReleased(CONSULTING, 400_000), ABANDONED)
    given(*CONSULTING_STARTED, REPORT).when(AbandonParcours("Priorités nouvelles")).then(ABANDONED)


@pytest.mark.parametrize(
    ("command", "abandoned"),
    [
        (AbandonParcours("Priorités nouvelles"), (ABANDONED,)),
        (AbandonAction(CONSULTING, "Priorités nouvelles"), (ActionAbandoned(CONSULTING, text("Priorités nouvelles")),)),
    ],
)
def test_days_worked_before_an_abandonment_are_paid_at_most_at_their_share_once_reported(
    command: object, abandoned: tuple[object, ...]
) -> None:
    history = (*CONSULTING_STARTED, DaysRecorded(CONSULTING, 2))
    released = FundsReleased(CONSULTING, 240_000)
    outcome = given(*history).when(command)
    assert sorted(outcome.events, key=repr) == sorted((released, *abandoned), key=repr)
    after = (*history, *outcome.events)
    given(*after).when(AuthorisePayment(CONSULTING, 1)).refused("no-final-report")
    accepted = (FinalReportReceived(CONSULTING, TODAY), REPORT)
    given(*after).when(AcceptFinalReport(CONSULTING, TODAY)).then(*accepted)
    reported = given(*after, *accepted)
    reported.when(AuthorisePayment(CONSULTING, 160_001)).refused("beyond-committed")
    reported.when(AuthorisePayment(CONSULTING, 160_000)).then(PaymentAuthorised(CONSULTING, 160_000))


def test_nothing_is_reported_of_an_abandoned_action_on_which_nobody_worked() -> None:
    for abandoned in (ABANDONED, ActionAbandoned(CONSULTING, text("Trop cher"))):
        stopped = given(*CONSULTING_STARTED, FundsReleased(CONSULTING, 400_000), abandoned)
        stopped.when(ReceiveFinalReport(CONSULTING, TODAY)).refused("action-not-at-this-step")


def test_the_share_of_the_days_worked_is_rounded_up_and_never_more_than_was_engaged() -> None:
    agreement = replace(AGREEMENT, terms=replace(AGREEMENT.terms, days=3))
    history = (*FUNDED, agreement, ActionStarted(CONSULTING))
    one = given(*history, DaysRecorded(CONSULTING, 1))
    one.when(AbandonParcours("Priorités nouvelles")).then(FundsReleased(CONSULTING, 266_666), ABANDONED)


@pytest.mark.parametrize(("hour", "year"), [(22, 2026), (23, 2027)])
def test_the_year_of_the_fund_begins_at_midnight_in_paris(hour: int, year: int) -> None:
    new_year = datetime(2026, 12, 31, hour, 30, tzinfo=UTC)
    committed = FundsCommitted(CONSULTING, 400_000, fund=fund_id(PLAN.unit, year))
    given(*UNDER_WAY, RETAINED).when(CommitFunds(CONSULTING), at=new_year).then(committed)


@pytest.mark.parametrize(
    "command",
    [
        replace(RETAIN, action=OWN),
        CommitFunds(OWN),
        ReleaseFunds(OWN, "Non"),
        replace(RECORD, action=OWN),
        SignAgreement(OWN, given_signatures()),
        RecordDays(OWN, 1),
        replace(AMEND, action=OWN),
        AcceptFinalReport(OWN, TODAY),
        AuthorisePayment(OWN, 1),
    ],
)
def test_only_a_consulting_action_has_a_provider(command: object) -> None:
    given(*UNDER_WAY, ActionStarted(OWN)).when(command).refused("not-consulting")


# The end

SETTLED = (ActionStarted(OWN), ActionFinished(OWN, text("Fait")), ActionCarriedOver(CONSULTING, text("Pas fini")))
COMPLETED = ParcoursCompleted(PLAN, {"done": 1, "carried_over": 1}, debrief=text("Un vrai élan"), held_on=TODAY)


def test_a_parcours_is_completed_with_every_action_settled_and_a_debrief() -> None:
    given(*UNDER_WAY, *SETTLED).when(CompleteParcours("Un vrai élan", TODAY)).then(COMPLETED)
    assert given(*UNDER_WAY, *SETTLED, COMPLETED).state.status is ParcoursStatus.COMPLETED


def test_a_parcours_is_not_completed_while_an_action_is_open() -> None:
    refused = given(*UNDER_WAY, *SETTLED[:2]).when(CompleteParcours("Un vrai élan", TODAY)).refused("actions-left")
    assert refused.extra["actions"] == [str(CONSULTING)]


def test_a_parcours_that_nobody_validated_is_not_completed() -> None:
    given(*BUILT).when(CompleteParcours("Un vrai élan", TODAY)).refused("not-validated")


@pytest.mark.parametrize("held_on", [LONG_AGO, AHEAD])
def test_the_debrief_has_taken_place(held_on: date) -> None:
    given(*UNDER_WAY, *SETTLED).when(CompleteParcours("Un vrai élan", held_on)).refused("absurd-date")


@pytest.mark.parametrize("role", [Role.ADVISER, Role.LEADER])
@pytest.mark.parametrize("history", [BUILT, UNDER_WAY, (*UNDER_WAY, ActionStarted(OWN))])
def test_a_parcours_can_be_abandoned_at_any_time(history: tuple[object, ...], role: Role) -> None:
    kind = EndingKind.WITHDRAWN if role is Role.LEADER else EndingKind.ABANDONED
    abandoned = replace(ABANDONED, ending=Ending(kind, TODAY))
    given(*history).when(AbandonParcours("Priorités nouvelles"), by=role).then(abandoned)


@pytest.mark.parametrize("command", [AbandonParcours("Trop tard"), StartAction(OWN), AbandonAction(OWN, "Non")])
@pytest.mark.parametrize("end", [(*SETTLED, COMPLETED), (ABANDONED,)])
def test_nothing_more_happens_after_the_end(end: tuple[object, ...], command: object) -> None:
    given(*UNDER_WAY, *end).when(command).refused("parcours-ended")


def test_an_abandoned_parcours_is_not_adjusted() -> None:
    given(*UNDER_WAY, ABANDONED).when(AdjustParcours("Retour")).refused("parcours-ended")


def test_an_accepted_report_is_still_paid_after_the_end() -> None:
    history = given(*CONSULTING_STARTED, REPORT, ABANDONED)
    history.when(AuthorisePayment(CONSULTING, 400_000)).then(PaymentAuthorised(CONSULTING, 400_000))


# The whole support lasts from two months to two years


@pytest.mark.parametrize("admitted", [NOW - timedelta(days=45), NOW - timedelta(days=800)])
def test_from_the_admission_to_the_debrief_there_are_two_months_to_two_years_or_a_derogation(
    admitted: datetime,
) -> None:
    history = (ParcoursOpened(replace(PLAN, admitted_at=admitted)), *UNDER_WAY[1:], *SETTLED)
    given(*history).when(CompleteParcours("Un vrai élan", TODAY)).refused("wrong-duration")
    derogated = (*history, DurationDerogationGranted(text("Fusion en cours")))
    assert given(*derogated).when(CompleteParcours("Un vrai élan", TODAY)).refused_as is None


def test_an_update_may_be_completed_long_after_the_two_years() -> None:
    updated = (*UNDER_WAY, *SETTLED, COMPLETED, ADJUSTED, *UNDER_WAY[-2:])
    later = NOW + timedelta(days=900)
    assert given(*updated).when(CompleteParcours("Un second élan", later.date()), at=later).refused_as is None


# Giving up an update


def test_giving_up_the_update_of_a_completed_parcours_leaves_it_completed() -> None:
    updated = (*UNDER_WAY, *SETTLED, COMPLETED, ADJUSTED)
    update_abandoned = UpdateAbandoned(text("Finalement non"))
    given(*updated).when(AbandonParcours("Finalement non")).then(update_abandoned)
    added = ActionAdded(UNKNOWN, planned(ActionKind.OWN_ACTION))
    removed = ActionRemoved(UNKNOWN, text("Finalement non"), kind=ActionKind.OWN_ACTION)
    given(*updated, added).when(AbandonParcours("Finalement non")).then(removed, update_abandoned)
    validated = (*updated, added, *UNDER_WAY[-2:])
    dropped = ActionAbandoned(UNKNOWN, text("Finalement non"))
    given(*validated).when(AbandonParcours("Finalement non"), by=Role.LEADER).then(dropped, update_abandoned)
    after = given(*validated, dropped, update_abandoned).state
    assert (after.status, after.validated_version) == (ParcoursStatus.COMPLETED, None)
    assert not any(action.status in OPEN_STATUSES for action in after.actions.values())
