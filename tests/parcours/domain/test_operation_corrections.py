"""Corrections of the mission of a collective operation: its agreement, days, report and price."""

from dataclasses import replace
from datetime import timedelta

from tests.support.histories.operation_mission import (
    AGREED,
    FUNDS,
    PLANNED,
    PRICE,
    READY,
    REPORT,
    RETAINED,
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

from parcours.domain.agreement_signatures import AgreementParty, AgreementSignatures
from parcours.domain.assignment import assignment_corrections, reporting
from parcours.domain.assignment.agreement import AgreementCountersigned
from parcours.domain.assignment.assignment_corrections import (
    CorrectAgreement,
    CorrectDays,
    CorrectFinalReport,
    DaysCorrected,
    FinalReportCorrected,
)
from parcours.domain.collective import operation
from parcours.domain.collective.conclusion import OperationCancelled, OperationClosed
from parcours.domain.collective.shares import shares_of
from parcours.domain.collective.state import Operation
from parcours.domain.funding import payments
from parcours.domain.state import Action
from shared.attachments import CiteAttachment, attachment
from shared.testing.scenarios import CASE, Scenarios, context, new_id, text

given = Scenarios(operation.decider)
WHY = "Relevé sur l’original"
EARLIER = TODAY - timedelta(days=6)
CLOSED = OperationClosed(text("La comptable est en poste."), closed_on=TODAY)
RECEIVED = reporting.FinalReportReceived(CASE, TODAY, attachment=new_id(21))


def mission_of(state: Operation) -> Action:
    assert state.mission is not None
    return state.mission


def test_a_lower_price_gives_funds_back_and_changes_every_share() -> None:
    lower = CorrectAgreement(CASE, WHY, amount_cents=900_00)
    corrected, released = given(*STARTED).when(lower).events
    assert corrected.terms.amount_cents == 900_00
    assert released == payments.FundsReleased(CASE, 100_00)
    after = given(*STARTED, corrected, released).state
    assert (after.price, shares_of(after)) == (900_00, dict.fromkeys((A, B, C), 300_00))


def test_a_higher_price_is_engaged_within_the_proposal_and_not_beyond() -> None:
    agreed_for_less = replace(AGREED, terms=replace(AGREED.terms, amount_cents=900_00))
    less = (PLANNED, *TOGETHER, RETAINED, replace(FUNDS, amount_cents=900_00), agreed_for_less)
    corrected, committed = given(*less).when(CorrectAgreement(CASE, WHY, amount_cents=PRICE)).events
    assert (corrected.terms.amount_cents, committed) == (PRICE, replace(FUNDS, amount_cents=100_00))
    given(*less).when(CorrectAgreement(CASE, WHY, amount_cents=PRICE + 1)).refused("beyond-proposal")


def test_a_price_is_not_below_what_is_paid_nor_the_days_below_those_worked() -> None:
    paid = (*STARTED, REPORT, payments.PaymentAuthorised(CASE, 600_00))
    given(*paid).when(CorrectAgreement(CASE, WHY, amount_cents=500_00)).refused("below-recorded")
    worked = (*STARTED, reporting.DaysRecorded(CASE, 4))
    given(*worked).when(CorrectAgreement(CASE, WHY, days=3)).refused("below-recorded")


def test_signatures_are_corrected_for_each_structure_at_once() -> None:
    one_forgotten = CorrectAgreement(CASE, WHY, signatures=given_signatures(A, B, on=EARLIER))
    given(*STARTED).when(one_forgotten).refused("missing-signatures")
    stranger = replace(one_forgotten, signatures=given_signatures(A, B, C, D))
    given(*STARTED).when(stranger).refused("unexpected-signatory")
    for_each = replace(one_forgotten, signatures=given_signatures(A, B, C, on=EARLIER))
    [corrected] = given(*STARTED).when(for_each).events
    assert corrected.signed_on == EARLIER
    agreement = mission_of(given(*STARTED, corrected).state).agreement
    assert agreement is not None
    assert {each.signed_on for each in agreement.signatures} == {EARLIER}
    assert agreement.signed_on == EARLIER


def test_the_signature_of_a_structure_that_left_is_corrected_with_the_others() -> None:
    gone = (*STARTED, left(C, 2))
    without = CorrectAgreement(CASE, WHY, signatures=given_signatures(A, B))
    given(*gone).when(without).refused("missing-signatures")
    assert given(*gone).when(replace(without, signatures=given_signatures(A, B, C))).events


def test_a_structure_that_signed_later_does_not_move_the_day_from_which_the_agreement_is_in_force() -> None:
    by_each = {party: replace(signed(party), signed_on=EARLIER) for party in AgreementParty}
    early = AgreementSignatures(
        unit=by_each[AgreementParty.UNIT],
        provider=by_each[AgreementParty.PROVIDER],
        structures=dict.fromkeys((A, B, C), by_each[AgreementParty.STRUCTURE]),
    )
    agreed = replace(AGREED, signatures=early, signed_on=EARLIER)
    by_d = {**early.structures, D: signed(AgreementParty.STRUCTURE)}
    later = AgreementCountersigned(CASE, replace(early, structures=by_d), signed_on=TODAY)
    history = (PLANNED, *TOGETHER, RETAINED, FUNDS, agreed, joined(D, 4), later)
    [other_sum, _] = given(*history).when(CorrectAgreement(CASE, WHY, amount_cents=900_00)).events
    assert other_sum.signed_on == EARLIER
    again = given_signatures(A, B, C, on=EARLIER - timedelta(days=1))
    by_all = replace(again, structures=(*again.structures, *given_signatures(D).structures))
    [corrected] = given(*history).when(CorrectAgreement(CASE, WHY, signatures=by_all)).events
    assert corrected.signed_on == EARLIER - timedelta(days=1)


def test_days_are_corrected_until_after_the_end_and_not_beyond_the_agreement() -> None:
    worked = (*STARTED, reporting.DaysRecorded(CASE, 5))
    correction = CorrectDays(CASE, 4, effective_on=TODAY, reason=WHY)
    expected = DaysCorrected(CASE, 4, effective_on=TODAY, reason=text(WHY))
    for history in (worked, (*worked, REPORT, CLOSED)):
        given(*history).when(correction).then(expected)
    assert mission_of(given(*worked, expected).state).days == 4
    given(*worked).when(replace(correction, days=7)).refused("below-recorded")
    given(*worked).when(replace(correction, effective_on=TODAY - timedelta(days=1))).refused("before-signature")
    given(PLANNED, *TOGETHER).when(correction).refused("no-agreement")


def test_days_of_a_cancelled_operation_take_their_part_of_the_funds_with_them() -> None:
    cancelled = OperationCancelled(text("Le cabinet a fermé."), cancelled_on=TODAY)
    half = payments.FundsReleased(CASE, PRICE // 2)
    stopped = (*STARTED, reporting.DaysRecorded(CASE, 3), cancelled, half)
    fewer = CorrectDays(CASE, 0, effective_on=TODAY, reason=WHY)
    _, released = given(*stopped).when(fewer).events
    assert released == payments.FundsReleased(CASE, PRICE // 2)


def test_a_corrected_report_has_another_day_or_another_file() -> None:
    received = (*STARTED, RECEIVED)
    correction = CorrectFinalReport(CASE, WHY, attachment=new_id(22))
    expected = FinalReportCorrected(CASE, TODAY, reason=text(WHY), attachment=new_id(22))
    given(*received).when(correction).then(expected)
    mission = mission_of(given(*received, expected).state)
    assert (mission.report_attachment, mission.proofs) == (new_id(22), (new_id(22),))
    given(*received).when(CorrectFinalReport(CASE, WHY)).refused("nothing-to-correct")
    given(*READY).when(correction).refused("nothing-to-correct")


def test_a_corrected_report_cites_its_file() -> None:
    """So that the file can no longer be withdrawn as one that proves nothing."""
    corrected = FinalReportCorrected(CASE, TODAY, reason=text(WHY), attachment=new_id(22))
    [cited] = operation.companions(given(*STARTED, RECEIVED).state, corrected, context())
    assert (cited.decider, cited.stream) == (attachment.decider, new_id(22))
    assert cited.command == CiteAttachment("final-report-corrected", CASE)


def test_an_operation_without_a_provider_has_nothing_to_correct() -> None:
    plain = replace(PLANNED, mission=None, planned=None)
    for correction in (
        CorrectAgreement(CASE, WHY, amount_cents=1),
        CorrectDays(CASE, 1, effective_on=TODAY, reason=WHY),
        CorrectFinalReport(CASE, WHY, received_on=TODAY),
    ):
        given(plain, *TOGETHER).when(correction).refused("unknown-action")


def test_what_was_recorded_can_be_corrected_as_the_links_say() -> None:
    offered = {*operation.decider.available_commands(given(*STARTED, RECEIVED, REPORT, CLOSED).state)}
    assert {*assignment_corrections.Command.__args__} <= offered
    assert not {*assignment_corrections.Command.__args__} & {
        *operation.decider.available_commands(given(PLANNED, *TOGETHER).state)
    }
