"""Figures as they were, over HTTP: recorded by an instant, happened by a day, the same bytes for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.checks.projection_waits import up_to_date
from tests.support.servers.served_service import Client, Serve, Served, served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service
from intake.projections import requests
from shared.kernel import paris_date
from shared.projections import Projector, Row
from shared.runtime.rebuild_check import check_rebuild
from shared.temporal import PointInTime, load_past_rows, past_rows

UNIT, ELSEWHERE = "dla-44", "dla-35"
PATH = "/api/v1/requests"


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def received(intake: Served, number: int, unit: str = UNIT) -> str:
    structure = {"name": "Les Jardins", "legal_form": "association", "department": "44", "rna": f"W44200{number:04}"}
    asked = {"structure": structure, "contact": {"name": "Maëlle Kerdoncuff"}, "need": "Garder nos emplois."}
    answer = intake.by("adviser", unit=unit).post(PATH, asked)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def withdrawn(intake: Served, path: str, unit: str = UNIT) -> None:
    answer = intake.by("adviser", unit=unit).post(f"{path}/withdrawal", {"reason": "Projet reporté."})
    assert answer.status_code == 200, answer.text


def figures(client: Client, /, **moment: Any) -> dict[str, Any]:
    answer = client.get(f"{PATH}/figures", **moment)
    assert answer.status_code == 200, answer.text
    statistics: dict[str, Any] = answer.json()
    return statistics


def value(statistics: dict[str, Any], code: str) -> Any:
    (found,) = (each["value"] for each in statistics["figures"] if each["code"] == code)
    return found


def test_what_was_answered_yesterday_is_answered_again_whatever_was_recorded_since(intake: Served) -> None:
    adviser = intake.by("adviser", unit=UNIT)
    first = received(intake, 1)
    received(intake, 2, ELSEWHERE)
    up_to_date(intake, service)
    then = figures(adviser)
    instant = then["basis"]["recorded_at"]
    withdrawn(intake, first)
    received(intake, 3)
    up_to_date(intake, service)
    again = adviser.get(f"{PATH}/figures", as_of=instant)
    assert again.content == adviser.get(f"{PATH}/figures", as_of=instant).content
    assert (value(figures(adviser), "requests"), value(again.json(), "requests")) == (2, 1)
    basis = again.json()["basis"]
    assert basis == then["basis"] | {"as_of": basis["as_of"]}
    assert datetime.fromisoformat(basis["as_of"]) == datetime.fromisoformat(instant)
    numbers = [[each | {"events": ""} for each in statistics["figures"]] for statistics in (then, again.json())]
    assert numbers[0] == numbers[1]


def test_the_events_behind_a_past_figure_are_those_recorded_by_then(intake: Served) -> None:
    adviser, case = intake.by("adviser", unit=UNIT), received(intake, 1)
    for level in ("weak_signals", "weak_signals", "proven"):
        assert adviser.post(f"{case}/difficulty", {"level": level}).status_code == 200
    instants = [each["recorded_at"] for each in adviser.get(f"{case}/history").json()]
    statistics = figures(adviser, as_of=instants[1])
    (figure,) = (each for each in statistics["figures"] if each["code"] == "difficulty_weak_signals")
    assert (figure["value"], figure["cases"]) == (1, [case.rpartition("/")[2]])
    behind = adviser.get(figure["events"]).json()["items"]
    assert [each["recorded_at"] for each in behind] == [instants[1]]
    up_to_date(intake, service)
    assert value(figures(adviser), "difficulty_weak_signals") == 0


def test_a_figure_names_the_rules_by_which_its_cases_were_decided(intake: Served) -> None:
    adviser, case = intake.by("adviser", unit=UNIT), received(intake, 1)
    met = {"held_on": paris_date(intake.application.clock.now()).isoformat(), "participants": [{"name": "Maëlle"}]}
    assert adviser.post(f"{case}/meetings", met).status_code == 200
    (rules,) = (each["version"] for each in adviser.get("/api/v1/criteria").json())
    for criterion in ("existing", "employer", "ess"):
        answer = adviser.post(f"{case}/criteria", {"criterion": criterion, "verdict": "met", "evidence": "Vu."})
        assert answer.status_code == 200, answer.text
    assert adviser.post(f"{case}/admission", {}).status_code == 200
    received(intake, 2)
    up_to_date(intake, service)
    by_code = {each["code"]: each for each in figures(adviser)["figures"]}
    assert (by_code["admitted"]["value"], by_code["admitted"]["rules"]) == (1, [rules])
    assert by_code["oriented"]["rules"] == []
    (behind,) = adviser.get(by_code["admitted"]["events"]).json()["items"]
    assert (behind["event"], behind["rules"]) == ("request-admitted", rules)


def test_what_had_happened_by_a_day_is_told_apart_from_what_was_recorded_by_then(intake: Served) -> None:
    adviser, case = intake.by("adviser", unit=UNIT), received(intake, 1)
    today = paris_date(intake.application.clock.now())
    corrected = {"name": "Les Jardins", "legal_form": "association", "department": "49", "rna": "W442000001"}
    asked = {"structure": corrected, "effective_on": str(today - timedelta(days=30)), "reason": "Siège déplacé."}
    assert adviser.post(f"{case}/corrections", asked).status_code == 200
    before = figures(adviser, on=str(today - timedelta(days=10)))
    assert {each["key"]: each["value"] for each in before["figures"] if each["code"] == "by_department"} == {"49": 1}
    assert value(figures(adviser, on=str(today - timedelta(days=31))), "requests") == 0


def test_before_the_first_event_nothing_counts_and_tomorrow_is_refused(intake: Served) -> None:
    adviser = intake.by("adviser", unit=UNIT)
    assert figures(adviser)["basis"]["position"] == 0
    long_ago = datetime.now(UTC) - timedelta(days=3650)
    received(intake, 1)
    statistics = figures(adviser, as_of=long_ago.isoformat())
    assert (statistics["basis"]["position"], statistics["basis"]["recorded_at"], value(statistics, "requests")) == (
        0,
        None,
        0,
    )
    tomorrow = (intake.application.clock.now() + timedelta(days=1)).isoformat()
    refused = adviser.get(f"{PATH}/figures", as_of=tomorrow)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "still-to-come")
    for wrong in ({"as_of": "hier"}, {"as_of": "2026-03-02T09:00:00"}, {"on": "2026-02-30"}):
        assert adviser.get(f"{PATH}/figures", **wrong).status_code == 422


def test_the_past_of_other_units_is_never_counted(intake: Served) -> None:
    received(intake, 1, ELSEWHERE)
    instant = intake.application.recorder.position_at()[1]
    assert instant is not None
    asked = {"as_of": instant.isoformat(), "unit": ELSEWHERE}
    assert value(figures(intake.by("adviser", unit=UNIT), **asked), "requests") == 0
    assert value(figures(intake.by("regional", unit=UNIT), **asked), "requests") == 0
    assert value(figures(intake.by("regional", unit=UNIT, units=[ELSEWHERE]), **asked), "requests") == 1
    assert value(figures(intake.by("auditor", unit=None, units=[ELSEWHERE]), **asked), "requests") == 1
    assert intake.by("leader", case=str(UUID(int=1))).get(f"{PATH}/figures", **asked).status_code == 403


def test_a_past_figure_depends_neither_on_how_far_lists_are_nor_on_what_was_erased(intake: Served) -> None:
    adviser = intake.by("adviser", unit=UNIT)
    withdrawn(intake, received(intake, 1))
    instant = intake.application.recorder.position_at()[1]
    assert instant is not None
    asked = {"as_of": instant.isoformat()}
    unread = adviser.get(f"{PATH}/figures", **asked).content
    assert value(figures(adviser, **asked), "requests") == 1
    up_to_date(intake, service)
    assert adviser.get(f"{PATH}/figures", **asked).content == unread
    intake.application.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL")
    assert adviser.get(f"{PATH}/figures", **asked).content == unread


def backdated(intake: Served, path: str, number: int, unit: str) -> None:
    """A move of the seat, thirty days ago."""
    thirty_days_ago = paris_date(intake.application.clock.now()) - timedelta(days=30)
    corrected = {"name": "Les Jardins", "legal_form": "association", "department": "49", "rna": f"W44200{number:04}"}
    asked = {"structure": corrected, "effective_on": str(thirty_days_ago), "reason": "Siège déplacé."}
    answer = intake.by("adviser", unit=unit).post(f"{path}/corrections", asked)
    assert answer.status_code == 200, answer.text


def test_more_backdated_history_than_one_answer_folds_is_refused_and_nothing_stays_taken(
    intake: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, unit in ((1, UNIT), (2, ELSEWHERE)):
        backdated(intake, received(intake, number, unit), number, unit)
    up_to_date(intake, service)
    both = intake.by("regional", unit=UNIT, units=[ELSEWHERE])
    monkeypatch.setattr(past_rows, "MAX_EVENTS", 3)
    asked = {"on": str(paris_date(intake.application.clock.now()) - timedelta(days=10))}
    for _ in range(2):
        refused = both.get(f"{PATH}/figures", **asked)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "too-much-past")
    assert value(figures(both, unit=UNIT, **asked), "requests") == 1
    instant = intake.application.recorder.position_at()[1]
    assert instant is not None
    assert value(figures(both, as_of=instant.isoformat()), "requests") == 2, "no day, no fold, no bound"
    monkeypatch.setattr(past_rows, "MAX_ROWS", 1)
    refused = both.get(f"{PATH}/figures", as_of=instant.isoformat())
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "too-much-past")
    assert value(figures(both, unit=UNIT, as_of=instant.isoformat()), "requests") == 1


def test_a_figure_names_the_cases_of_one_unit_and_of_several_their_address(intake: Served) -> None:
    cases = {unit: received(intake, n, unit).rpartition("/")[2] for n, unit in enumerate((UNIT, ELSEWHERE), 1)}
    up_to_date(intake, service)
    both = intake.by("regional", unit=UNIT, units=[UNIT, ELSEWHERE])
    instant = intake.application.recorder.position_at()[1]
    assert instant is not None
    for moment in ({}, {"as_of": instant.isoformat()}):
        (one,) = (each for each in figures(both, unit=UNIT, **moment)["figures"] if each["code"] == "requests")
        (whole,) = (each for each in figures(both, **moment)["figures"] if each["code"] == "requests")
        assert (one["value"], one["cases"]) == (1, [cases[UNIT]])
        assert (whole["value"], whole["cases"]) == (2, [])
        assert {each["case"] for each in both.get(whole["events"]).json()["items"]} == set(cases.values())


def test_a_past_that_lists_have_not_read_yet_is_ready_in_a_moment(
    intake: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(intake, 1)
    received(intake, 2)
    instant = intake.application.recorder.position_at()[1]
    assert instant is not None
    monkeypatch.setattr(past_rows, "MAX_EVENTS", 1)
    adviser, asked = intake.by("adviser", unit=UNIT), {"as_of": instant.isoformat()}
    refused = adviser.get(f"{PATH}/figures", **asked)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (503, "past-busy")
    assert refused.headers["Retry-After"] == "10"
    up_to_date(intake, service)
    assert value(figures(adviser, **asked), "requests") == 2


def test_a_rebuild_check_finds_a_row_of_the_past_that_the_log_does_not_give(intake: Served) -> None:
    withdrawn(intake, received(intake, 1))
    up_to_date(intake, service)
    app = intake.application
    lines = list(check_rebuild(service, app, set()))
    assert {line.get("projection") for line in lines} >= {requests.name, None}
    assert [line for line in lines if not line["matches"]] == []
    changed = "document = document || jsonb_build_object('unit', 'dla-99')"
    tampered = f"UPDATE {{schema}}.projection_history SET {changed} WHERE projection = %s"
    app.recorder.fetch(tampered, (requests.name,))
    assert [line["projection"] for line in check_rebuild(service, app, set()) if not line["matches"]] == [requests.name]


def test_figures_come_as_a_file_for_a_spreadsheet_that_runs_nothing(intake: Served) -> None:
    received(intake, 1)
    up_to_date(intake, service)
    regional = intake.by("regional", unit=UNIT, units=["=1+1"])
    answer = regional.get(f"{PATH}/figures.csv", unit="=1+1")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="chiffres.csv"'
    statistics = {line.split(";")[0]: line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()}
    assert statistics["requests"][3] == "0"
    assert statistics["requests"][8] == "'=1+1"
    mine = intake.by("adviser", unit=UNIT).get(f"{PATH}/figures.csv").text
    assert "requests;;Demandes reçues;1;1;" in mine
    assert intake.by("provider", case=str(UUID(int=1))).get(f"{PATH}/figures.csv").status_code == 403


# Whatever happened, in whatever order


@pytest.fixture(scope="module")
def busy(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    def fresh(_: str) -> str:
        return postgres.ensure_database("past_figures", connections=-1)

    with served(service, fresh, nats, tmp_path_factory.mktemp("past")) as running:
        yield running


STEPS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["difficulty", "withdrawal", "view"])), max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, cut=st.floats(0, 1))
def test_the_rows_of_any_past_moment_are_those_that_the_log_led_to(
    busy: Served, steps: list[tuple[int, str]], cut: float
) -> None:
    """Beside the whole view folded anew up to that position: case by case from the index, it gives the same rows."""
    app, units = busy.application, (UNIT, ELSEWHERE)
    start = (app.recorder.max_notification_id() or 0) + 1
    opened = [(received(busy, start + n, units[n % 2]), units[n % 2]) for n in range(3)]
    for which, what in steps:
        path, unit = opened[which % 3]
        if what == "view":
            Projector(app, service.projections).advance(requests)
        else:
            body = {"level": "proven"} if what == "difficulty" else {"reason": "Reporté."}
            assert busy.by("adviser", unit=unit).post(f"{path}/{what}", body).status_code in (200, 409)
    position = round(start + cut * ((app.recorder.max_notification_id() or 0) - start))
    (entry,) = app.recorder.select_notifications(position, 1)
    whole = Projector(app, service.projections).fold_all(requests, position)
    for wanted in (units, units[:1], None):
        found = load_past_rows(app, requests, PointInTime(as_of=entry.recorded_at), wanted)
        assert found.basis.position == position
        kept = found.count_versions(app, found.documents(app))
        assert kept == in_order(
            row.document for row in whole.values() if wanted is None or row.document["unit"] in wanted
        )


def in_order(rows: Any) -> list[Row]:
    return sorted(rows, key=lambda row: UUID(row["id"]).bytes)


def test_half_past_midnight_in_paris_is_the_new_day_though_it_is_still_yesterday_in_utc(serve: Serve) -> None:
    intake = serve(service)
    intake.application.clock.set_forward(datetime(2027, 6, 30, 22, 30, tzinfo=UTC))
    adviser, case = intake.by("adviser", unit=UNIT), received(intake, 1)
    assert (
        adviser.post(f"{case}/meetings", {"held_on": "2027-07-01", "participants": [{"name": "Maëlle"}]}).status_code
        == 200
    )
    up_to_date(intake, service)
    found = {day: len(adviser.get(PATH, opened_since=day).json()["items"]) for day in ("2027-07-01", "2027-07-02")}
    assert found == {"2027-07-01": 1, "2027-07-02": 0}
    assert adviser.get(PATH, opened_before="2027-07-01").json()["items"] == []
    assert value(figures(adviser, on="2027-06-30"), "requests") == 0
    assert value(figures(adviser, on="2027-07-01"), "requests") == 1
    (task,) = (task for task in adviser.get("/api/v1/caseload").json()["items"] if task["what"] == "request_to_triage")
    assert task["since"] == "2027-07-01"
    header, line = adviser.get(f"{PATH}/figures.csv").content.decode("utf-8-sig").splitlines()[:2]
    assert re.fullmatch(r"01/07/2027 00:3\d", line.split(";")[header.split(";").index("Recueil au")])


def test_figures_of_a_period_and_by_group_with_the_events_behind_each(intake: Served) -> None:
    first, other = received(intake, 1), received(intake, 2, ELSEWHERE)
    withdrawn(intake, first)
    up_to_date(intake, service)
    both = intake.by("regional", unit=UNIT, units=[UNIT, ELSEWHERE])
    today = paris_date(intake.application.clock.now())
    assert value(figures(both, since=str(today), until=str(today)), "requests") == 2
    assert value(figures(both, until=str(today - timedelta(days=1))), "requests") == 0
    assert value(figures(both, period=str(today.year)), "requests") == 2
    answer = figures(both, by="unit", period=f"{today:%Y-%m}")
    assert (answer["since"], answer["by"]) == (f"{today:%Y-%m}-01", "unit")
    found = {each["group"]: each for each in answer["figures"] if each["code"] == "requests"}
    assert {group: (each["value"], each["dated_by"]) for group, each in found.items()} == {
        UNIT: (1, "réception de la demande"),
        ELSEWHERE: (1, "réception de la demande"),
    }
    (event,) = both.get(found[ELSEWHERE]["events"]).json()["items"]
    assert event["case"] == other.rpartition("/")[2]
    forms = figures(both, by="legal_form")["figures"]
    assert {each["group_label"] for each in forms} == {"association"}
    lines = both.get(f"{PATH}/figures.csv", by="unit", since=str(today)).content.decode("utf-8-sig").splitlines()
    assert f"{today:%d/%m/%Y}" in lines[1]
    for wrong, slug in (
        ({"by": "colour"}, "unknown-grouping"),
        ({"by": "theme"}, "unknown-grouping"),
        ({"period": "2027-T5"}, "unknown-period"),
        ({"period": "2027", "since": "2027-01-01"}, "unknown-period"),
        ({"since": "2027-02-01", "until": "2027-01-01"}, "unknown-period"),
    ):
        refused = both.get(f"{PATH}/figures", **wrong)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, slug), refused.text
    assert "unit" in both.get(f"{PATH}/figures", by="colour").json()["groupings"]
