"""Caseload and figures over HTTP: what falls due, which structure to see next, and the formulas."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.served_service import Serve, Served

from followup.domain.follow_up import decider
from followup.domain.opening import OpenFollowUp
from followup.main import service
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, paris_date, uuid7
from shared.projections import Projector
from shared.runtime.scheduler import Scheduler

UNIT = "dla-44"
LIST = "/api/v1/follow-ups"


@pytest.fixture
def followup(serve: Serve) -> Served:
    return serve(service)


@pytest.fixture
def app(followup: Served) -> ServiceApplication:
    application: ServiceApplication = followup.http.app.state.application  # type: ignore[attr-defined]
    return application


def open_follow_up(app: ServiceApplication, adviser: str = "léa", unit: str = UNIT, reviews: Any = None) -> UUID:
    case = uuid7()
    baseline = {"fte": 10.0, "cdi": 8.0}
    command = OpenFollowUp(
        uuid7(),
        app.clock.now(),
        structure=UUID(int=8),
        unit=unit,
        adviser=adviser,
        baseline=baseline,
        definitions={},
        reviews=reviews or {"M0": 0, "M6": 6},
    )
    app.handle(decider, case, command, app.context(case, Actor("service:followup", Role.SERVICE)))
    return case


def days_pass(app: ServiceApplication, days: int) -> date:
    return app.clock.set_forward(app.clock.now() + timedelta(days=days)).date()


def up_to_date(app: ServiceApplication) -> None:
    """What the role `work` does by itself."""
    Scheduler(app).fire()
    projector = Projector(app, service.projections)
    while any(projector.advance(view) for view in service.projections):
        pass


def review(app: ServiceApplication, **more: Any) -> dict[str, Any]:
    held_on = paris_date(app.clock.now()).isoformat()
    return {"held_on": held_on, "appropriation": 4, "summary": "Tout est en place."} | more


def test_a_review_falls_due_and_then_is_overdue_by_itself_and_once(followup: Served, app: ServiceApplication) -> None:
    adviser, case = followup.by("adviser", unit=UNIT), open_follow_up(app)

    def history() -> list[str]:
        up_to_date(app)
        return [event["event"] for event in adviser.get(f"{LIST}/{case}/history").json()]

    assert history() == ["follow-up-opened", "review-fell-due"]
    days_pass(app, 61)
    assert history() == ["follow-up-opened", "review-fell-due", "review-overdue"]
    assert adviser.post(f"{LIST}/{case}/reviews/M0/report", review(app)).status_code == 200
    days_pass(app, 300)
    assert history()[3:] == ["review-recorded", "review-fell-due", "review-overdue"]
    assert history()[3:] == ["review-recorded", "review-fell-due", "review-overdue"]
    reviews = adviser.get(f"{LIST}/{case}").json()["reviews"]
    assert (reviews["M6"]["fell_due"], reviews["M6"]["overdue"]) == (True, True)


def test_the_caseload_of_an_adviser_begins_with_what_is_due_first(followup: Served, app: ServiceApplication) -> None:
    adviser = followup.by("adviser", unit=UNIT)
    in_march = open_follow_up(app, reviews={"M3": 3})
    of_another = open_follow_up(app, adviser="omar", reviews={"M1": 1})
    in_january = open_follow_up(app, reviews={"M1": 1})
    closed = open_follow_up(app, reviews={"M0": 0})
    adviser.post(f"{LIST}/{closed}/closing-down", {"closed_on": paris_date(app.clock.now()).isoformat()})
    up_to_date(app)

    def found(**query: Any) -> list[UUID]:
        return [UUID(row["id"]) for row in adviser.get(LIST, sort="next_due_on", **query).json()["items"]]

    def waiting(**query: Any) -> list[UUID]:
        return [UUID(task["case"]) for task in adviser.get("/api/v1/caseload", **query).json()["items"]]

    assert found(adviser="léa") == [in_january, in_march, closed]
    assert found(q="Lea") == [in_january, in_march, closed]
    soon = paris_date(app.clock.now()) + timedelta(days=40)
    assert set(waiting(until=soon.isoformat())) == {of_another, in_january}
    assert waiting(until=soon.isoformat(), adviser="omar") == [of_another]
    assert waiting(late=True) == []
    days_pass(app, 95)
    up_to_date(app)
    assert set(waiting(late=True)) == {of_another, in_january, in_march}
    assert found(status="closed") == [closed]


def test_the_caseload_is_read_page_by_page_though_it_changes_meanwhile(
    followup: Served, app: ServiceApplication
) -> None:
    adviser = followup.by("adviser", unit=UNIT)
    cases = [open_follow_up(app, reviews={"M": months}) for months in (5, 1, 3, 2, 4)]
    up_to_date(app)
    in_order = [cases[n] for n in (1, 3, 2, 4, 0)]
    page = adviser.get(LIST, sort="next_due_on", limit=2).json()
    assert [UUID(row["id"]) for row in page["items"]] == in_order[:2]
    moved = {
        "due_on": (paris_date(app.clock.now()) + timedelta(days=300)).isoformat(),
        "reason": "Congé maternité.",
    }
    assert adviser.post(f"{LIST}/{in_order[1]}/reviews/M/planning", moved).status_code == 200
    up_to_date(app)
    rest = []
    while page["next"]:
        page = adviser.get(LIST, sort="next_due_on", limit=2, after=page["next"]).json()
        rest += [UUID(row["id"]) for row in page["items"]]
    assert rest == [*in_order[2:], in_order[1]]


@pytest.mark.parametrize(
    "wrong",
    [{"due": "demain"}, {"after": "x"}, {"after": "2026-09-02.' OR true --"}, {"limit": 0}, {"overdue": "peut-être"}],
)
def test_a_question_that_cannot_be_read_is_refused(followup: Served, wrong: dict[str, Any]) -> None:
    assert followup.by("adviser", unit=UNIT).get(LIST, **wrong).status_code == 422


def test_figures_tell_their_formula_and_the_cases_behind_them(followup: Served, app: ServiceApplication) -> None:
    adviser = followup.by("adviser", unit=UNIT)
    grown, shrunk, silent, elsewhere = (open_follow_up(app, unit=unit) for unit in (UNIT, UNIT, UNIT, "dla-35"))
    reports: list[tuple[UUID, dict[str, Any]]] = [
        (grown, {"satisfaction": 5, "indicators": {"fte": {"value": 12.5}, "cdi": {"value": 9}}}),
        (shrunk, {"satisfaction": 2, "indicators": {"fte": {"value": 9}, "cdi": {"value": 7, "definition": "Autre"}}}),
        (silent, {"indicators": {}}),
        (elsewhere, {"satisfaction": 5, "indicators": {"fte": {"value": 100}}}),
    ]
    for case, report in reports:
        their_own = followup.by("adviser", unit="dla-35" if case == elsewhere else UNIT)
        assert their_own.post(f"{LIST}/{case}/reviews/M0/report", review(app, **report)).status_code == 200
    unasked = open_follow_up(app)
    assert adviser.post(f"{LIST}/{unasked}/reviews/M0/report", review(app, satisfaction_asked=False)).status_code == 200
    up_to_date(app)

    answer = adviser.get(f"{LIST}/figures").json()
    figures = {figure["code"]: figure for figure in answer["figures"]}
    assert answer["unit"] == UNIT
    assert (figures["follow_ups"]["value"], figures["structures"]["value"]) == (4, 1)
    assert (figures["appropriation"]["value"], figures["appropriation"]["among"]) == (1, 4)
    satisfaction, responses = figures["satisfaction"], figures["response_rate"]
    assert (satisfaction["value"], satisfaction["counted"], satisfaction["among"]) == (0.5, 1, 2)
    assert (responses["counted"], responses["among"]) == (2, 3)
    fte, cdi = figures["job_change_fte"], figures["job_change_cdi"]
    assert (fte["value"], fte["among"], fte["review"]) == (1.5, 2, "M0")
    assert set(fte["cases"]) == {str(grown), str(shrunk)}
    assert (cdi["value"], cdi["cases"]) == (1, [str(grown)])
    assert figures["job_change_cdd"]["value"] is None
    assert all(figure["formula"] for figure in answer["figures"])
    behind = [adviser.get(figure["events"]) for figure in answer["figures"]]
    assert [each.text for each in behind if each.status_code != 200] == []
    compared = adviser.get(fte["events"]).json()
    assert {(each["case"], each["event"]) for each in compared["items"]} == {
        (str(case), event) for case in (grown, shrunk) for event in ("follow-up-opened", "review-recorded")
    }
    first = adviser.get(f"{fte['events']}&limit=1").json()
    assert {each["case"] for each in first["items"]} == {first["next"]}
    assert adviser.get(f"{LIST}/figures/luck/events").status_code == 404
    regional = followup.by("regional", unit=None, units=["dla-35"]).get(f"{LIST}/figures", unit="dla-35").json()
    assert {figure["code"]: figure["value"] for figure in regional["figures"]}["job_change_fte"] == 90
    for closed in ("figures", "figures/follow_ups/events"):
        assert followup.by("leader", case=str(grown)).get(f"{LIST}/{closed}").status_code == 403


def test_a_correction_is_read_beside_the_error_over_http(followup: Served, app: ServiceApplication) -> None:
    adviser, case = followup.by("adviser", unit=UNIT), open_follow_up(app)
    adviser.post(f"{LIST}/{case}/reviews/M0/report", review(app, satisfaction=2))
    wrong = review(app, satisfaction=5) | {"reason": "La note était celle d’une autre structure."}
    assert followup.by("leader", case=str(case)).post(f"{LIST}/{case}/reviews/M0/correction", wrong).status_code == 403
    assert adviser.post(f"{LIST}/{case}/reviews/M0/correction", wrong).json()["events"] == ["review-corrected"]
    up_to_date(app)
    figures = {each["code"]: each for each in adviser.get(f"{LIST}/figures").json()["figures"]}
    assert figures["satisfaction"]["value"] == 1
    events = [each["event"] for each in adviser.get(figures["satisfaction"]["events"]).json()["items"]]
    assert events == ["review-recorded", "review-corrected"]
    cancelled = adviser.post(f"{LIST}/{case}/reviews/M0/cancellation", {"reason": "Autre dossier"})
    assert cancelled.json()["events"] == ["review-cancelled"]
    assert adviser.get(f"{LIST}/{case}").json()["reviews"]["M0"]["status"] == "planned"


def test_a_second_need_on_the_same_theme_is_told_of_the_first(followup: Served, app: ServiceApplication) -> None:
    adviser, case = followup.by("adviser", unit=UNIT), open_follow_up(app)
    need = {"theme": "finance", "description": "Trésorerie tendue."}
    assert adviser.post(f"{LIST}/{case}/needs", need).json()["events"] == ["need-found"]
    again = adviser.post(f"{LIST}/{case}/needs", need)
    assert (again.status_code, again.json()["type"].rsplit("/", 1)[1]) == (409, "need-already-found")
    different = need | {"distinction": "Il s’agit d’investir."}
    assert adviser.post(f"{LIST}/{case}/needs", different).json()["events"] == ["need-found"]
    up_to_date(app)
    [row] = [each for each in adviser.get(LIST).json()["items"] if each["id"] == str(case)]
    assert len(set(row["linked_requests"])) == 2


def test_a_parcours_is_taken_up_again_over_http(followup: Served, app: ServiceApplication) -> None:
    adviser, case = followup.by("adviser", unit=UNIT), open_follow_up(app)
    ask = {"review": "M0", "reason": "L’outil n’est pas repris.", "axes": ["digital"]}
    too_soon = adviser.post(f"{LIST}/{case}/parcours-update", ask)
    assert (too_soon.status_code, too_soon.json()["type"].rsplit("/", 1)[1]) == (409, "review-not-held")
    adviser.post(f"{LIST}/{case}/reviews/M0/report", review(app))
    requested = adviser.post(f"{LIST}/{case}/parcours-update", ask).json()
    assert requested["events"] == ["parcours-update-requested"]
    assert adviser.get(f"{LIST}/{case}").json()["update"]["reason"] == "L’outil n’est pas repris."
    lifted = adviser.post(f"{LIST}/{case}/parcours-update/withdrawal", {"reason": "L’équipe s’en charge."})
    assert lifted.json()["events"] == ["parcours-update-withdrawn"]
