"""What waits for an adviser, over HTTP in each service: by the day it is due, as the service's clock judges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.projection_waits import CASELOAD, days_pass, in_days, tasks, up_to_date
from tests.support.histories.validated_parcours import given_signatures, validated_case
from tests.support.servers.served_service import Client, Serve

from diagnostic.domain.diagnosis import decider as diagnosis
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service as diagnostic_service
from followup.domain.follow_up import decider as follow_up
from followup.domain.opening import OpenFollowUp
from followup.main import service as followup_service
from intake.main import service as intake_service
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.parcours import decider as parcours
from parcours.domain.state import ReceivedPlan
from parcours.main import service as parcours_service
from shared.kernel import Actor, Role, paris_date, uuid7
from shared.runtime import Service

OURSELVES = Actor("ourselves", Role.SERVICE)


def request(number: int = 1) -> dict[str, Any]:
    return {
        "structure": {
            "name": "Les Jardins de l’Erdre",
            "legal_form": "association",
            "department": "44",
            "rna": f"W44200{number:04}",
        },
        "contact": {"name": "Maëlle Kerdoncuff"},
        "need": "Trouver un équilibre.",
    }


def posted(by: Client, path: str, body: Any = None, **more: Any) -> Any:
    answer = by.post(path, body if body is not None else more or None)
    assert answer.status_code in (200, 201), answer.text
    return answer


def test_a_request_waits_to_be_triaged_met_and_answered(serve: Serve) -> None:
    intake = serve(intake_service)
    adviser = intake.by("adviser")

    def waits() -> list[tuple[str, int, bool]]:
        up_to_date(intake, intake_service)
        return in_days(intake, adviser, adviser="me")

    case = posted(adviser, "/api/v1/requests", request()).headers["Location"]
    assert waits() == [("request_to_triage", 2, False), ("meeting_to_hold", 15, False)]
    days_pass(intake, 3)
    assert waits() == [("request_to_triage", -1, True), ("meeting_to_hold", 12, False)]
    posted(adviser, f"{case}/difficulty", level="none")
    assert waits() == [("meeting_to_hold", 12, False)]
    today = paris_date(intake.application.clock.now()).isoformat()
    posted(adviser, f"{case}/meetings", held_on=today, participants=[{"name": "Maëlle Kerdoncuff"}])
    assert waits() == [("outcome_to_give", 30, False)]
    posted(adviser, f"{case}/withdrawal", reason="Projet reporté.")
    assert waits() == []


def test_a_structure_in_a_crisis_is_met_within_days_and_its_orientation_chased(serve: Serve) -> None:
    intake = serve(intake_service)
    adviser = intake.by("adviser")
    case = posted(adviser, "/api/v1/requests", request()).headers["Location"]
    posted(adviser, f"{case}/difficulty", level="critical")
    orientation = posted(adviser, f"{case}/orientations", target="codefi", reason="Dettes.").headers["Location"]
    posted(adviser, f"{orientation}/consent")
    up_to_date(intake, intake_service)
    assert in_days(intake, adviser) == [("meeting_to_hold", 3, False)]
    days_pass(intake, 1)
    posted(adviser, f"{orientation}/sending")
    days_pass(intake, 4)
    up_to_date(intake, intake_service)
    assert in_days(intake, adviser) == [("meeting_to_hold", -2, True), ("orientation_to_chase", -1, True)]
    chase = tasks(adviser)[1]
    assert chase["href"] == orientation
    assert chase["label"] == "Orientation à relancer"
    assert chase["item"] == orientation.rpartition("/")[2]
    assert adviser.get(chase["href"]).json()["status"] == "sent"
    posted(adviser, f"{orientation}/acknowledgment")
    up_to_date(intake, intake_service)
    assert in_days(intake, adviser) == [("meeting_to_hold", -2, True)]


def test_a_caseload_is_of_an_adviser_or_of_a_unit_and_read_page_by_page(serve: Serve) -> None:
    intake = serve(intake_service)
    erwan, lena = intake.by("adviser", subject="erwan"), intake.by("adviser", subject="lena")
    elsewhere = intake.by("adviser", subject="omar", unit="dla-35")
    for number in range(1, 4):
        posted(erwan, "/api/v1/requests", request(number))
        days_pass(intake, 1)
    posted(lena, "/api/v1/requests", request(4))
    posted(elsewhere, "/api/v1/requests", request(5))
    up_to_date(intake, intake_service)

    own = tasks(erwan, adviser="me")
    assert {task["adviser"]["id"] for task in own} == {intake.id_of("erwan")}
    assert (len(own), len(tasks(lena, adviser="me")), len(tasks(lena, unit="dla-44"))) == (6, 2, 8)
    assert tasks(lena, unit="dla-35") == [], "another unit's work is not hers to see"
    assert {task["unit"] for task in tasks(elsewhere)} == {"dla-35"}
    whole = tasks(erwan)
    assert [task["due_on"] for task in whole] == sorted(task["due_on"] for task in whole)
    pages: list[Any] = []
    after: dict[str, str] = {}
    while True:
        page = erwan.get(CASELOAD, limit=3, **after).json()
        pages += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert pages == whole
    assert [task["due_on"] for task in tasks(erwan, late="true")] == [own[0]["due_on"]]
    assert tasks(erwan, until=own[1]["due_on"]) == [task for task in whole if task["due_on"] <= own[1]["due_on"]]
    for wrong in ({"after": "x"}, {"colour": "bleu"}, {"unit": "\0"}, {"until": "demain"}):
        assert erwan.get(CASELOAD, **wrong).status_code == 422, wrong
    of_a_list = erwan.get("/api/v1/requests", limit=1).json()["next"]
    assert erwan.get(CASELOAD, after=of_a_list).json()["type"].endswith("/wrong-cursor")


@pytest.mark.parametrize("service", [intake_service, diagnostic_service, parcours_service, followup_service])
def test_a_caseload_is_for_those_at_work(serve: Serve, service: Service) -> None:
    running = serve(service)
    assert tasks(running.by("manager"), unit="dla-44") == []
    for role in ("leader", "provider", "auditor", "committee"):
        assert running.by(role, case=str(uuid7())).get(CASELOAD).status_code == 403, role
    for role in ("committee", "resource_centre"):
        asked = running.by(role).get(CASELOAD)
        assert asked.status_code == (200 if service is diagnostic_service else 403), role
    assert running.anonymous().get(CASELOAD).status_code == 401


def test_a_diagnosis_waits_for_its_session_its_leader_and_its_plan(serve: Serve) -> None:
    diagnostic = serve(diagnostic_service)
    app, case = diagnostic.application, uuid7()
    command = OpenDiagnosis(
        uuid7(), "dla-44", adviser=diagnostic.id_of("some-adviser"), admitted_at=app.clock.now(), headcount=12
    )
    app.handle(diagnosis, case, command, app.context(case, OURSELVES))
    adviser, leader = diagnostic.by("adviser"), diagnostic.by("leader", case=str(case))
    path = f"/api/v1/diagnoses/{case}"

    def waits() -> list[tuple[str, int, bool]]:
        up_to_date(diagnostic, diagnostic_service)
        return in_days(diagnostic, adviser, adviser="me")

    assert waits() == [("session_to_hold", 30, False)]
    held_on = days_pass(diagnostic, 31)
    assert waits() == [("session_to_hold", -1, True)]
    session = {"held_on": held_on.isoformat(), "participants": [{"name": "Maëlle", "quality": "leader"}]}
    posted(adviser, f"{path}/sessions", session)
    assert waits() == [("diagnosis_to_submit", 90, False)]
    posted(adviser, f"{path}/axes", axis="business_model", findings="Une seule subvention.", rating=2)
    posted(adviser, f"{path}/employment", cdi=9, cdd=3, aided=2, fte=10.5)
    posted(adviser, f"{path}/problem", problem="Comment vivre de ses ventes ?", recommendations=["Revoir les prix"])
    posted(adviser, f"{path}/submission")
    days_pass(diagnostic, 16)
    assert waits() == [("leader_to_answer", -1, True)]
    posted(leader, f"{path}/contestation", version=4, reason="La gouvernance a changé.")
    assert waits() == [("contestation_to_answer", 15, False)]
    posted(adviser, f"{path}/submission")
    read = leader.get(path).json()
    seen = {"version": read["content_version"], "content_hash": read["submission"]["content_hash"]}
    posted(leader, f"{path}/validation", seen)
    assert waits() == [("plan_to_agree", 30, False)]
    posted(adviser, f"{path}/plan", axes=["business_model"], objectives="Atteindre 50 % de ventes.")
    assert waits() == []


def test_a_parcours_waits_to_be_shared_and_for_the_structures_word(serve: Serve) -> None:
    running = serve(parcours_service)
    app, case, adviser = running.application, uuid7(), running.by("adviser")
    now = app.clock.now()
    plan = ReceivedPlan(uuid7(), "dla-44", adviser=running.id_of("some-adviser"), admitted_at=now, axes=("finance",))
    app.handle(parcours, case, OpenParcours(plan), app.context(case, OURSELVES))
    up_to_date(running, parcours_service)
    assert in_days(running, adviser, adviser="me") == [("parcours_to_share", 60, False)]
    path, ends_on = f"/api/v1/parcours/{case}", (now + timedelta(days=90)).date().isoformat()
    today = paris_date(now).isoformat()
    posted(adviser, f"{path}/ranking", ranking=["finance"])
    action = {"kind": "own_action", "axis": "finance", "title": "Suivi", "who": "Trésorière"}
    posted(adviser, f"{path}/actions", action | {"starts_on": today, "ends_on": ends_on})
    posted(adviser, f"{path}/sharing", starts_on=today, ends_on=ends_on)
    days_pass(running, 16)
    leader = running.by("leader", case=str(case))
    written = posted(leader, f"{path}/comments", text="Le calendrier est serré.").json()["created"]["comment"]
    up_to_date(running, parcours_service)
    late, comment = ("leader_to_answer", -1, True), ("comment_to_answer", 7, False)
    assert in_days(running, adviser, adviser="me") == [late, comment]
    assert tasks(adviser)[1]["href"] == written["href"]
    assert adviser.get(written["href"]).json()["text"] == "Le calendrier est serré."
    assert leader.post(f"{written['href']}/acknowledgment").status_code == 403
    posted(adviser, f"{written['href']}/acknowledgment")
    up_to_date(running, parcours_service)
    assert in_days(running, adviser, adviser="me") == [late]
    posted(leader, f"{path}/comments", text="Trop serré.")
    posted(adviser, f"{path}/comments", text="Nous l’étalerons.")
    up_to_date(running, parcours_service)
    assert in_days(running, adviser, adviser="me") == [late], "an answer settles what was written before it"


def test_actions_are_told_from_the_day_they_should_start_or_end_and_then_the_debrief(serve: Serve) -> None:
    running = serve(parcours_service)
    case, consulting = validated_case(running.application)
    adviser, path = running.by("adviser"), f"/api/v1/parcours/{case}"
    (own,) = (key for key in adviser.get(path).json()["actions"] if key != str(consulting))

    def waits() -> list[tuple[str, int, bool]]:
        up_to_date(running, parcours_service)
        return in_days(running, adviser)

    assert waits() == [], "an action in thirty days does not wait yet"
    days_pass(running, 31)
    assert waits() == [("action_to_start", -1, True)] * 2
    assert {task["item"] for task in tasks(adviser)} == {own, str(consulting)}
    posted(adviser, f"{path}/actions/{own}/start")
    assert waits() == [("action_to_start", -1, True)]
    days_pass(running, 150)
    assert sorted(waits()) == [("action_to_end", -1, True), ("action_to_start", -151, True)]
    posted(adviser, f"{path}/actions/{consulting}/carry-over", reason="Prestataire indisponible.")
    posted(adviser, f"{path}/actions/{own}/completion", summary="Fait.")
    assert waits() == [("debrief_to_hold", 30, False)]
    today = paris_date(running.application.clock.now()).isoformat()
    posted(adviser, f"{path}/completion", debrief="Bon parcours.", held_on=today)
    assert waits() == []


def test_a_tender_waits_for_scores_award_candidates_agreement_report_and_payment(serve: Serve) -> None:
    running = serve(parcours_service)
    app = running.application
    case, action = validated_case(app)
    adviser, manager, path = running.by("adviser"), running.by("manager"), f"/api/v1/parcours/{case}"

    def waits() -> list[tuple[str, int, bool]]:
        up_to_date(running, parcours_service)
        return [told for told in in_days(running, adviser) if not told[0].startswith("action")]

    deadline = (app.clock.now() + timedelta(days=10)).isoformat()
    grid = [{"label": "Méthode", "weight": 100}]
    opened = {"action": str(action), "terms_of_reference": "Étude de marché.", "grid": grid, "deadline": deadline}
    tender = posted(adviser, f"{path}/tenders", opened).headers["Location"]
    for name in ("Cabinet Loire", "Cabinet Erdre", "Cabinet Sèvre"):
        posted(adviser, f"{tender}/providers", name=name)
    first, second, _ = adviser.get(tender).json()["candidates"]
    for provider in (first, second):
        posted(adviser, f"{tender}/providers/{provider}/proposal", amount_cents=400_000, days=5, summary="Offre.")
    assert waits() == [], "until the deadline, proposals may come"
    posted(adviser, f"{tender}/providers/{first}/questions", text="Le soir ?")
    assert waits() == [("tender_question_to_answer", 3, False)]
    (question,) = adviser.get(tender).json()["questions"]
    posted(adviser, f"{tender}/questions/{question}/answer", answer="Oui.")
    assert waits() == []
    days_pass(running, 11)
    assert waits() == [("proposals_to_score", 14, False)]
    assert adviser.get(tasks(adviser)[-1]["href"]).json()["status"] == "open"
    posted(adviser, f"{tender}/interests", conflict=False)
    for provider in (first, second):
        posted(adviser, f"{tender}/providers/{provider}/scores", scores=[15])
    assert waits() == [("award_to_decide", 15, False)]
    posted(adviser, f"{tender}/award", provider=first)
    days_pass(running, 8)
    assert waits() == [("candidates_to_inform", -1, True)]
    informed_on = paris_date(app.clock.now()).isoformat()
    for provider in (first, second):
        assert [what for what, *_ in waits()] == ["candidates_to_inform"]
        posted(adviser, f"{tender}/providers/{provider}/information", informed_on=informed_on)
    assert waits() == [("funds_to_commit", 15, False)]
    for year in (app.clock.now().year, app.clock.now().year + 1):
        posted(manager, "/api/v1/funds", unit="dla-44", year=year, allocated_cents=1_000_000)
    posted(adviser, f"{path}/actions/{action}/funds")
    assert waits() == [("agreement_to_sign", 30, False)]
    days_pass(running, 31)
    assert waits() == [("agreement_to_sign", -1, True)], "engaged and unsigned for too long"
    posted(adviser, f"{path}/actions/{action}/funds/release", reason="Le prestataire tarde.")
    assert [what for what, *_ in waits()] == ["funds_to_commit"]
    posted(adviser, f"{path}/actions/{action}/funds")
    informed_on = paris_date(app.clock.now()).isoformat()
    posted(adviser, f"{path}/actions/{action}/agreement", signatures=given_signatures(informed_on))
    assert waits() == []
    posted(adviser, f"{path}/actions/{action}/start")
    posted(adviser, f"{path}/actions/{action}/days", days=5)
    posted(adviser, f"{path}/actions/{action}/final-report/receipt", received_on=informed_on)
    days_pass(running, 16)
    assert waits() == [("report_to_accept", -1, True)]
    posted(adviser, f"{path}/actions/{action}/final-report/acceptance")
    assert waits() == [("payment_to_authorise", 30, False)]
    posted(adviser, f"{path}/actions/{action}/payments", amount_cents=300_000)
    assert waits() == [("payment_to_authorise", 30, False)], "a part is still to be paid"
    posted(adviser, f"{path}/abandonment", reason="La structure renonce.")
    assert waits() == [("payment_to_authorise", 30, False)], "the invoice is due all the same"
    posted(adviser, f"{path}/actions/{action}/payments", amount_cents=50_000, last=True)
    assert waits() == []


def test_a_follow_up_waits_for_its_reviews_and_then_to_be_closed(serve: Serve) -> None:
    running = serve(followup_service)
    app, case, adviser = running.application, uuid7(), running.by("adviser")
    now, reviews = app.clock.now(), {"M0": 0, "M6": 6}
    opened = OpenFollowUp(
        uuid7(),
        now,
        structure=UUID(int=8),
        unit="dla-44",
        adviser=running.id_of("some-adviser"),
        baseline={"fte": 10.0},
        definitions={},
        reviews=reviews,
    )
    app.handle(follow_up, case, opened, app.context(case, OURSELVES))
    path = f"/api/v1/follow-ups/{case}"

    def waits() -> list[tuple[str, str | None, bool]]:
        up_to_date(running, followup_service)
        return [(task["what"], task["item"], task["late"]) for task in tasks(adviser, adviser="me")]

    assert waits() == [("review_to_hold", "M0", False), ("review_to_hold", "M6", False)]
    assert [task["since"] for task in tasks(adviser)] == [paris_date(now).isoformat()] * 2
    days_pass(running, 1)
    assert waits() == [("review_to_hold", "M0", True), ("review_to_hold", "M6", False)]
    held_on = paris_date(app.clock.now()).isoformat()
    posted(adviser, f"{path}/reviews/M0/report", held_on=held_on, appropriation=4, summary="En place.")
    assert waits() == [("review_to_hold", "M6", False)]
    later = (app.clock.now() + timedelta(days=300)).date().isoformat()
    posted(adviser, f"{path}/reviews/M6/planning", due_on=later, reason="Congé maternité.")
    assert waits() == [("review_to_hold", "M6", False)]
    assert tasks(adviser)[0]["due_on"] == later
    days_pass(running, 299)
    posted(adviser, f"{path}/reviews/M6/unreachable", attempts=3)
    assert waits() == [("follow_up_to_close", None, False)]
    posted(adviser, f"{path}/closure", conclusion="La structure tient.")
    assert waits() == []
    posted(running.by("leader", case=str(case)), f"{path}/comments", text="Merci à toute l’équipe.")
    assert waits() == [("comment_to_answer", "1", False)], "after the end too"
    posted(adviser, f"{path}/comments/1/acknowledgment")
    assert waits() == []
