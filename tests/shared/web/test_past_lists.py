"""Caseloads and lists as they were, over HTTP: what was late then, where each dossier stood, page after page."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from tests.support.checks.projection_waits import CASELOAD, days_pass, tasks, up_to_date
from tests.support.generated import golden_samples
from tests.support.generated.golden_samples import SERVICES
from tests.support.servers.served_service import Client, Serve, Served

from intake.main import service
from shared.web.collections.past_turn import take_past_turn
from shared.web.limits import PAST, SlotLimits, Slots

UNIT, ELSEWHERE = "dla-44", "dla-35"
LIST = "/api/v1/requests"
WORDS = ("zéro", "un", "deux", "trois", "quatre", "cinq", "six")


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def received(intake: Served, number: int = 1, unit: str = UNIT) -> str:
    name = f"Jardin {WORDS[number]}"
    structure = {"name": name, "legal_form": "association", "department": "44", "rna": f"W44200{number:04}"}
    asked = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Garder nos emplois."}
    answer = intake.by("adviser", unit=unit).post(LIST, asked)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def posted(by: Client, path: str, **body: Any) -> None:
    answer = by.post(path, body)
    assert answer.status_code == 200, answer.text


def now(intake: Served) -> str:
    """The instant of the last event."""
    instant = intake.application.recorder.position_at()[1]
    assert instant is not None
    return instant.isoformat()


def what(by: Client, **wanted: Any) -> list[tuple[str, bool]]:
    return [(task["what"], task["late"]) for task in tasks(by, **wanted)]


def test_a_past_caseload_is_late_by_the_instant_it_is_asked_for(intake: Served) -> None:
    adviser, case = intake.by("adviser"), received(intake)
    at_first = now(intake)
    days_pass(intake, 3)
    received(intake, 2, ELSEWHERE)
    three_days_later = now(intake)
    posted(adviser, f"{case}/difficulty", level="none")
    days_pass(intake, 20)
    posted(adviser, f"{case}/withdrawal", reason="Projet reporté.")
    assert what(adviser, as_of=at_first) == [("request_to_triage", False), ("meeting_to_hold", False)]
    assert what(adviser, as_of=three_days_later) == [("request_to_triage", True), ("meeting_to_hold", False)]
    assert what(adviser, as_of=three_days_later, late=True) == [("request_to_triage", True)]
    up_to_date(intake, service)
    assert what(adviser) == what(adviser, as_of=now(intake)) == []
    told = adviser.get(CASELOAD, as_of=three_days_later)
    assert told.content == adviser.get(CASELOAD, as_of=three_days_later).content
    assert told.json()["days"]["request_to_triage"] == 2
    assert told.json()["basis"]["position"] == 2


def test_a_caseload_names_the_events_that_it_follows_from(intake: Served) -> None:
    adviser = intake.by("adviser")
    assert adviser.get(CASELOAD).json()["basis"]["position"] == 0
    received(intake)
    up_to_date(intake, service)
    told = adviser.get(CASELOAD).json()
    again = adviser.get(CASELOAD, as_of=told["basis"]["recorded_at"]).json()
    assert told["basis"]["position"] == 1
    assert again["items"] == told["items"]


def test_a_past_caseload_by_the_day_is_what_had_happened_by_its_end(intake: Served) -> None:
    adviser, case = intake.by("adviser"), received(intake)
    day_of_meeting = days_pass(intake, 5)
    days_pass(intake, 2)
    posted(adviser, f"{case}/meetings", held_on=str(day_of_meeting), participants=[{"name": "Maëlle"}])
    assert ("meeting_to_hold", False) in what(adviser, on=str(day_of_meeting - timedelta(days=1)))
    assert ("meeting_to_hold", False) not in what(adviser, on=str(day_of_meeting))


def test_a_past_caseload_is_read_to_its_end_page_by_page(intake: Served) -> None:
    for number in range(5):
        received(intake, number)
    adviser, instant = intake.by("adviser"), now(intake)
    received(intake, 6)
    whole = tasks(adviser, as_of=instant)
    assert len(whole) == 10
    page, read = adviser.get(CASELOAD, as_of=instant, limit=4).json(), []
    while page["items"]:
        read += page["items"]
        page = (
            adviser.get(CASELOAD, as_of=instant, limit=4, after=page["next"]).json() if page["next"] else {"items": []}
        )
    assert read == whole


def test_the_caseloads_of_other_units_are_no_more_shown_in_the_past(intake: Served) -> None:
    received(intake, 1, ELSEWHERE)
    instant = now(intake)
    assert what(intake.by("adviser"), as_of=instant) == []
    assert what(intake.by("adviser"), as_of=instant, unit=ELSEWHERE) == []
    assert len(what(intake.by("auditor", unit=None, units=[ELSEWHERE]), as_of=instant)) == 2
    assert intake.by("leader", case="01993f2e-5c00-7a10-8a51-3f6f7c1b2d40").get(CASELOAD).status_code == 403


def test_a_list_is_shown_as_it_was_filtered_searched_sorted_and_counted(intake: Served) -> None:
    adviser = intake.by("adviser")
    first, _, _ = (received(intake, number) for number in (1, 2, 3))
    received(intake, 4, ELSEWHERE)
    instant = now(intake)
    posted(adviser, f"{first}/withdrawal", reason="Projet reporté.")
    received(intake, 5)

    def rows(**asked: Any) -> list[str]:
        answer = adviser.get(LIST, as_of=instant, **asked)
        assert answer.status_code == 200, answer.text
        return [row["structure"]["name"] for row in answer.json()["items"]]

    assert rows(sort="structure") == ["Jardin deux", "Jardin trois", "Jardin un"]
    assert rows(q="jardin deux") == ["Jardin deux"]
    assert (rows(status="withdrawn"), len(rows(status="received"))) == ([], 3)
    page = adviser.get(LIST, as_of=instant, sort="structure", limit=2, count=True).json()
    assert (page["total"], page["basis"]["position"]) == (3, 4)
    assert rows(sort="structure", after=page["next"]) == ["Jardin un"]
    long_ago = datetime.fromisoformat(instant) - timedelta(days=1)
    assert adviser.get(LIST, as_of=long_ago.isoformat(), count=True).json()["total"] == 0


def test_a_list_or_caseload_that_is_still_to_come_is_refused(intake: Served) -> None:
    received(intake)
    tomorrow = (intake.application.clock.now() + timedelta(days=1)).isoformat()
    for path in (LIST, CASELOAD):
        refused = intake.by("adviser").get(path, as_of=tomorrow)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "still-to-come")
        assert intake.by("adviser").get(path, as_of="hier").status_code == 422


# Turns


def test_who_asks_much_about_the_past_waits_for_themselves_and_all_others_are_answered(intake: Served) -> None:
    """45 questions at once of one adviser kept the 40 threads of the process: others waited up to twenty seconds."""
    received(intake)
    up_to_date(intake, service)
    adviser, instant = intake.by("adviser"), now(intake)
    intake.web.state.past_slots = Slots(SlotLimits(total=1, each=0, waiting=0, wait_seconds=0))
    for path in (LIST, f"{LIST}/figures", f"{LIST}/figures.csv", f"{LIST}/chases", CASELOAD):
        refused = adviser.get(path, as_of=instant)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5"), path
        assert adviser.get(path).status_code == 200, path
    assert adviser.get(LIST, on="2026-01-01").status_code == 429
    intake.web.state.past_slots = Slots(PAST)
    with ThreadPoolExecutor(12) as at_once:
        answers = Counter(
            each.status_code for each in at_once.map(lambda _: adviser.get(LIST, as_of=instant), range(12))
        )
    assert answers[200] >= 1 + PAST.waiting and answers.keys() <= {200, 429}


WITHOUT_A_TURN = {
    ("parcours", "/api/v1/funds/{unit}/{year}"): "it is about one aggregate",
    ("audit", "/api/v1/caseload"): "it asks the other services, where a turn is taken",
}


@pytest.mark.parametrize("name", SERVICES)
def test_each_operation_about_the_past_of_many_cases_takes_a_turn(name: str) -> None:
    about_the_past = [
        route
        for router in golden_samples.service(name).routers
        for route in router.routes
        if isinstance(route, APIRoute)
        and {"as_of", "on"} & {each.alias for each in get_flat_params(route.dependant)}
        and not {"{id}", "{case}"} & {*route.path.split("/")}
    ]
    without = {
        (name, route.path)
        for route in about_the_past
        if take_past_turn not in {each.call for each in route.dependant.dependencies}
    }
    assert about_the_past or name == "audit"
    assert without == {each for each in WITHOUT_A_TURN if each[0] == name}
