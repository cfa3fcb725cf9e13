"""How does the structure stand, and what will be worked on? The diagnosis's rules, one by one."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from diagnostic.domain.content.axes import AssessAxis, Assessment, Axis, AxisAssessed
from diagnostic.domain.content.difficulty import Difficulty, DifficultyQualified, Level, Nature, QualifyDifficulty
from diagnostic.domain.content.economics import Economics, EconomicsRecorded, Perimeter, RecordEconomics
from diagnostic.domain.content.employment import Employment, EmploymentRecorded, RecordEmployment
from diagnostic.domain.content.indicators import Indicator, IndicatorRecorded, RecordIndicator
from diagnostic.domain.content.problem import (
    ListOtherScheme,
    OtherSchemeListed,
    Problem,
    ProblemStated,
    Scheme,
    StateProblem,
)
from diagnostic.domain.content.sessions import Attendee, Participant, Quality, RecordSession, Session, SessionRecorded
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened, OpenDiagnosis, Status, SubmissionVoided, ValidationVoided
from diagnostic.domain.plan import AgreePlan, BaselineCorrected, CorrectBaseline, PlanAgreed
from diagnostic.domain.validation import (
    ContestDiagnosis,
    DiagnosisContested,
    DiagnosisSubmitted,
    DiagnosisValidated,
    SubmitDiagnosis,
    ValidateDiagnosis,
)
from shared.kernel import PersonalData, Role
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import CASE, NOW, Scenarios, new_id, text

given = Scenarios(decider)
STRUCTURE, TODAY = UUID(int=8), NOW.date()
ADMITTED_AT = NOW - timedelta(days=20)
REQUEST_ADMITTED = OpenDiagnosis(STRUCTURE, "unit-35", adviser="adviser-1", admitted_at=ADMITTED_AT, headcount=12)
OPENED = DiagnosisOpened(STRUCTURE, "unit-35", adviser="adviser-1", admitted_at=ADMITTED_AT, headcount=12)

SESSION = RecordSession(TODAY, (Participant("Maëlle Kerdoncuff", Quality.LEADER),), notes="Visite des serres.")
AXIS = AssessAxis(
    Axis.BUSINESS_MODEL,
    "Une seule subvention.",
    rating=2,
    strengths=("Clientèle fidèle",),
    weaknesses=("Prix trop bas",),
    evidence="Comptes 2025",
)
EMPLOYMENT = RecordEmployment(cdi=9, cdd=3, aided=2, fte=10.5)
INDICATOR = RecordIndicator("own_income", "Part des ventes dans les produits, en %", value=34.5)
PROBLEM = StateProblem(
    "Comment vivre de ses ventes ?", ("Prix anciens",), recommendations=("Revoir les prix", "Vendre en ligne")
)
SCHEME = ListOtherScheme("Fonds de confiance", "Étude en cours")


def person(n: int, name: str, quality: Quality) -> Attendee:
    return Attendee(new_id(n), PersonalData(new_id(n), name), quality=quality)


SESSION_HELD = SessionRecorded(
    Session(TODAY, (person(1, "Maëlle Kerdoncuff", Quality.LEADER),), notes=text("Visite des serres."))
)
AXIS_ASSESSED = AxisAssessed(
    Axis.BUSINESS_MODEL,
    Assessment(
        2,
        text("Une seule subvention."),
        strengths=(text("Clientèle fidèle"),),
        weaknesses=(text("Prix trop bas"),),
        evidence=text("Comptes 2025"),
    ),
)
EMPLOYMENT_RECORDED = EmploymentRecorded(Employment(9, 3, aided=2, fte=10.5))
INDICATOR_RECORDED = IndicatorRecorded("own_income", Indicator(34.5, "Part des ventes dans les produits, en %"))
PROBLEM_STATED = ProblemStated(
    Problem(
        text("Comment vivre de ses ventes ?"),
        (text("Prix anciens"),),
        recommendations=(text("Revoir les prix"), text("Vendre en ligne")),
    )
)
SCHEME_LISTED = OtherSchemeListed(Scheme(text("Fonds de confiance"), text("Étude en cours")))

ECONOMICS = RecordEconomics(2025, Perimeter.STRUCTURE, budget=412_000_00, subsidies=263_700_00, result=-18_450_50)
ECONOMICS_RECORDED = EconomicsRecorded(
    Economics(2025, Perimeter.STRUCTURE, budget=412_000_00, subsidies=263_700_00, result=-18_450_50)
)
DIFFICULTY = QualifyDifficulty(
    Level.PROVEN, Nature.STRUCTURAL, causes=("Un seul financeur",), strategic_plan="Diversifier en trois ans."
)
DIFFICULTY_QUALIFIED = DifficultyQualified(
    Difficulty(
        Level.PROVEN,
        Nature.STRUCTURAL,
        causes=(text("Un seul financeur"),),
        strategic_plan=text("Diversifier en trois ans."),
    )
)

COMPLETE = (OPENED, SESSION_HELD, AXIS_ASSESSED, EMPLOYMENT_RECORDED, PROBLEM_STATED)
VERSION = len(COMPLETE) - 1
SALT = new_id(1).bytes
HASH = content_hash(SALT, given(*COMPLETE).state.content)
SUBMITTED = DiagnosisSubmitted(VERSION, HASH, salt=text(SALT.hex()))
VALIDATED = DiagnosisValidated(VERSION, HASH, leader="some-leader")
PLAN = AgreePlan((Axis.BUSINESS_MODEL,), "Atteindre 50 % de ventes.")
PLAN_AGREED = PlanAgreed(
    STRUCTURE,
    "unit-35",
    adviser="adviser-1",
    admitted_at=ADMITTED_AT,
    validated_version=VERSION,
    content_hash=HASH,
    axes=(Axis.BUSINESS_MODEL,),
    objectives=text("Atteindre 50 % de ventes."),
    baseline={"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5},
    definitions={},
)
EDITS = (
    (SESSION, SESSION_HELD),
    (AXIS, AXIS_ASSESSED),
    (EMPLOYMENT, EMPLOYMENT_RECORDED),
    (INDICATOR, INDICATOR_RECORDED),
    (PROBLEM, PROBLEM_STATED),
    (SCHEME, SCHEME_LISTED),
    (ECONOMICS, ECONOMICS_RECORDED),
    (DIFFICULTY, DIFFICULTY_QUALIFIED),
)
AGREE_WITH_IT = ValidateDiagnosis(VERSION, HASH)
DISAGREE = ContestDiagnosis(VERSION, "Les bénévoles sont oubliés.")
CONTESTED = DiagnosisContested(VERSION, text("Les bénévoles sont oubliés."), leader="some-leader")
WORK = tuple(command for command, _ in EDITS)
EVERY_COMMAND_AFTER_OPENING = (*WORK, SubmitDiagnosis(), AGREE_WITH_IT, DISAGREE, PLAN)
every_edit = pytest.mark.parametrize(("edit", "edited"), EDITS, ids=[type(edited).__name__ for _, edited in EDITS])


# Opening


def test_an_admitted_request_opens_the_diagnosis() -> None:
    given().when(REQUEST_ADMITTED, by=Role.SERVICE).then(OPENED)


def test_an_admission_told_twice_changes_nothing_at_any_step() -> None:
    for history in ((OPENED,), (*COMPLETE, SUBMITTED), (*COMPLETE, SUBMITTED, VALIDATED, PLAN_AGREED)):
        given(*history).when(REQUEST_ADMITTED, by=Role.SERVICE).then()


def test_nothing_is_done_before_it_is_open() -> None:
    for command in EVERY_COMMAND_AFTER_OPENING:
        given().when(command, by=Role.LEADER).refused("diagnosis-not-open")


# Building it with the structure


@every_edit
def test_what_is_found_is_recorded(edit: Any, edited: Any) -> None:
    given(OPENED).when(edit).then(edited)


def test_each_participant_has_a_key_of_their_own_and_the_notes_have_the_case_s() -> None:
    session = replace(SESSION, participants=(*SESSION.participants, Participant("Ali Benhaddou", Quality.VOLUNTEER)))
    (held,) = given(OPENED).when(session).events
    assert held.session.participants == (
        person(1, "Maëlle Kerdoncuff", Quality.LEADER),
        person(2, "Ali Benhaddou", Quality.VOLUNTEER),
    )
    assert held.session.notes == PersonalData(CASE, "Visite des serres.")


@pytest.mark.parametrize("held_on", [date(2001, 12, 31), TODAY + timedelta(days=2)])
def test_a_session_was_held_on_a_believable_day(held_on: date) -> None:
    given(OPENED).when(replace(SESSION, held_on=held_on)).refused("absurd-date")


@pytest.mark.parametrize("code", ["Chiffre", "chiffre d’affaires", "2025_ventes", "Maëlle", "", "ventes\n"])
def test_an_indicator_s_code_has_no_room_for_a_name(code: str) -> None:
    given(OPENED).when(replace(INDICATOR, code=code)).refused("wrong-indicator-code")


@pytest.mark.parametrize("code", ["cdi", "cdd", "aided", "fte", "apprentices", "budget_cents", "cash_cents"])
def test_what_has_a_standard_code_is_not_counted_twice(code: str) -> None:
    given(OPENED).when(replace(INDICATOR, code=code)).refused("wrong-indicator-code")


def test_an_axis_assessed_again_replaces_what_was_said_and_a_session_adds_to_those_before() -> None:
    second_look = AxisAssessed(Axis.BUSINESS_MODEL, Assessment(3, text("Deux subventions.")))
    other_axis = AxisAssessed(Axis.DIGITAL, Assessment(4, text("Un site récent.")))
    content = given(*COMPLETE, other_axis, second_look, SESSION_HELD).state.content
    assert content.axes == {
        Axis.BUSINESS_MODEL: Assessment(3, text("Deux subventions.")),
        Axis.DIGITAL: Assessment(4, text("Un site récent.")),
    }
    assert len(content.sessions) == 2


def test_every_edit_makes_a_new_version() -> None:
    history = (OPENED, *(edited for _, edited in EDITS))
    assert [given(*history[:n]).state.content_version for n in range(1, len(history) + 1)] == [*range(1 + len(EDITS))]


# Submitting it


def test_a_complete_diagnosis_is_submitted_in_its_version_with_the_hash_of_its_content() -> None:
    given(*COMPLETE).when(SubmitDiagnosis()).then(SUBMITTED)
    submitted = given(*COMPLETE, SUBMITTED).state
    assert submitted.status is Status.SUBMITTED
    assert content_hash(SALT, submitted.content) == HASH


def test_the_same_content_under_another_salt_and_another_content_have_another_hash() -> None:
    content = given(*COMPLETE).state.content
    others = [given(*COMPLETE, edited).state.content for _, edited in EDITS if edited not in COMPLETE]
    hashes = {HASH, content_hash(new_id(2).bytes, content), *(content_hash(SALT, other) for other in others)}
    assert len(hashes) == 2 + len(others)


@pytest.mark.parametrize(
    ("absent", "missing"),
    [
        (SESSION_HELD, "session-with-a-leader"),
        (AXIS_ASSESSED, "axis"),
        (EMPLOYMENT_RECORDED, "employment"),
        (PROBLEM_STATED, "problem"),
    ],
)
def test_it_is_not_submitted_as_long_as_something_is_missing(absent: Any, missing: str) -> None:
    history = [event for event in COMPLETE if event is not absent]
    assert given(*history).when(SubmitDiagnosis()).refused("diagnosis-incomplete").extra == {"missing": [missing]}


def test_all_that_is_missing_is_said_at_once() -> None:
    refused = given(OPENED).when(SubmitDiagnosis()).refused("diagnosis-incomplete")
    assert refused.extra == {"missing": ["session-with-a-leader", "axis", "employment", "problem"]}
    assert "la problématique" in refused.detail


def test_a_session_without_any_leader_is_not_enough() -> None:
    session = Session(TODAY, (person(1, "Ali Benhaddou", Quality.EMPLOYEE), person(2, "Léa Roux", Quality.ADVISER)))
    history = [SessionRecorded(session) if event is SESSION_HELD else event for event in COMPLETE]
    refused = given(*history).when(SubmitDiagnosis()).refused("diagnosis-incomplete")
    assert refused.extra == {"missing": ["session-with-a-leader"]}


def test_what_is_submitted_is_not_submitted_again() -> None:
    for history in ((SUBMITTED,), (SUBMITTED, VALIDATED)):
        refused = given(*COMPLETE, *history).when(SubmitDiagnosis()).refused("diagnosis-already-submitted")
        assert refused.extra == {"version": VERSION}


# Validating it: a leader, and that very version


def test_a_leader_validates_the_version_they_have_read() -> None:
    given(*COMPLETE, SUBMITTED).when(AGREE_WITH_IT, by=Role.LEADER).then(VALIDATED)
    assert given(*COMPLETE, SUBMITTED, VALIDATED).state.status is Status.VALIDATED


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEADER])
@pytest.mark.parametrize("command", [AGREE_WITH_IT, DISAGREE], ids=["validate", "contest"])
def test_nobody_speaks_in_a_leader_s_place(command: Any, role: Role) -> None:
    assert given(*COMPLETE, SUBMITTED).when(command, by=role).refused("leaders-only").status == 403


def test_validating_the_same_version_again_changes_nothing() -> None:
    given(*COMPLETE, SUBMITTED, VALIDATED).when(AGREE_WITH_IT, by=Role.LEADER).then()


def test_a_diagnosis_that_is_not_submitted_is_neither_validated_nor_contested() -> None:
    for command in (AGREE_WITH_IT, DISAGREE):
        given(*COMPLETE).when(command, by=Role.LEADER).refused("diagnosis-not-submitted")


@pytest.mark.parametrize("seen", [ValidateDiagnosis(VERSION - 1, HASH), ValidateDiagnosis(VERSION, "0" * 64)])
def test_a_stale_version_or_hash_is_told_the_version_to_read_and_never_its_hash(seen: ValidateDiagnosis) -> None:
    refused = given(*COMPLETE, SUBMITTED).when(seen, by=Role.LEADER).refused("stale-content")
    assert refused.extra == {"version": VERSION}


def test_a_version_that_was_read_before_an_edit_is_stale() -> None:
    history = given(*COMPLETE, SUBMITTED, SCHEME_LISTED, SubmissionVoided(VERSION))
    for command in (AGREE_WITH_IT, DISAGREE):
        refused = history.when(command, by=Role.LEADER).refused("stale-content")
        assert refused.extra == {"version": VERSION + 1}


@every_edit
def test_any_edit_voids_the_submission(edit: Any, edited: Any) -> None:
    given(*COMPLETE, SUBMITTED).when(edit).then(edited, SubmissionVoided(VERSION))


@every_edit
def test_any_edit_voids_the_validation(edit: Any, edited: Any) -> None:
    given(*COMPLETE, SUBMITTED, VALIDATED).when(edit).then(edited, ValidationVoided(VERSION))
    voided = given(*COMPLETE, SUBMITTED, VALIDATED, edited, ValidationVoided(VERSION)).state
    assert (voided.status, voided.submission, voided.content_version) == (Status.OPEN, None, VERSION + 1)


def test_a_voided_validation_is_given_again_on_the_new_version() -> None:
    history = (*COMPLETE, SUBMITTED, VALIDATED, SCHEME_LISTED, ValidationVoided(VERSION))
    (again,) = given(*history).when(SubmitDiagnosis()).events
    assert again.version == VERSION + 1
    seen = ValidateDiagnosis(again.version, again.content_hash)
    given(*history, again).when(seen, by=Role.LEADER).then(
        replace(VALIDATED, version=again.version, content_hash=again.content_hash)
    )


@pytest.mark.parametrize("history", [(SUBMITTED,), (SUBMITTED, VALIDATED)], ids=["submitted", "validated"])
def test_a_leader_contests_with_reasons_even_what_was_validated(history: tuple[Any, ...]) -> None:
    given(*COMPLETE, *history).when(DISAGREE, by=Role.LEADER).then(CONTESTED)
    contested = given(*COMPLETE, *history, CONTESTED).state
    assert (contested.status, contested.contested) == (Status.CONTESTED, text("Les bénévoles sont oubliés."))


def test_a_contested_diagnosis_is_reworked_and_submitted_again() -> None:
    history = (*COMPLETE, SUBMITTED, CONTESTED)
    given(*history).when(AGREE_WITH_IT, by=Role.LEADER).refused("diagnosis-not-submitted")
    given(*history).when(SCHEME).then(SCHEME_LISTED)
    (again,) = given(*history, SCHEME_LISTED).when(SubmitDiagnosis()).events
    assert again.version == VERSION + 1
    assert given(*history, SCHEME_LISTED, again).state.contested is None


# Agreeing the plan


def test_a_plan_is_agreed_from_the_validated_diagnosis() -> None:
    given(*COMPLETE, SUBMITTED, VALIDATED).when(PLAN).then(PLAN_AGREED)


def test_the_plan_carries_employment_and_every_indicator_as_the_baseline() -> None:
    members = IndicatorRecorded("members", Indicator(120, "Adhésions à jour"))
    complete = (*COMPLETE, INDICATOR_RECORDED, members)
    validated = (replace(SUBMITTED, version=VERSION + 2), replace(VALIDATED, version=VERSION + 2))
    (agreed,) = given(*complete, *validated).when(PLAN).events
    assert agreed.baseline == {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5, "own_income": 34.5, "members": 120}
    assert agreed.definitions == {
        "own_income": "Part des ventes dans les produits, en %",
        "members": "Adhésions à jour",
    }


@pytest.mark.parametrize(
    "history",
    [(), (SUBMITTED,), (SUBMITTED, CONTESTED), (SUBMITTED, VALIDATED, SCHEME_LISTED, ValidationVoided(VERSION))],
    ids=["open", "submitted", "contested", "voided"],
)
def test_there_is_no_plan_without_a_validation_that_holds(history: tuple[Any, ...]) -> None:
    given(*COMPLETE, *history).when(PLAN).refused("diagnosis-not-validated")


def test_an_axis_has_one_place_in_the_plan() -> None:
    twice = replace(PLAN, axes=(Axis.BUSINESS_MODEL, Axis.BUSINESS_MODEL))
    given(*COMPLETE, SUBMITTED, VALIDATED).when(twice).refused("repeated-axis")


def test_the_plan_names_only_axes_that_the_diagnosis_has_assessed() -> None:
    plan = replace(PLAN, axes=(Axis.BUSINESS_MODEL, Axis.DIGITAL))
    refused = given(*COMPLETE, SUBMITTED, VALIDATED).when(plan).refused("axis-not-assessed")
    assert refused.extra == {"axes": [Axis.DIGITAL]}
    assert "Numérique" in refused.detail


def test_once_the_plan_is_agreed_nothing_changes_any_more() -> None:
    for command in EVERY_COMMAND_AFTER_OPENING:
        agreed = given(*COMPLETE, SUBMITTED, VALIDATED, PLAN_AGREED)
        agreed.when(command, by=Role.LEADER).refused("plan-already-agreed")


# Correcting the baseline after the plan: beside what leaders validated, never in it

AGREED = (*COMPLETE, SUBMITTED, VALIDATED, PLAN_AGREED)


def test_after_the_plan_a_figure_is_corrected_beside_what_leaders_validated_which_stays_as_it_was() -> None:
    correction = CorrectBaseline("cdi", 8, effective_on=NOW.date(), reason="Un départ oublié.")
    told = BaselineCorrected("cdi", 9, value=8, effective_on=NOW.date(), reason=text("Un départ oublié."))
    given(*AGREED).when(correction).then(told)
    before, after = given(*AGREED).state, given(*AGREED, told).state
    assert (after.content, after.content_version, after.submission) == (
        before.content,
        before.content_version,
        before.submission,
    )
    assert [asdict(each) for each in after.baseline_corrections] == [asdict(told)]
    again = CorrectBaseline("cdi", 7, effective_on=NOW.date(), reason="Un autre départ.")
    given(*AGREED, told).when(again).then(
        BaselineCorrected("cdi", 8, value=7, effective_on=NOW.date(), reason=text("Un autre départ."))
    )
    given(*AGREED, told).when(correction).then()


@pytest.mark.parametrize(
    ("correction", "slug"),
    [
        (CorrectBaseline("nothing", 8, effective_on=NOW.date(), reason="Erreur."), "nothing-to-correct"),
        (CorrectBaseline("cdi", 8, effective_on=NOW.date() + timedelta(days=9), reason="Erreur."), "absurd-date"),
        (CorrectBaseline("cdi", 8.5, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
        (CorrectBaseline("cdi", -1, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
        (CorrectBaseline("aided", 30, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
        (CorrectBaseline("fte", 90, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
    ],
)
def test_a_correction_after_the_plan_is_of_a_known_figure_and_makes_sense(correction: Any, slug: str) -> None:
    given(*AGREED).when(correction).refused(slug)


def test_before_the_plan_a_figure_is_corrected_in_the_diagnosis_itself() -> None:
    correction = CorrectBaseline("cdi", 8, effective_on=NOW.date(), reason="Un départ oublié.")
    given(*COMPLETE, SUBMITTED, VALIDATED).when(correction).refused("plan-not-agreed")
