"""Agreement of a collective operation: each structure signs for itself, before and after it is in force."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.support.histories.operation_mission import (
    ABANDONED,
    AGREED,
    FUNDS,
    PLANNED,
    PRICE,
    READY,
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

from parcours.domain.agreement_signatures import AgreementParty, AgreementSignature, AgreementSignatures
from parcours.domain.assignment import agreement, amendments, reporting, selection
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures, GivenStructureSignature
from parcours.domain.collective import operation
from parcours.domain.collective.membership import (
    AgreementCompleted,
    LeaveOperation,
    OperationFellShort,
    OperationStarted,
    StartOperation,
    lacks_signature,
    signed_on,
)
from parcours.domain.collective.state import Operation, ShareDecision
from parcours.domain.funding import payments
from parcours.domain.tender.conclusion import ConcludeTender
from shared.testing.scenarios import CASE, History, Scenarios, context, new_id

given = Scenarios(operation.decider)
BY_STRUCTURE = signed(AgreementParty.STRUCTURE)
FUNDED = (PLANNED, *TOGETHER, RETAINED, FUNDS)
EARLIER = TODAY - timedelta(days=6)


def by_structures(*signed_by: UUID, waiting: tuple[UUID, ...] = ()) -> AgreementSignatures:
    """Of the unit, the provider and these structures, while others are awaited."""
    each = dict.fromkeys(signed_by, BY_STRUCTURE)
    return replace(SIGNATURES, structures={case: each.get(case) for case in sorted((*signed_by, *waiting))})


WAITING_FOR_C = replace(AGREED, signatures=by_structures(A, B, waiting=(C,)))


def signatures_of(state: Operation) -> AgreementSignatures:
    mission = state.mission
    assert mission is not None
    assert mission.agreement is not None
    return mission.agreement.signatures


def leaves(case: UUID) -> LeaveOperation:
    return LeaveOperation(UUID(int=case.int + 20), ABANDONED)


def structure_signs(*cases: UUID) -> agreement.SignAgreement:
    each = tuple(GivenStructureSignature(case, "Claire", signed_on=TODAY) for case in cases)
    return agreement.SignAgreement(CASE, GivenSignatures(structures=each))


def test_who_signed_for_each_structure_is_recorded_with_the_day() -> None:
    [recorded] = given(*FUNDED).when(agreement.RecordAgreement(CASE, given_signatures(A, on=EARLIER))).events
    by_a = recorded.signatures.structures[A]
    assert (by_a.signed_on, by_a.person == by_a.name.key) == (EARLIER, True)
    assert recorded.signatures.structures == {A: by_a, B: None, C: None}
    assert recorded.signatures.missing == [AgreementParty.STRUCTURE]


def test_it_is_in_force_once_the_last_structure_has_signed_and_not_before() -> None:
    given(*FUNDED, WAITING_FOR_C).when(StartOperation(A)).refused("no-agreement")
    assert given(*FUNDED, WAITING_FOR_C).state.price is None
    [countersigned] = given(*FUNDED, WAITING_FOR_C).when(structure_signs(C)).events
    assert not countersigned.signatures.missing
    in_force = given(*FUNDED, WAITING_FOR_C, countersigned)
    assert in_force.state.price == PRICE
    in_force.when(StartOperation(A)).then(OperationStarted())


def test_what_the_agreement_leaves_of_the_funds_goes_back_with_the_last_signature() -> None:
    less = replace(WAITING_FOR_C, terms=replace(AGREED.terms, amount_cents=PRICE - 100_00))
    _, released = given(*FUNDED, less).when(structure_signs(C)).events
    assert released == payments.FundsReleased(CASE, 100_00)


def test_a_structure_signs_once_and_only_its_own_operation() -> None:
    waiting = given(*FUNDED, WAITING_FOR_C)
    waiting.when(structure_signs(A)).refused("already-signed")
    waiting.when(structure_signs(C, C)).refused("already-signed")
    waiting.when(structure_signs(D)).refused("unexpected-signatory")
    one_for_all = GivenSignatures(structure=GivenSignature("Claire", TODAY))
    waiting.when(agreement.SignAgreement(CASE, one_for_all)).refused("unexpected-signatory")
    waiting.when(agreement.SignAgreement(CASE, GivenSignatures())).refused("no-signature")


def test_a_structure_that_leaves_unsigned_is_no_longer_awaited() -> None:
    less = replace(WAITING_FOR_C, terms=replace(AGREED.terms, amount_cents=PRICE - 100_00))
    gone = left(C, 2, ShareDecision.REDISTRIBUTED)
    completed = (AgreementCompleted(CASE), payments.FundsReleased(CASE, 100_00))
    given(*FUNDED, less).when(leaves(C)).then(gone, *completed)
    in_force = given(*FUNDED, less, gone, *completed)
    assert list(signatures_of(in_force.state).structures) == [A, B]
    in_force.when(StartOperation(A)).then(OperationStarted())


def test_two_that_do_not_sign_are_awaited_until_both_have_left() -> None:
    waiting = replace(AGREED, signatures=by_structures(A, waiting=(B, C)))
    first = left(C, 2, ShareDecision.REDISTRIBUTED)
    given(*FUNDED, waiting).when(leaves(C)).then(first)
    second = left(B, 1, ShareDecision.REDISTRIBUTED)
    given(*FUNDED, waiting, first).when(leaves(B)).then(second, AgreementCompleted(CASE), OperationFellShort(1))


def test_the_signature_of_a_structure_that_left_stays() -> None:
    gone = left(A, 2, ShareDecision.REDISTRIBUTED)
    after = given(*FUNDED, WAITING_FOR_C, gone)
    assert signatures_of(after.state).structures == {A: BY_STRUCTURE, B: BY_STRUCTURE, C: None}
    after.when(StartOperation(B)).refused("no-agreement")
    in_force = given(*STARTED, left(A, 2))
    assert signed_on(in_force.state, A) == TODAY
    assert in_force.state.price == PRICE


def test_an_agreement_that_nobody_is_left_to_sign_is_not_in_force() -> None:
    waiting = replace(AGREED, signatures=by_structures(A, waiting=(B,)))
    short = left(A, 1, ShareDecision.REDISTRIBUTED)
    history = (PLANNED, joined(A, 1), joined(B, 2), RETAINED, FUNDS, waiting, short, OperationFellShort(1))
    given(*history).when(leaves(B)).then(left(B, 0, ShareDecision.REDISTRIBUTED))
    assert given(*history, left(B, 0, ShareDecision.REDISTRIBUTED)).state.price is None


def test_who_joins_before_it_is_in_force_is_awaited() -> None:
    waiting = given(*FUNDED, WAITING_FOR_C, joined(D, 4))
    assert signatures_of(waiting.state).structures == {A: BY_STRUCTURE, B: BY_STRUCTURE, C: None, D: None}
    [countersigned] = waiting.when(structure_signs(C)).events
    assert countersigned.signatures.missing == [AgreementParty.STRUCTURE]


def test_who_joins_later_signs_before_its_own_action_starts_and_delays_nobody() -> None:
    four = given(*READY, joined(D, 4))
    assert four.state.price == PRICE
    assert lacks_signature(four.state, D)
    four.when(StartOperation(D)).refused("no-agreement")
    four.when(StartOperation(A)).then(OperationStarted())
    [countersigned] = four.when(structure_signs(D)).events
    signed_by_all = given(*READY, joined(D, 4), countersigned)
    signed_by_all.when(StartOperation(D)).then(OperationStarted())
    assert agreement.SignAgreement not in {*operation.decider.available_commands(signed_by_all.state)}
    assert agreement.SignAgreement in {*operation.decider.available_commands(four.state)}


def test_a_later_signature_does_not_move_the_day_from_which_it_is_in_force() -> None:
    before: dict[UUID, AgreementSignature | None] = dict.fromkeys((A, B, C), replace(BY_STRUCTURE, signed_on=EARLIER))
    parties = AgreementSignatures(
        unit=replace(BY_STRUCTURE, signed_on=EARLIER),
        provider=replace(BY_STRUCTURE, signed_on=EARLIER),
        structures=before,
    )
    early = replace(AGREED, signatures=parties, signed_on=EARLIER)
    started = (*FUNDED, early, OperationStarted(), joined(D, 4))
    [countersigned] = given(*started).when(structure_signs(D)).events
    assert countersigned.signed_on == TODAY
    worked = reporting.RecordDays(CASE, 2, worked_until=EARLIER + timedelta(days=1))
    assert given(*started, countersigned).when(worked).events
    too_early = replace(worked, worked_until=EARLIER - timedelta(days=1))
    given(*started, countersigned).when(too_early).refused("before-signature")


def test_an_amendment_is_signed_by_each_structure_that_is_still_there() -> None:
    two = (*STARTED, left(C, 2))
    more = amendments.RecordAmendment(CASE, given_signatures(A), extra_days=1)
    given(*two).when(more).refused("missing-signatures")
    [amended] = given(*two).when(replace(more, signatures=given_signatures(A, B))).events
    assert list(amended.signatures.structures) == [A, B]
    assert signatures_of(given(*two, amended).state) == SIGNATURES, "those of the agreement stay"


def concludes_tender(history: History[Operation], event: Any) -> bool:
    return any(each.command == ConcludeTender() for each in operation.companions(history.state, event, context()))


def test_the_tender_is_concluded_by_what_makes_the_agreement_complete_and_by_nothing_later() -> None:
    chosen = replace(RETAINED, tender=new_id(7), exception=None)
    before = (PLANNED, *TOGETHER, chosen, selection.ResultAnnounced(CASE), FUNDS)
    assert concludes_tender(given(*before), AGREED)
    assert not concludes_tender(given(*before), WAITING_FOR_C)
    gone = left(C, 2, ShareDecision.REDISTRIBUTED)
    assert concludes_tender(given(*before, WAITING_FOR_C, gone), AgreementCompleted(CASE))
    [by_last] = given(*before, WAITING_FOR_C).when(structure_signs(C)).events
    assert concludes_tender(given(*before, WAITING_FOR_C), by_last)
    [later] = given(*before, AGREED, joined(D, 4)).when(structure_signs(D)).events
    assert not concludes_tender(given(*before, AGREED, joined(D, 4)), later)


def test_an_agreement_signed_once_for_all_structures_stays_in_force() -> None:
    """As they were recorded before each structure signed for itself."""
    once = AgreementSignatures(BY_STRUCTURE, BY_STRUCTURE, provider=BY_STRUCTURE)
    former = (*FUNDED, replace(AGREED, signatures=once))
    assert given(*former).state.price == PRICE
    given(*former, joined(D, 4)).when(StartOperation(D)).then(OperationStarted())
