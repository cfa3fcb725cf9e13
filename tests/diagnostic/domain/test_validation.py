"""Validation of the diagnosis: submitted when it is complete, validated or contested in one exact version."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.histories.diagnosis_history import (
    AGREE_WITH_IT,
    AXIS_ASSESSED,
    COMPLETE,
    CONTESTED,
    DISAGREE,
    EDITS,
    EMPLOYMENT_RECORDED,
    HASH,
    OPENED,
    PROBLEM_STATED,
    SALT,
    SCHEME,
    SCHEME_LISTED,
    SESSION_HELD,
    SUBMITTED,
    TODAY,
    VALIDATED,
    VERSION,
    every_edit,
    given,
    person,
)

from diagnostic.domain.content.sessions import Quality, Session, SessionRecorded
from diagnostic.domain.lifecycle import DiagnosisStatus, SubmissionVoided, ValidationVoided
from diagnostic.domain.validation import (
    SubmitDiagnosis,
    ValidateDiagnosis,
)
from shared.kernel import Role
from shared.kernel.content_hash import content_hash
from shared.testing.scenarios import new_id, text


def test_a_complete_diagnosis_is_submitted_in_its_version_with_the_hash_of_its_content() -> None:
    given(*COMPLETE).when(SubmitDiagnosis()).then(SUBMITTED)
    submitted = given(*COMPLETE, SUBMITTED).state
    assert submitted.status is DiagnosisStatus.SUBMITTED
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


def test_a_leader_validates_the_version_they_have_read() -> None:
    given(*COMPLETE, SUBMITTED).when(AGREE_WITH_IT, by=Role.LEADER).then(VALIDATED)
    assert given(*COMPLETE, SUBMITTED, VALIDATED).state.status is DiagnosisStatus.VALIDATED


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
    assert (voided.status, voided.submission, voided.content_version) == (DiagnosisStatus.OPEN, None, VERSION + 1)


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
    assert (contested.status, contested.contest_reason) == (
        DiagnosisStatus.CONTESTED,
        text("Les bénévoles sont oubliés."),
    )


def test_a_contested_diagnosis_is_reworked_and_submitted_again() -> None:
    history = (*COMPLETE, SUBMITTED, CONTESTED)
    given(*history).when(AGREE_WITH_IT, by=Role.LEADER).refused("diagnosis-not-submitted")
    given(*history).when(SCHEME).then(SCHEME_LISTED)
    (again,) = given(*history, SCHEME_LISTED).when(SubmitDiagnosis()).events
    assert again.version == VERSION + 1
    assert given(*history, SCHEME_LISTED, again).state.contest_reason is None
