"""Rules of coordination: introductions, actions under way, agreements, reports, payments, and the end."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from parcours.domain.assignment.agreement import AgreementSigned, AmendmentSigned, RecordAgreement, RecordAmendment
from parcours.domain.assignment.reporting import (
    AcceptFinalReport,
    DaysRecorded,
    FinalReportAccepted,
    FinalReportReceived,
    ReceiveFinalReport,
    RecordDays,
)
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
    AuthorisePayment,
    CommitFunds,
    FundsCommitted,
    FundsReleased,
    PaymentAuthorised,
)
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.parcours import decider
from parcours.domain.state import (
    OPEN_STATUSES,
    ActionKind,
    ActionStatus,
    AgreementSignatures,
    AgreementTerms,
    ParcoursStatus,
    Period,
    PlannedAction,
    ReceivedPlan,
)
from shared.kernel import PersonalData, Role
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
AGREEMENT = AgreementSigned(
    CONSULTING,
    PersonalData(new_id(1), "Cabinet Aubépine"),
    terms=AgreementTerms(amount=400_000, days=5, signed_on=TODAY),
    exception=text("Seul cabinet du territoire"),
)
FUND = fund_id(PLAN.unit, NOW.year)
FUNDS = FundsCommitted(CONSULTING, 400_000, fund=FUND)
CONSULTING_STARTED = (*UNDER_WAY, AGREEMENT, FUNDS, ActionStarted(CONSULTING))
REPORT = FinalReportAccepted(CONSULTING, TODAY)
ABANDONED = ParcoursAbandoned(text("Priorités nouvelles"))


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


def test_a_consulting_action_starts_with_its_agreement_and_its_funds() -> None:
    given(*UNDER_WAY, AGREEMENT, FUNDS).when(StartAction(CONSULTING)).then(ActionStarted(CONSULTING))
    given(*UNDER_WAY).when(StartAction(CONSULTING)).refused("no-agreement")
    given(*UNDER_WAY, AGREEMENT).when(StartAction(CONSULTING)).refused("no-funds")


def test_the_agreement_says_who_for_how_much_and_how_many_days() -> None:
    command = RecordAgreement(
        CONSULTING,
        "Cabinet Aubépine",
        terms=AgreementTerms(amount=400_000, days=5, signed_on=TODAY),
        exception="Seul cabinet du territoire",
    )
    given(*UNDER_WAY).when(command).then(AGREEMENT)
    given(*UNDER_WAY, AGREEMENT).when(command).refused("agreement-already-signed")
    given(*CONSULTING_STARTED).when(command).refused("action-not-at-this-step")
    given(*UNDER_WAY, ADJUSTED).when(command).refused("not-validated")


@pytest.mark.parametrize("day", [LONG_AGO, AHEAD])
def test_what_is_signed_or_received_is_past(day: date) -> None:
    given(*UNDER_WAY).when(
        RecordAgreement(
            CONSULTING,
            "Cabinet Aubépine",
            terms=AgreementTerms(amount=1, days=1, signed_on=day),
            exception="Seul cabinet du territoire",
        )
    ).refused("absurd-date")
    given(*CONSULTING_STARTED).when(RecordAmendment(CONSULTING, 1, signed_on=day)).refused("absurd-date")
    given(*CONSULTING_STARTED).when(AcceptFinalReport(CONSULTING, day)).refused("absurd-date")


def test_an_agreement_follows_a_tender_or_says_why_there_was_none() -> None:
    agreement = RecordAgreement(
        CONSULTING, "Cabinet Aubépine", terms=AgreementTerms(amount=400_000, days=5, signed_on=TODAY)
    )
    given(*UNDER_WAY).when(agreement).refused("no-tender")
    given(*UNDER_WAY).when(replace(agreement, tender=new_id(9), exception="Les deux")).refused("no-tender")
    [signed] = given(*UNDER_WAY).when(replace(agreement, tender=new_id(9))).events
    assert (signed.tender, signed.exception) == (new_id(9), None)


@pytest.mark.parametrize("signed_on", [date(2002, 6, 1), PLAN.admitted_at.date() - timedelta(days=2)])
def test_nothing_of_the_case_took_place_before_its_admission(signed_on: date) -> None:
    agreement = RecordAgreement(
        CONSULTING,
        "Cabinet Aubépine",
        terms=AgreementTerms(amount=400_000, days=5, signed_on=signed_on),
        exception="Seul cabinet",
    )
    refused = given(*UNDER_WAY).when(agreement).refused("before-admission")
    assert refused.detail == "La date de signature ne peut précéder l’admission de la structure, le 2 décembre 2025."
    signatures = AgreementSignatures(signed_on, TODAY, provider=TODAY)
    three = replace(agreement, terms=replace(agreement.terms, signed_on=TODAY, signatures=signatures))
    given(*UNDER_WAY).when(three).refused("before-admission")
    given(*UNDER_WAY).when(RecordIntroduction(OWN, "Youenn Marchand", held_on=signed_on)).refused("before-admission")
    given(*UNDER_WAY, *SETTLED).when(CompleteParcours("Un vrai élan", signed_on)).refused("before-admission")


def test_nothing_of_an_assignment_took_place_before_its_agreement() -> None:
    before = TODAY - timedelta(days=1)
    given(*CONSULTING_STARTED).when(RecordAmendment(CONSULTING, 1, signed_on=before)).refused("before-signature")
    given(*CONSULTING_STARTED).when(ReceiveFinalReport(CONSULTING, before)).refused("before-signature")
    given(*CONSULTING_STARTED).when(AcceptFinalReport(CONSULTING, before)).refused("before-signature")


def signed_by_all(agreement: RecordAgreement, signatures: AgreementSignatures) -> RecordAgreement:
    return replace(agreement, terms=replace(agreement.terms, signatures=signatures))


def test_three_sign_the_agreement_and_the_last_of_them_dates_it() -> None:
    before = TODAY - timedelta(days=3)
    agreement = RecordAgreement(
        CONSULTING,
        "Cabinet Aubépine",
        terms=AgreementTerms(amount=400_000, days=5, signed_on=TODAY),
        exception="Seul cabinet",
    )
    three = signed_by_all(agreement, AgreementSignatures(before, TODAY, provider=before))
    [signed] = given(*UNDER_WAY).when(three).events
    assert signed.terms.signatures == AgreementSignatures(before, TODAY, provider=before)
    early = signed_by_all(agreement, AgreementSignatures(before, before, provider=before))
    given(*UNDER_WAY).when(early).refused("wrong-signatures")
    absurd = signed_by_all(agreement, AgreementSignatures(LONG_AGO, TODAY, provider=TODAY))
    given(*UNDER_WAY).when(absurd).refused("absurd-date")


def test_funds_are_committed_before_the_start_and_in_all_within_the_agreed_amount() -> None:
    agreed = (*UNDER_WAY, AGREEMENT)
    given(*agreed).when(CommitFunds(CONSULTING, 400_000)).then(FUNDS)
    in_two_parts = (FundsCommitted(CONSULTING, 200_000, fund=FUND), FundsCommitted(CONSULTING, 100_000, fund=FUND))
    too_much = given(*agreed, *in_two_parts).when(CommitFunds(CONSULTING, 100_001))
    assert too_much.refused("beyond-agreed-amount").extra == {"agreed": 400_000, "left": 100_000}
    given(*UNDER_WAY).when(CommitFunds(CONSULTING, 1)).refused("no-agreement")
    given(*CONSULTING_STARTED).when(CommitFunds(CONSULTING, 1)).refused("action-not-at-this-step")


def test_the_days_worked_stay_within_those_agreed_unless_an_amendment_adds_some() -> None:
    worked = (*CONSULTING_STARTED, DaysRecorded(CONSULTING, 1), DaysRecorded(CONSULTING, 3))
    given(*worked).when(RecordDays(CONSULTING, 1)).then(DaysRecorded(CONSULTING, 1))
    refused = given(*worked).when(RecordDays(CONSULTING, 2)).refused("beyond-agreed-days")
    assert refused.extra == {"agreed": 5, "left": 1}
    amended = AmendmentSigned(CONSULTING, 1, signed_on=TODAY)
    given(*worked).when(RecordAmendment(CONSULTING, 1, signed_on=TODAY)).then(amended)
    given(*worked, amended).when(RecordDays(CONSULTING, 2)).then(DaysRecorded(CONSULTING, 2))


def test_days_carry_the_day_until_which_they_were_worked() -> None:
    signed = replace(AGREEMENT, terms=replace(AGREEMENT.terms, signed_on=TODAY - timedelta(days=20)))
    started = (*UNDER_WAY, signed, FUNDS, ActionStarted(CONSULTING))
    worked = DaysRecorded(CONSULTING, 2, worked_until=TODAY - timedelta(days=1))
    given(*started).when(RecordDays(CONSULTING, 2, worked_until=TODAY - timedelta(days=1))).then(worked)
    given(*started).when(RecordDays(CONSULTING, 2, worked_until=TODAY - timedelta(days=21))).refused("before-signature")
    given(*started).when(RecordDays(CONSULTING, 2, worked_until=AHEAD)).refused("absurd-date")


def test_an_accepted_report_settles_the_days_and_the_agreement() -> None:
    reported = given(*CONSULTING_STARTED, DaysRecorded(CONSULTING, 1), REPORT)
    reported.when(RecordDays(CONSULTING, 1)).refused("report-already-accepted")
    reported.when(RecordAmendment(CONSULTING, 1, signed_on=TODAY)).refused("report-already-accepted")


def test_days_are_worked_once_the_action_has_started() -> None:
    given(*UNDER_WAY, AGREEMENT, FUNDS).when(RecordDays(CONSULTING, 1)).refused("action-not-at-this-step")


def test_an_amendment_completes_an_agreement() -> None:
    given(*UNDER_WAY).when(RecordAmendment(CONSULTING, 1, signed_on=TODAY)).refused("no-agreement")


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
    assert refused.extra == {"committed": 400_000, "left": 50_000}


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
    history = (*UNDER_WAY, agreement, FUNDS, ActionStarted(CONSULTING))
    one = given(*history, DaysRecorded(CONSULTING, 1))
    one.when(AbandonParcours("Priorités nouvelles")).then(FundsReleased(CONSULTING, 266_666), ABANDONED)
    little = (*UNDER_WAY, agreement, FundsCommitted(CONSULTING, 100_000, fund=FUND), ActionStarted(CONSULTING))
    given(*little, DaysRecorded(CONSULTING, 3)).when(AbandonParcours("Priorités nouvelles")).then(ABANDONED)


@pytest.mark.parametrize(("hour", "year"), [(22, 2026), (23, 2027)])
def test_the_year_of_the_fund_begins_at_midnight_in_paris(hour: int, year: int) -> None:
    new_year = datetime(2026, 12, 31, hour, 30, tzinfo=UTC)
    committed = FundsCommitted(CONSULTING, 400_000, fund=fund_id(PLAN.unit, year))
    given(*UNDER_WAY, AGREEMENT).when(CommitFunds(CONSULTING, 400_000), at=new_year).then(committed)


@pytest.mark.parametrize(
    "command",
    [
        RecordAgreement(
            OWN,
            "Cabinet Aubépine",
            terms=AgreementTerms(amount=1, days=1, signed_on=TODAY),
            exception="Seul cabinet du territoire",
        ),
        CommitFunds(OWN, 1),
        RecordDays(OWN, 1),
        RecordAmendment(OWN, 1, signed_on=TODAY),
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
    given(*history).when(AbandonParcours("Priorités nouvelles"), by=role).then(ABANDONED)


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
