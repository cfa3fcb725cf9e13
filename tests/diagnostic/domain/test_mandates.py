"""Several leaders and their mandates: each decision is stored, and each leader decides while their mandate lasts."""

from datetime import timedelta
from uuid import UUID

import pytest

from diagnostic.domain.committee import AgreeToShare, WithdrawAgreement
from diagnostic.domain.content.axes import Assessment, AxisAssessed
from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.content.problem import ListOtherScheme
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened, DiagnosisStatus
from diagnostic.domain.mandates import MandateRecorded, RecordMandate
from diagnostic.domain.plan import AgreePlan
from diagnostic.domain.state import Disagreement
from diagnostic.domain.validation import (
    ContestDiagnosis,
    DiagnosisContested,
    DiagnosisSubmitted,
    DiagnosisValidated,
    ValidateDiagnosis,
)
from shared.kernel import Actor, Axis, Role
from shared.testing.scenarios import NOW, Scenarios, text

given = Scenarios(decider)
TODAY = NOW.date()
MAELLE_ID, YANN_ID = UUID(int=71), UUID(int=72)
MAELLE, YANN = Actor(str(MAELLE_ID), Role.LEADER), Actor(str(YANN_ID), Role.LEADER)
HASH = "a" * 64
SUBMITTED = (
    DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12),
    AxisAssessed(Axis.DIGITAL, Assessment(3, text("Des outils anciens."))),
    DiagnosisSubmitted(1, HASH, salt=text("salt")),
)
AGREE, CONTEST = ValidateDiagnosis(1, HASH), ContestDiagnosis(1, "Trop tôt.")
MAELLE_AGREES, YANN_AGREES = DiagnosisValidated(1, HASH, leader=MAELLE.id), DiagnosisValidated(1, HASH, leader=YANN.id)
MAELLE_CONTESTS, YANN_CONTESTS = (DiagnosisContested(1, text("Trop tôt."), leader=who) for who in (MAELLE.id, YANN.id))


def test_a_second_leader_s_agreement_is_kept_and_nobody_agrees_twice() -> None:
    given(*SUBMITTED, MAELLE_AGREES).when(AGREE, by=YANN).then(YANN_AGREES)
    given(*SUBMITTED, MAELLE_AGREES).when(AGREE, by=MAELLE).then()
    assert given(*SUBMITTED, MAELLE_AGREES, YANN_AGREES).state.validations == (MAELLE.id, YANN.id)


def test_one_leader_s_agreement_is_enough() -> None:
    assert given(*SUBMITTED, MAELLE_AGREES).state.status is DiagnosisStatus.VALIDATED


def test_a_validation_holds_when_one_of_several_contests_and_the_disagreement_is_shown() -> None:
    given(*SUBMITTED, MAELLE_AGREES).when(CONTEST, by=YANN).then(YANN_CONTESTS)
    contested = given(*SUBMITTED, MAELLE_AGREES, YANN_CONTESTS)
    assert (contested.state.status, contested.state.validations) == (DiagnosisStatus.VALIDATED, (MAELLE.id,))
    assert contested.state.disagreements == (Disagreement(YANN.id, text("Trop tôt.")),)
    assert contested.when(AgreePlan((Axis.DIGITAL,), "Un nouvel outil.")).events


def test_a_validation_no_longer_holds_when_the_last_who_agreed_contests() -> None:
    for history in ((MAELLE_AGREES, MAELLE_CONTESTS), (MAELLE_AGREES, YANN_CONTESTS, MAELLE_CONTESTS)):
        state = given(*SUBMITTED, *history).state
        assert (state.status, state.submission, state.validations) == (DiagnosisStatus.CONTESTED, None, ())


def test_a_leader_who_contested_may_come_round() -> None:
    history = (*SUBMITTED, MAELLE_AGREES, YANN_CONTESTS)
    given(*history).when(AGREE, by=YANN).then(YANN_AGREES)
    state = given(*history, YANN_AGREES).state
    assert (state.validations, state.disagreements) == ((MAELLE.id, YANN.id), ())


def test_an_edit_voids_every_leader_s_agreement() -> None:
    history = (*SUBMITTED, MAELLE_AGREES, YANN_AGREES)
    edited = given(*history).when(ListOtherScheme("Fonds de confiance")).events
    state = given(*history, *edited).state
    assert (state.status, state.validations) == (DiagnosisStatus.OPEN, ())


@pytest.mark.parametrize(("starts", "ends"), [(-60, -1), (1, 30), (1, None)], ids=["over", "to come", "open, to come"])
def test_a_leader_does_not_speak_outside_their_mandate(starts: int, ends: int | None) -> None:
    until = None if ends is None else TODAY + timedelta(days=ends)
    mandate = given(*SUBMITTED).when(RecordMandate(MAELLE_ID, TODAY + timedelta(days=starts), ends_on=until)).events
    for command in (AGREE, CONTEST):
        assert given(*SUBMITTED, *mandate).when(command, by=MAELLE).refused("no-mandate").status == 403


def test_a_leader_without_a_mandate_is_trusted_only_while_none_is_known() -> None:
    assert given(*SUBMITTED).when(AGREE, by=YANN).events
    known = MandateRecorded(MAELLE_ID, TODAY, ends_on=None)
    share = AgreeToShare((DiagnosisSection.AXES,), TODAY + timedelta(days=30))
    for command in (AGREE, CONTEST, share, WithdrawAgreement()):
        given(*SUBMITTED, known).when(command, by=YANN).refused("no-mandate")
    own = MandateRecorded(UUID(YANN.id), TODAY, ends_on=None)
    for command in (AGREE, CONTEST, share):
        assert given(*SUBMITTED, known, own).when(command, by=YANN).events


def test_a_mandate_holds_from_its_first_day_to_its_last_and_is_kept_under_a_pseudonym() -> None:
    command = RecordMandate(MAELLE_ID, TODAY, ends_on=TODAY)
    mandate = MandateRecorded(MAELLE_ID, TODAY, ends_on=TODAY)
    given(*SUBMITTED).when(command).then(mandate)
    given(*SUBMITTED, mandate).when(AGREE, by=MAELLE).then(MAELLE_AGREES)
    given(*SUBMITTED, mandate).when(AGREE, by=MAELLE, at=NOW + timedelta(days=1)).refused("no-mandate")


def test_a_mandate_does_not_end_before_it_begins() -> None:
    given(*SUBMITTED).when(RecordMandate(MAELLE_ID, TODAY, ends_on=TODAY - timedelta(days=1))).refused(
        "mandate-reversed"
    )
