"""A committee sees what the structure agreed to share, for a limited time; its opinion decides nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.served_service import served

from diagnostic.domain.advice import AdviceReceived, AdviceRequested, ReceiveAdvice, RequestAdvice
from diagnostic.domain.committee import (
    AgreeToShare,
    GiveOpinion,
    OpinionGiven,
    Share,
    SharedWithCommittee,
    ShareWithCommittee,
    SharingAgreed,
    SharingWithdrawn,
    Tendency,
    WithdrawAgreement,
)
from diagnostic.domain.content.axes import Assessment, Axis, AxisAssessed
from diagnostic.domain.content.content import Section
from diagnostic.domain.content.employment import Employment, EmploymentRecorded
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened, OpenDiagnosis, Status
from diagnostic.domain.plan import AgreePlan, PlanAgreed
from diagnostic.domain.validation import DiagnosisSubmitted, DiagnosisValidated
from diagnostic.main import service
from embedded.processes.nats import Nats
from shared.kernel import Actor, Role, uuid7
from shared.testing.scenarios import NOW, Scenarios, new_id, text

given = Scenarios(decider)
TODAY = NOW.date()
IN_A_MONTH = TODAY + timedelta(days=30)
AFTER_THAT = NOW + timedelta(days=31)
OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)
ASSESSED = AxisAssessed(Axis.DIGITAL, Assessment(3, text("Des outils anciens.")))
AGREE = AgreeToShare((Section.AXES,), IN_A_MONTH)
AGREED = SharingAgreed((Section.AXES,), IN_A_MONTH)
SHARED = SharedWithCommittee(1, (Section.AXES,), until=IN_A_MONTH)
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
    given(OPENED).when(AgreeToShare((Section.AXES,), TODAY + timedelta(days=184)), by=Role.LEADER).refused(
        "sharing-too-long"
    )
    last = TODAY + timedelta(days=183)
    given(OPENED).when(AgreeToShare((Section.AXES,), last), by=Role.LEADER).then(SharingAgreed((Section.AXES,), last))


def test_nothing_is_shared_after_the_agreement_s_last_day_or_once_it_is_withdrawn() -> None:
    given(OPENED, ASSESSED, AGREED).when(ShareWithCommittee(), at=AFTER_THAT).refused("sharing-expired")
    withdrawn = given(OPENED, ASSESSED, AGREED, SHARED, SharingWithdrawn())
    withdrawn.when(ShareWithCommittee()).refused("sharing-not-agreed")
    withdrawn.when(OPINION, by=Role.COMMITTEE).refused("not-shared")


def test_a_new_agreement_narrows_at_once_what_is_shared_and_widens_nothing() -> None:
    narrower = SharingAgreed((Section.AXES,), TODAY)
    wider = SharingAgreed((Section.AXES, Section.EMPLOYMENT), IN_A_MONTH + timedelta(days=30))
    shared = SharedWithCommittee(1, (Section.AXES, Section.PROBLEM), until=IN_A_MONTH)
    assert given(OPENED, ASSESSED, shared, narrower).state.committee.share == Share(1, (Section.AXES,), until=TODAY)
    assert given(OPENED, ASSESSED, shared, wider).state.committee.share == Share(1, (Section.AXES,), until=IN_A_MONTH)
    given(OPENED, ASSESSED, shared, narrower).when(OPINION, by=Role.COMMITTEE, at=AFTER_THAT).refused("sharing-expired")
    elsewhere = SharingAgreed((Section.EMPLOYMENT,), IN_A_MONTH)
    assert given(OPENED, ASSESSED, shared, elsewhere).state.committee.share is None


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
    assert given(*validated, given_opinion).state.status is Status.VALIDATED
    assert isinstance(without, PlanAgreed)
    given(*validated, without).when(OPINION, by=Role.COMMITTEE).then(GIVEN)


def test_a_resource_centre_s_advice_is_asked_for_and_received_once() -> None:
    requested = AdviceRequested(new_id(1), text("CRDLA Environnement"), question=text("Quels financements ?"))
    given(OPENED).when(RequestAdvice("CRDLA Environnement", "Quels financements ?")).then(requested)
    receive = ReceiveAdvice(new_id(1), TODAY, answer="Voir le fonds vert.")
    received = AdviceReceived(new_id(1), TODAY, answer=text("Voir le fonds vert."))
    given(OPENED).when(receive).refused("unknown-advice")
    given(OPENED, requested).when(receive).then(received)
    given(OPENED, requested, received).when(receive).refused("advice-already-received")
    (advice,) = given(OPENED, requested, received).state.advice
    assert advice.answer == text("Voir le fonds vert.")


def test_the_committee_reads_only_the_parts_and_the_version_that_were_shared(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as diagnostic:
        application: Any = diagnostic.http.app.state.application  # type: ignore[attr-defined]
        case, now = uuid7(), application.clock.now()
        command = OpenDiagnosis(uuid7(), "dla-44", adviser="some-adviser", admitted_at=now, headcount=12)
        application.handle(decider, case, command, application.context(case, Actor("service", Role.SERVICE)))
        path = f"/api/v1/diagnoses/{case}"
        adviser, leader = diagnostic.by("adviser"), diagnostic.by("leader", unit=None, case=str(case))
        committee = diagnostic.by("committee")
        axis = {"axis": "digital", "findings": "Des outils anciens.", "rating": 3}
        adviser.post(f"{path}/axes", axis)
        adviser.post(f"{path}/employment", {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5})

        assert committee.get(f"{path}/shared").json()["type"].endswith("/not-shared")
        until = (now + timedelta(days=30)).date().isoformat()
        assert (
            leader.post(f"{path}/sharing-agreement", {"scope": ["axes", "employment"], "until": until}).status_code
            == 200
        )
        assert adviser.post(f"{path}/committee").json()["events"] == ["shared-with-committee"]
        adviser.post(f"{path}/axes", axis | {"rating": 4})

        read = committee.get(f"{path}/shared").json()
        assert (read["version"], read["until"], list(read["content"])) == (2, until, ["axes", "employment"])
        assert read["content"]["axes"]["digital"]["rating"] == 3
        assert committee.get(path).status_code == 403
        opinion = {"opinion": "favourable", "comments": "Projet utile."}
        assert committee.post(f"{path}/opinions", opinion).json()["events"] == ["opinion-given"]
        assert leader.get(path).json()["committee"]["opinions"][0]["comments"] == "Projet utile."

        narrower = {"scope": ["employment"], "until": until}
        assert leader.post(f"{path}/sharing-agreement", narrower).status_code == 200
        then = leader.get(f"{path}/shared", version=5).json()
        assert then == read, "those who read the whole dossier read what was shared"
        assert committee.get(f"{path}/shared", version=5).json()["content"].keys() == {"employment"}, (
            "the axes are shared no more"
        )

        assert leader.post(f"{path}/sharing-withdrawal").json()["events"] == ["sharing-withdrawn"]
        assert committee.get(f"{path}/shared").status_code == 409
        assert committee.get(f"{path}/shared", version=5).status_code == 409
        assert leader.get(f"{path}/shared", version=5).json() == read


def test_a_resource_centre_reads_and_answers_what_it_is_asked_and_nothing_else(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as diagnostic:
        application: Any = diagnostic.http.app.state.application  # type: ignore[attr-defined]
        case, now = uuid7(), application.clock.now()
        command = OpenDiagnosis(uuid7(), "dla-44", adviser="some-adviser", admitted_at=now, headcount=12)
        application.handle(decider, case, command, application.context(case, Actor("service", Role.SERVICE)))
        path, adviser = f"/api/v1/diagnoses/{case}", diagnostic.by("adviser")
        centre = diagnostic.by("resource_centre", unit="crdla-environnement")
        elsewhere = diagnostic.by("resource_centre", unit="crdla-culture")

        assert centre.get(f"{path}/advice").status_code == 404, "it was asked nothing"
        question = {"centre": "CRDLA Environnement", "question": "Quels financements ?", "unit": "crdla-environnement"}
        adviser.post(f"{path}/advice", question)
        adviser.post(f"{path}/advice", {"centre": "CRDLA Culture", "question": "Quels publics ?"})
        (asked,) = centre.get(f"{path}/advice").json()
        assert (asked["question"], asked["answer"]) == ("Quels financements ?", None)
        assert len(adviser.get(f"{path}/advice").json()) == 2
        for everything_else in (path, f"{path}/history", f"{path}/versions", f"{path}/shared"):
            assert centre.get(everything_else).status_code == 403, everything_else

        answer = {"advice": asked["advice"], "received_on": f"{now:%Y-%m-%d}", "answer": "Voir le fonds vert."}
        assert elsewhere.get(f"{path}/advice").status_code == 404
        assert elsewhere.post(f"{path}/advice/answer", answer).json()["type"].endswith("/unknown-advice")
        assert centre.post(f"{path}/advice/answer", answer).json()["events"] == ["advice-received"]
        assert adviser.get(f"{path}/advice").json()[0]["answer"] == "Voir le fonds vert."
        wrong = question | {"unit": "le CRDLA de Nantes"}
        assert adviser.post(f"{path}/advice", wrong).json()["type"].endswith("/wrong-unit")
