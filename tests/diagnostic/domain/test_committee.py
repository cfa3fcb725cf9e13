"""Sharing with a support committee, for a limited time; its opinion decides nothing."""

from datetime import timedelta
from uuid import UUID

import pytest

from diagnostic.domain.committee import (
    AgreeToShare,
    GiveOpinion,
    OpinionGiven,
    SharedWithCommittee,
    ShareWithCommittee,
    Sharing,
    SharingAgreed,
    SharingWithdrawn,
    Tendency,
    WithdrawAgreement,
)
from diagnostic.domain.content.axes import Assessment, AxisAssessed
from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.content.employment import Employment, EmploymentRecorded
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened, DiagnosisStatus
from diagnostic.domain.plan import AgreePlan, PlanAgreed
from diagnostic.domain.validation import DiagnosisSubmitted, DiagnosisValidated
from shared.kernel import Axis, Role
from shared.testing.scenarios import NOW, Scenarios, text

given = Scenarios(decider)


TODAY = NOW.date()


IN_A_MONTH = TODAY + timedelta(days=30)


AFTER_THAT = NOW + timedelta(days=31)


OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)


ASSESSED = AxisAssessed(Axis.DIGITAL, Assessment(3, text("Des outils anciens.")))


AGREE = AgreeToShare((DiagnosisSection.AXES,), IN_A_MONTH)


AGREED = SharingAgreed((DiagnosisSection.AXES,), IN_A_MONTH)


SHARED = SharedWithCommittee(1, (DiagnosisSection.AXES,), until=IN_A_MONTH)


OPINION = GiveOpinion(Tendency.RESERVED, "Le modèle économique reste fragile.")


GIVEN = OpinionGiven(1, Tendency.RESERVED, comments=text("Le modèle économique reste fragile."))


def test_sharing_needs_the_agreement_of_a_leader() -> None:
    given(OPENED, ASSESSED).when(ShareWithCommittee()).refused("sharing-not-agreed")
    given(OPENED, ASSESSED).when(AGREE, by=Role.LEADER).then(AGREED)
    given(OPENED, ASSESSED, AGREED).when(ShareWithCommittee()).then(SHARED)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEADER])
def test_nobody_agrees_or_withdraws_in_a_leader_s_place(role: Role) -> None:
    for command in (AGREE, WithdrawAgreement()):
        assert given(OPENED, ASSESSED, AGREED).when(command, by=role).refused("leaders-only").status == 403


def test_an_agreement_lasts_six_months_at_most() -> None:
    given(OPENED).when(AgreeToShare((DiagnosisSection.AXES,), TODAY + timedelta(days=184)), by=Role.LEADER).refused(
        "sharing-too-long"
    )
    last = TODAY + timedelta(days=183)
    given(OPENED).when(AgreeToShare((DiagnosisSection.AXES,), last), by=Role.LEADER).then(
        SharingAgreed((DiagnosisSection.AXES,), last)
    )


def test_nothing_is_shared_after_the_agreement_s_last_day_or_once_it_is_withdrawn() -> None:
    given(OPENED, ASSESSED, AGREED).when(ShareWithCommittee(), at=AFTER_THAT).refused("sharing-expired")
    withdrawn = given(OPENED, ASSESSED, AGREED, SHARED, SharingWithdrawn())
    withdrawn.when(ShareWithCommittee()).refused("sharing-not-agreed")
    withdrawn.when(OPINION, by=Role.COMMITTEE).refused("not-shared")


def test_a_new_agreement_narrows_at_once_what_is_shared_and_widens_nothing() -> None:
    narrower = SharingAgreed((DiagnosisSection.AXES,), TODAY)
    wider = SharingAgreed((DiagnosisSection.AXES, DiagnosisSection.EMPLOYMENT), IN_A_MONTH + timedelta(days=30))
    shared = SharedWithCommittee(1, (DiagnosisSection.AXES, DiagnosisSection.PROBLEM), until=IN_A_MONTH)
    assert given(OPENED, ASSESSED, shared, narrower).state.committee.sharing == Sharing(
        1, (DiagnosisSection.AXES,), until=TODAY
    )
    assert given(OPENED, ASSESSED, shared, wider).state.committee.sharing == Sharing(
        1, (DiagnosisSection.AXES,), until=IN_A_MONTH
    )
    given(OPENED, ASSESSED, shared, narrower).when(OPINION, by=Role.COMMITTEE, at=AFTER_THAT).refused("sharing-expired")
    elsewhere = SharingAgreed((DiagnosisSection.EMPLOYMENT,), IN_A_MONTH)
    assert given(OPENED, ASSESSED, shared, elsewhere).state.committee.sharing is None


def test_an_empty_diagnosis_is_not_shared() -> None:
    given(OPENED, AGREED).when(ShareWithCommittee()).refused("nothing-to-share")


def test_an_opinion_is_recorded_through_the_last_day_and_no_later() -> None:
    shared = given(OPENED, ASSESSED, AGREED, SHARED)
    shared.when(OPINION, by=Role.COMMITTEE, at=NOW + timedelta(days=30)).then(GIVEN)
    shared.when(OPINION, by=Role.COMMITTEE, at=AFTER_THAT).refused("sharing-expired")
    shared.when(OPINION, by=Role.ADVISER).refused("committee-only")
    given(OPENED, ASSESSED, AGREED).when(OPINION, by=Role.COMMITTEE).refused("not-shared")


@pytest.mark.parametrize("tendency", list(Tendency))
def test_an_opinion_is_advisory_the_plan_is_agreed_with_or_without_it(tendency: Tendency) -> None:
    employment = EmploymentRecorded(Employment(9, 3, aided=2, fte=10.5))
    validated = (
        OPENED,
        ASSESSED,
        employment,
        AGREED,
        SHARED,
        DiagnosisSubmitted(2, "a" * 64, salt=text("salt")),
        DiagnosisValidated(2, "a" * 64, leader="some-leader"),
    )
    given_opinion = OpinionGiven(1, tendency, comments=text("Notre avis."))
    plan = AgreePlan((Axis.DIGITAL,), "Un nouvel outil.")
    (without,) = given(*validated).when(plan).events
    given(*validated, given_opinion).when(plan).then(without)
    assert given(*validated, given_opinion).state.status is DiagnosisStatus.VALIDATED
    assert isinstance(without, PlanAgreed)
    given(*validated, without).when(OPINION, by=Role.COMMITTEE).then(GIVEN)
