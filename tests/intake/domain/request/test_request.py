"""The rules of a request, one by one, until its one outcome."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from intake.domain.reference.criteria import Verdict, version_in_force
from intake.domain.request.archive import CaseArchived, CaseUnarchived
from intake.domain.request.assessment import (
    AssessCriterion,
    CriterionAssessed,
    DerogationGranted,
    GrantDerogation,
    MeetingParticipant,
    MeetingRecorded,
    RecordMeeting,
)
from intake.domain.request.confidentiality import CaseAssigned, CaseMadeConfidential, ConfidentialityLifted
from intake.domain.request.corrections import ContactCorrected, CorrectContact, CorrectStructure, StructureCorrected
from intake.domain.request.difficulty import DifficultyTriaged, TriageDifficulty
from intake.domain.request.emergency import EmergencyAccessAcknowledged, EmergencyAccessOpened
from intake.domain.request.ending import (
    AccompanimentEnded,
    AccompanimentStarted,
    CaseClosed,
    CaseEndingCorrected,
    CaseGivenUp,
    CaseReopened,
    CloseCase,
    EndAccompaniment,
    GiveUpCase,
    StartAccompaniment,
)
from intake.domain.request.outcome import (
    AdmitRequest,
    CrisisPlanNote,
    OrientRequest,
    RejectRequest,
    RequestAdmitted,
    RequestNotAdmitted,
    RequestOriented,
    RequestWithdrawn,
    WithdrawRequest,
)
from intake.domain.request.reception import (
    LinkedRequestOpened,
    OpenLinkedRequest,
    ReceiveRequest,
    ReceiveRequestWithFindings,
    RequestReceived,
)
from intake.domain.request.request import decider, unique_keys
from intake.domain.request.stand_in import StandInAppointed, StandInEnded
from intake.domain.request.state import ConfidentialityGround, CrisisPlan, PersonMet, Request, RequestStatus, Triage
from intake.domain.request.transfer import (
    RecordTakeOver,
    RequestTransferred,
    TakeOverRequestWithFindings,
    TransferReceived,
    TransferRequest,
    TransferTakenOver,
    TransferWithdrawn,
    WithdrawTransfer,
)
from intake.domain.structure import Contact, EncryptedContact, LegalForm, Structure
from shared.kernel import Actor, DifficultyCause, DifficultyLevel, Ending, EndingKind, PersonalData, Role, UniqueKey
from shared.testing.scenarios import NOW, UNIT, MemoryLog, Scenarios, context, new_id, text

given = Scenarios(decider)
RULES = version_in_force(NOW.date()).version
HARD = ("existing", "employer", "ess")
TODAY, PERSON = NOW.date(), new_id(1)
GARDENS = Structure(
    "Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074", headcount=12
)
STRUCTURE_ID = context().pseudonym("732829320")
CONTACT = EncryptedContact(str(PERSON), PersonalData(PERSON, "Maëlle Kerdoncuff"))
NEED = "Une seule subvention."
RECEIVE = ReceiveRequest(GARDENS, Contact("Maëlle Kerdoncuff"), need=NEED)
RECEIVED = RequestReceived(GARDENS, STRUCTURE_ID, contact=CONTACT, need=text(NEED), unit=UNIT, adviser="some-adviser")
FORMER = Request(
    RequestStatus.ADMITTED, GARDENS, structure_id=STRUCTURE_ID, contact=CONTACT, unit=UNIT, adviser="some-adviser"
)
OPEN_LINKED = OpenLinkedRequest(UUID(int=5), FORMER, theme="finance")
LINKED = LinkedRequestOpened(
    UUID(int=5), GARDENS, structure_id=STRUCTURE_ID, contact=CONTACT, theme="finance", unit=UNIT, adviser="some-adviser"
)
PRESIDENT = PersonMet(PERSON, PersonalData(PERSON, "La présidente"))
MET_BEFORE = MeetingRecorded(TODAY, (PRESIDENT,))
ADMITTED = RequestAdmitted(
    RULES,
    STRUCTURE_ID,
    unit=UNIT,
    adviser="some-adviser",
    legal_form=LegalForm.ASSOCIATION,
    department="44",
    headcount=12,
)
ORIENTED = RequestOriented(text("Hors du champ."), (UUID(int=6),))
NOT_ADMITTED = RequestNotAdmitted(text("Hors du champ."), text("Aucun acteur local."))
TRANSFERRED = RequestTransferred("unit-44", text("Le siège est à Nantes."))
WITHDRAWN = RequestWithdrawn(text("Plus le temps."))
AT_WORK: tuple[Any, ...] = (
    RecordMeeting(TODAY, (MeetingParticipant("La présidente"),)),
    AssessCriterion("ess", Verdict.MET, evidence="Statuts lus."),
    GrantDerogation("ess", "Emplois à sauver."),
    AdmitRequest(),
    OrientRequest("Hors du champ.", (UUID(int=6),)),
    RejectRequest("Hors du champ.", "Aucun acteur local."),
    TransferRequest("unit-44", "Le siège est à Nantes."),
    WithdrawRequest("Plus le temps."),
)


def assessed(criterion: str, verdict: Verdict = Verdict.MET) -> CriterionAssessed:
    return CriterionAssessed(criterion, verdict, evidence=text("Statuts lus."), rules=RULES, by="some-adviser")


def derogated(criterion: str) -> DerogationGranted:
    return DerogationGranted(criterion, text("Emplois à sauver."), rules=RULES, by="some-manager")


ELIGIBLE = (RECEIVED, MET_BEFORE, *map(assessed, HARD))


# Receiving


def test_a_request_is_received_by_the_unit_of_who_opens_it() -> None:
    given().when(RECEIVE).then(RECEIVED)


def test_a_request_is_received_once() -> None:
    given(RECEIVED).when(RECEIVE).refused("request-already-received")


def test_a_request_belongs_to_a_unit() -> None:
    given().when(RECEIVE, by=Actor("nobody", Role.ADVISER)).refused("no-unit")


def test_a_structure_without_a_right_number_is_not_received() -> None:
    wrong = replace(RECEIVE, structure=replace(GARDENS, siret="73282932000075"))
    given().when(wrong).refused("wrong-number")


def test_a_new_need_opens_a_linked_request_once() -> None:
    given().when(OPEN_LINKED, by=Role.SERVICE).then(LINKED)
    given(LINKED).when(OPEN_LINKED, by=Role.SERVICE).then()


def test_a_linked_request_goes_the_way_of_any_other() -> None:
    given(LINKED, MET_BEFORE, *map(assessed, HARD)).when(AdmitRequest()).then(ADMITTED)


@pytest.mark.parametrize("command", AT_WORK)
def test_nothing_is_done_for_a_request_that_nobody_made(command: object) -> None:
    given().when(command, by=Role.MANAGER).refused("request-not-received")


# Meeting and criteria


def test_a_meeting_is_recorded_with_what_was_said() -> None:
    command = RecordMeeting(TODAY, (MeetingParticipant("La présidente"),), notes="Bilan de l’année.")
    given(RECEIVED).when(command).then(replace(MET_BEFORE, notes=text("Bilan de l’année.")))


def test_who_is_met_has_a_key_of_their_own_or_the_one_that_the_case_knows() -> None:
    """So that one human is erased by one order, from the contact and from every meeting."""
    contact, other = UUID(int=21), UUID(int=22)
    received = replace(RECEIVED, contact=EncryptedContact(str(contact), PersonalData(contact, "Maëlle Kerdoncuff")))
    met = MeetingRecorded(TODAY, (PersonMet(other, PersonalData(other, "Yann Prigent")),))
    again = RecordMeeting(
        TODAY,
        (
            MeetingParticipant(person=contact, function="Présidente"),
            MeetingParticipant(person=other),
            MeetingParticipant("Léa Bertho", function="Salariée"),
        ),
    )
    given(received, met).when(again).then(
        MeetingRecorded(
            TODAY,
            (
                PersonMet(
                    contact, PersonalData(contact, "Maëlle Kerdoncuff"), function=PersonalData(contact, "Présidente")
                ),
                met.participants[0],
                PersonMet(PERSON, PersonalData(PERSON, "Léa Bertho"), function=PersonalData(PERSON, "Salariée")),
            ),
        )
    )


@pytest.mark.parametrize(
    "participant",
    [MeetingParticipant(), MeetingParticipant("Léa", person=PERSON), MeetingParticipant(person=UUID(int=99))],
)
def test_who_is_met_is_named_or_known(participant: MeetingParticipant) -> None:
    given(RECEIVED).when(RecordMeeting(TODAY, (participant,))).refused("unclear-participant")


@pytest.mark.parametrize("held_on", [date(2001, 12, 31), TODAY + timedelta(days=2)])
def test_a_meeting_is_held_between_the_schemes_beginning_and_today(held_on: date) -> None:
    given(RECEIVED).when(RecordMeeting(held_on, (MeetingParticipant("La présidente"),))).refused("absurd-date")


def test_a_criterion_is_assessed_by_the_rules_in_force() -> None:
    command = AssessCriterion("ess", Verdict.NOT_MET, evidence="Statuts lus.")
    given(RECEIVED).when(command).then(assessed("ess", Verdict.NOT_MET))


def test_a_criterion_that_the_rules_do_not_know_is_refused_and_the_known_ones_are_told() -> None:
    for command in (
        AssessCriterion("sympathique", Verdict.MET, evidence="Vu."),
        GrantDerogation("sympathique", "Parce que."),
    ):
        so_far = given(RECEIVED, assessed("ess", Verdict.NOT_MET))
        refused = so_far.when(command, by=Role.MANAGER).refused("unknown-criterion")
        assert refused.extra["rules"] == RULES
        assert {*HARD, "voluntary"} <= set(refused.extra["criteria"])
        assert "sympathique" not in refused.detail


def test_only_a_manager_grants_a_derogation() -> None:
    so_far = given(RECEIVED, assessed("ess", Verdict.NOT_MET))
    command = GrantDerogation("ess", "Emplois à sauver.")
    so_far.when(command).refused("managers-only")
    so_far.when(command, by=Role.MANAGER).then(derogated("ess"))


@pytest.mark.parametrize(
    "so_far",
    [(), (assessed("ess"),), (assessed("ess", Verdict.UNKNOWN),), (assessed("voluntary", Verdict.NOT_MET),)],
)
@pytest.mark.parametrize("criterion", ["ess", "voluntary"])
def test_a_derogation_is_for_a_hard_criterion_that_is_not_met(so_far: tuple[Any, ...], criterion: str) -> None:
    command = GrantDerogation(criterion, "Emplois à sauver.")
    given(RECEIVED, *so_far).when(command, by=Role.MANAGER).refused("nothing-to-derogate")


# Outcomes


def test_a_structure_that_was_met_and_is_eligible_is_admitted() -> None:
    given(*ELIGIBLE).when(AdmitRequest()).then(ADMITTED)
    given(*ELIGIBLE).when(AdmitRequest("Beau projet.")).then(replace(ADMITTED, reason=text("Beau projet.")))


def test_an_admission_beside_a_crisis_plan_names_the_scheme_that_leads_it() -> None:
    plan = CrisisPlanNote("Commission des chefs de services financiers", "Échéancier en cours d’examen.")
    stored = CrisisPlan(text(plan.scheme), text("Échéancier en cours d’examen."))
    admitted = replace(ADMITTED, crisis_plan=stored)
    given(*ELIGIBLE).when(AdmitRequest(crisis_plan=plan)).then(admitted)
    assert given(*ELIGIBLE, admitted).state.crisis_plan == stored


def test_a_structure_that_was_not_met_is_not_admitted() -> None:
    given(RECEIVED, *map(assessed, HARD)).when(AdmitRequest()).refused("no-meeting")


@pytest.mark.parametrize("last", [(), (assessed("ess", Verdict.UNKNOWN),)])
def test_hard_criteria_are_assessed_before_admission(last: tuple[Any, ...]) -> None:
    so_far = given(RECEIVED, MET_BEFORE, assessed("existing"), assessed("employer"), *last)
    refused = so_far.when(AdmitRequest()).refused("criteria-not-assessed")
    assert refused.detail.endswith(": Sa forme relève de l’économie sociale et solidaire.")


def test_a_hard_criterion_that_is_not_met_takes_a_derogation() -> None:
    so_far = (*ELIGIBLE, assessed("employer", Verdict.NOT_MET))
    refused = given(*so_far).when(AdmitRequest()).refused("criteria-not-met")
    assert refused.extra == {"criteria": ["employer"]}
    given(*so_far, derogated("employer")).when(AdmitRequest()).then(ADMITTED)


def test_a_derogation_goes_with_the_verdict_that_it_lifts() -> None:
    again = (assessed("employer", Verdict.NOT_MET), derogated("employer"), assessed("employer", Verdict.NOT_MET))
    given(*ELIGIBLE, *again).when(AdmitRequest()).refused("criteria-not-met")


def test_the_judged_criteria_weigh_and_do_not_bar() -> None:
    given(*ELIGIBLE, assessed("voluntary", Verdict.NOT_MET)).when(AdmitRequest()).then(ADMITTED)


def test_an_unknown_headcount_is_never_a_no() -> None:
    nobody_asked = replace(RECEIVED, structure=replace(GARDENS, headcount=None))
    given(nobody_asked, *ELIGIBLE[1:]).when(AdmitRequest()).then(replace(ADMITTED, headcount=None))


def test_a_structure_that_does_not_enter_is_oriented_or_it_is_said_why_not() -> None:
    one = UUID(int=6)
    given(RECEIVED).when(OrientRequest("Hors du champ.", (one, one))).then(ORIENTED)
    given(RECEIVED).when(OrientRequest("Hors du champ.")).refused("no-orientation")
    given(RECEIVED).when(RejectRequest("Hors du champ.", "Aucun acteur local.")).then(NOT_ADMITTED)
    assert given(RECEIVED, ORIENTED).state.status is RequestStatus.ORIENTED
    assert given(RECEIVED, NOT_ADMITTED).state.status is RequestStatus.NOT_ADMITTED


def test_a_request_is_transferred_to_another_unit() -> None:
    given(RECEIVED).when(TransferRequest("unit-44", "Le siège est à Nantes.")).then(TRANSFERRED)
    for same in (UNIT, UNIT.upper()):
        given(RECEIVED).when(TransferRequest(same, "Le siège est à Nantes.")).refused("same-unit")


@pytest.mark.parametrize("typed", ["Maëlle Kerdoncuff", "le DLA régional", "dla-44\n", "-", "dla--44", ""])
def test_a_unit_is_known_by_its_code_which_has_no_room_for_a_sentence(typed: str) -> None:
    given(RECEIVED).when(TransferRequest(typed, "Le siège est à Nantes.")).refused("wrong-unit")


def test_a_structure_may_withdraw_its_request() -> None:
    given(RECEIVED).when(WithdrawRequest("Plus le temps."), by=Role.LEADER).then(WITHDRAWN)


@pytest.mark.parametrize("outcome", [ADMITTED, ORIENTED, NOT_ADMITTED, TRANSFERRED, WITHDRAWN])
@pytest.mark.parametrize("command", AT_WORK)
def test_a_request_has_exactly_one_outcome(outcome: object, command: object) -> None:
    given(*ELIGIBLE, outcome).when(command, by=Role.MANAGER).refused("outcome-already-given")


# The end of the case


def test_the_end_of_the_accompaniment_is_heard_once() -> None:
    given(*ELIGIBLE, ADMITTED).when(EndAccompaniment(), by=Role.SERVICE).then(AccompanimentEnded())
    given(*ELIGIBLE, ADMITTED, AccompanimentEnded()).when(EndAccompaniment(), by=Role.SERVICE).then()


@pytest.mark.parametrize("ending", [Ending(kind, TODAY) for kind in EndingKind])
def test_a_case_closes_once_however_it_ends(ending: Ending) -> None:
    given(*ELIGIBLE, ADMITTED).when(CloseCase(ending), by=Role.SERVICE).then(CaseClosed(ending))
    closed = given(*ELIGIBLE, ADMITTED, CaseClosed(ending))
    closed.when(CloseCase(Ending(EndingKind.FOLLOWED_UP, NOW.date())), by=Role.SERVICE).then()
    closed.when(EndAccompaniment(), by=Role.SERVICE).then()
    assert (closed.state.status, closed.state.ending) == (RequestStatus.CLOSED, ending)


@pytest.mark.parametrize(
    "so_far", [(), (RECEIVED,), (RECEIVED, ORIENTED), (RECEIVED, NOT_ADMITTED), (RECEIVED, WITHDRAWN)]
)
@pytest.mark.parametrize("command", [EndAccompaniment(), CloseCase(Ending(EndingKind.ABANDONED, NOW.date()))])
def test_only_an_admitted_case_comes_to_such_an_end(so_far: tuple[Any, ...], command: object) -> None:
    given(*so_far).when(command, by=Role.SERVICE).refused("not-admitted")


# One open case for a structure and a unit


def open_case(*numbers: str, reserved: bool = True) -> list[UniqueKey]:
    return [UniqueKey("open-case", f"{UNIT}/{number}", reserved=reserved) for number in numbers]


def test_a_case_is_open_from_its_request_to_its_outcome_or_the_end_of_the_accompaniment() -> None:
    numbers, state = (str(STRUCTURE_ID), "732829320"), given(RECEIVED).state
    assert list(unique_keys(decider.initial, RECEIVED)) == open_case(*numbers)
    for ending in (
        ORIENTED,
        NOT_ADMITTED,
        TRANSFERRED,
        WITHDRAWN,
        AccompanimentEnded(),
        CaseClosed(Ending(EndingKind.ABANDONED, NOW.date())),
    ):
        assert list(unique_keys(state, ending)) == open_case(*numbers, reserved=False)
    for going_on in (MET_BEFORE, assessed("ess")):
        assert list(unique_keys(state, going_on)) == []


def test_a_linked_request_stands_beside_the_case_that_it_comes_from_until_it_is_admitted() -> None:
    corrected = StructureCorrected(GARDENS, TODAY, reason=text("Effectif."))
    assert list(unique_keys(decider.initial, LINKED)) == []
    assert list(unique_keys(given(LINKED).state, corrected)) == []
    assert list(unique_keys(given(LINKED).state, ADMITTED)) == open_case(str(STRUCTURE_ID), "732829320")


def test_a_structure_is_the_same_under_each_number_that_it_is_known_by() -> None:
    association = replace(GARDENS, siret=None, rna="W442000123")
    both = replace(GARDENS, rna="W442000123")
    by_rna, known = replace(RECEIVED, structure=association), (str(STRUCTURE_ID), "732829320", "W442000123")
    assert list(unique_keys(decider.initial, by_rna)) == open_case(str(STRUCTURE_ID), "W442000123")
    assert list(unique_keys(decider.initial, replace(RECEIVED, structure=both))) == open_case(*known)
    learnt = StructureCorrected(both, TODAY, reason=text("Immatriculée depuis."))
    assert list(unique_keys(given(by_rna).state, learnt)) == open_case(*known)
    assert list(unique_keys(given(by_rna, learnt).state, WITHDRAWN)) == open_case(*known, reserved=False)
    forgotten = StructureCorrected(GARDENS, TODAY, reason=text("Le RNA d’une autre."))
    assert list(unique_keys(given(by_rna, learnt).state, forgotten)) == [
        *open_case("W442000123", reserved=False),
        *open_case(str(STRUCTURE_ID), "732829320"),
    ]
    assert list(unique_keys(given(by_rna, WITHDRAWN).state, learnt)) == []


def test_a_structure_that_is_known_already_keeps_its_id_whatever_number_it_comes_with() -> None:
    known = UUID(int=77)
    (received,) = decider.decide(Request(), ReceiveRequestWithFindings(RECEIVE, structure_id=known), context())
    assert received.structure_id == known


# In the log


def test_another_contact_comes_under_an_id_and_a_key_of_their_own() -> None:
    reason = "La présidente a quitté l’association."
    another = EncryptedContact(str(new_id(1)), PersonalData(new_id(1), "Soazig Le Bihan"))
    corrected = ContactCorrected(another, text(reason))
    for history in ((RECEIVED,), (RECEIVED, ADMITTED)):
        given(*history).when(CorrectContact(Contact("Soazig Le Bihan"), reason)).then(corrected)
    assert given(RECEIVED, corrected).state.contact == another
    withdrawn = RequestWithdrawn(text("Plus besoin."))
    given(RECEIVED, withdrawn).when(CorrectContact(Contact("Soazig"), reason)).refused("outcome-already-given")


def test_every_event_comes_back_from_the_log_and_nothing_that_people_said_is_stored_in_clear() -> None:
    person = UUID(int=9)
    values = (PersonalData(person, f"secret {kind}") for kind in ("nom", "rôle", "mél", "tél"))
    contact = EncryptedContact(str(person), *values)
    every_event = (
        replace(RECEIVED, contact=contact, need=text("secret besoin")),
        replace(LINKED, contact=contact),
        TransferReceived(
            UUID(int=5), GARDENS, structure_id=STRUCTURE_ID, contact=contact, unit=UNIT, need=text("secret besoin")
        ),
        StructureCorrected(GARDENS, TODAY, reason=text("secret motif")),
        ContactCorrected(contact, text("secret motif")),
        MeetingRecorded(
            TODAY, (PersonMet(person, PersonalData(person, "secret participant")),), notes=text("secret notes")
        ),
        CriterionAssessed("ess", Verdict.NOT_MET, evidence=text("secret preuve"), rules=RULES),
        DerogationGranted("ess", text("secret motif"), rules=RULES),
        DifficultyTriaged(
            Triage(
                DifficultyLevel.PROVEN, "x", at=NOW, causes=(DifficultyCause.CASH,), explanation=text("secret récit")
            )
        ),
        replace(ADMITTED, reason=text("secret motif")),
        RequestOriented(text("secret motif"), (UUID(int=6),)),
        RequestNotAdmitted(text("secret motif"), text("secret raison")),
        RequestTransferred("unit-44", text("secret motif")),
        TransferWithdrawn(text("secret motif")),
        TransferTakenOver(UUID(int=6)),
        RequestWithdrawn(text("secret motif")),
        CaseMadeConfidential(ConfidentialityGround.CONCILIATION, text("secret motif"), adviser="some-adviser"),
        StandInAppointed("x", "y", until=TODAY, reason=text("secret motif"), confidential=True),
        StandInEnded("y", "x", confidential=True),
        ConfidentialityLifted(text("secret motif"), "some-adviser"),
        CaseAssigned("some-adviser", text("secret motif"), confidential=True),
        EmergencyAccessOpened("x", NOW, until=NOW, reason=text("secret motif")),
        EmergencyAccessAcknowledged("some-adviser"),
        CaseArchived(TODAY, "some-adviser", confidential=True),
        CaseUnarchived("some-adviser", confidential=True, reason=text("secret motif")),
        AccompanimentStarted(),
        AccompanimentEnded(),
        CaseClosed(Ending(EndingKind.FOLLOWED_UP, NOW.date())),
        CaseEndingCorrected(Ending(EndingKind.CLOSED_DOWN, NOW.date())),
        CaseReopened(),
        CaseGivenUp(text("secret motif"), NOW.date()),
    )
    assert {type(event) for event in every_event} == set(decider.events)
    log = MemoryLog(decider)
    log.append(*every_event)
    assert [log.shown(event) for event in log.events] == [log.shown(event) for event in every_event]
    assert not any(b"secret" in stored.state for stored in log.stored)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


DAYS = st.just(TODAY) | st.dates(date(2002, 1, 1), date(2060, 1, 1))
CODES = st.sampled_from([*HARD, "voluntary", "sympathique"])
STRUCTURES = st.builds(
    Structure,
    department=st.sampled_from(["44", "2A", "971", "20"]),
    siret=st.sampled_from([None, "73282932000074", "35600000049837", "1"]),
    rna=st.sampled_from([None, "W442000123", "W1"]),
)
COMMANDS = st.one_of(
    st.builds(ReceiveRequest, structure=STRUCTURES),
    st.just(OPEN_LINKED),
    st.just(ReceiveRequestWithFindings(RECEIVE, (UUID(int=5),))),
    st.builds(CorrectStructure, structure=STRUCTURES, effective_on=DAYS),
    st.builds(CorrectContact, contact=st.just(Contact("Soazig Le Bihan")), reason=st.just("Départ.")),
    st.builds(
        TakeOverRequestWithFindings,
        transferred=st.builds(
            Request,
            status=st.just(RequestStatus.TRANSFERRED),
            structure=st.just(GARDENS),
            structure_id=st.just(STRUCTURE_ID),
            contact=st.just(CONTACT),
            to_unit=st.sampled_from([None, UNIT, "unit-44"]),
        ),
    ),
    st.just(RecordTakeOver(UUID(int=6))),
    st.just(WithdrawTransfer("Siège confirmé à Nantes.")),
    st.builds(RecordMeeting, held_on=DAYS),
    st.builds(AssessCriterion, criterion=CODES),
    st.builds(GrantDerogation, criterion=CODES),
    st.builds(TriageDifficulty, cessation_on=st.none() | DAYS),
    *(
        st.builds(command)
        for command in (AdmitRequest, OrientRequest, TransferRequest, WithdrawRequest, GiveUpCase, StartAccompaniment)
    ),
    st.builds(EndAccompaniment, reported_at=st.none() | DAYS.map(at)),
    st.builds(CloseCase, reported_at=st.none() | DAYS.map(at)),
)
ACTORS = st.sampled_from([Role.ADVISER, Role.MANAGER, Role.LEADER, Role.SERVICE])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@for_all(st.lists(st.tuples(COMMANDS, ACTORS, DAYS.map(at)), max_size=12), st.booleans())
def test_whatever_is_asked_the_answer_is_a_refusal_or_a_history_that_can_be_replayed(
    attempts: list[tuple[Any, Role, datetime]], eligible: bool
) -> None:
    log = MemoryLog(decider)
    if eligible:
        log.append(*ELIGIBLE)
    for command, by, now in attempts:
        log.do(command, by=by, at=now)
    reached = log.from_snapshot()
    assert reached == log.state
    outcomes = (RequestAdmitted, RequestOriented, RequestNotAdmitted, RequestTransferred, RequestWithdrawn)
    given_so_far = sum(isinstance(event, outcomes) for event in log.events)
    given_so_far -= sum(isinstance(event, TransferWithdrawn) for event in log.events)
    assert given_so_far == (reached.status not in (RequestStatus.NEW, RequestStatus.RECEIVED))
