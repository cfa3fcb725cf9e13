"""What pilots read over HTTP: exact tables of closed periods and published territories, small counts masked."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from tests.support.checks.projection_waits import days_pass, up_to_date
from tests.support.servers.served_service import Client, Serve, Served

from intake.main import service
from shared.statistics.deployment import StatisticsDeployment
from shared.statistics.period import quarter_of
from shared.web.collections import statistics

UNIT, OTHER = "dla-44", "dla-49"
LIST = "/api/v1/requests"
TOLD = f"{LIST}/statistics"


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def answered(intake: Served, numbers: range, unit: str = UNIT, headcount: int = 12) -> list[str]:
    """Requests that were received, and withdrawn at once."""
    adviser, cases = intake.by("adviser", unit=unit), []
    for number in numbers:
        structure = {"name": "Le Jardin", "legal_form": "association", "department": "44", "rna": f"W44200{number:04}"}
        asked = {
            "structure": structure | {"headcount": headcount},
            "contact": {"name": "Maëlle"},
            "need": "Nos emplois.",
        }
        case = adviser.post(LIST, asked).headers["Location"]
        assert adviser.post(f"{case}/withdrawal", {"reason": "Reporté."}).status_code == 200
        cases.append(case.rpartition("/")[2])
    return cases


def pilot(intake: Served, *units: str) -> Client:
    return intake.by("pilot", unit=None, units=units)


def told(by: Client, **asked: Any) -> dict[str, Any]:
    answer = by.get(TOLD, **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def cell(answer: dict[str, Any], dimension: str, key: str) -> dict[str, Any]:
    (table,) = (table for table in answer["tables"] if table["code"] == dimension)
    (found,) = (each for each in table["cells"] if each["key"] == key)
    return dict(found)


def quarter_passes(intake: Served) -> None:
    days_pass(intake, 130)
    up_to_date(intake, service)


def test_a_pilot_reads_the_quarter_once_it_is_published_exact_and_masked(intake: Served) -> None:
    cases = answered(intake, range(7)) + answered(intake, range(10, 12), OTHER, headcount=70)
    quarter = str(quarter_of(intake.application.clock.now()))
    region = pilot(intake, UNIT, OTHER)
    early = region.get(TOLD, period=quarter)
    assert (early.status_code, early.json()["type"].rpartition("/")[2]) == (404, "not-published")
    assert region.get(TOLD).status_code == 404
    quarter_passes(intake)
    answer = told(region)
    assert (answer["period"], answer["units"], answer["periods"][0]) == (quarter, [UNIT, OTHER], quarter)
    assert (answer["total"], answer["territories"]) == (9, ["all"])
    assert cell(answer, "outcome", "withdrawn") == {
        "key": "withdrawn",
        "label": "demande retirée par la structure",
        "value": 9,
        "masked": False,
    }
    assert cell(answer, "outcome", "admitted")["value"] == 0
    assert [cell(answer, "size", key)["masked"] for key in ("10–19", "50+", "1–2")] == [True, True, False]
    (sizes,) = (table for table in answer["tables"] if table["code"] == "size")
    assert sizes["estimate"] is None
    lines = region.get(f"{TOLD}.csv", period=quarter).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 + sum(len(table["cells"]) for table in answer["tables"])
    assert lines[1].startswith(
        f"{quarter};all;demandes qui ont reçu une suite dans la période;Total;total;total;9;non;"
    )
    assert ";Effectif;10–19;10–19 salarié·es;;oui;" in "\n".join(lines)
    body = region.get(TOLD).text
    assert not [case for case in cases if case in body]
    assert "events" not in body


def test_a_pilot_of_some_units_reads_years_of_these_and_quarters_of_the_whole_only(intake: Served) -> None:
    days_pass(intake, 45)
    for quarter in range(4):
        answered(intake, range(10 * quarter, 10 * quarter + 6))
        answered(intake, range(100 + 10 * quarter, 105 + 10 * quarter), OTHER)
        answered(intake, range(200 + 10 * quarter, 206 + 10 * quarter), "dla-85")
        days_pass(intake, 91)
    days_pass(intake, 120)
    up_to_date(intake, service)
    whole = told(pilot(intake, UNIT, OTHER, "dla-85"), period="2027")
    assert (whole["total"], whole["territories"]) == (68, ["all"])
    assert {each["key"]: each["value"] for each in table(whole, "quarter")} == {f"2027-T{n}": 17 for n in (1, 2, 3, 4)}
    assert [each["value"] for each in table(whole, "territory")] == [24, 20, 24]
    one, two = (told(pilot(intake, *units), period="2027") for units in ([UNIT], [UNIT, OTHER]))
    assert (one["period"], one["total"], one["territories"]) == ("2027", 24, [UNIT])
    assert (two["total"], two["territories"], [each["code"] for each in two["available"]]) == (
        44,
        [UNIT, OTHER],
        [UNIT, OTHER],
    )
    assert told(pilot(intake, UNIT, OTHER), period="2027", territory=OTHER)["total"] == 20
    refused = pilot(intake, UNIT).get(TOLD, period="2027", territory=OTHER)
    assert (refused.status_code, refused.json()["territories"]) == (422, [UNIT])
    wider = pilot(intake, UNIT).get(TOLD, period="2027-T1")
    assert (wider.status_code, wider.json()["periods"]) == (404, ["2027"])


def test_what_was_published_stays_whatever_is_recorded_drawn_or_learnt_since(intake: Served) -> None:
    answered(intake, range(6))
    answered(intake, range(10, 13), headcount=70)
    quarter_passes(intake)
    quarter = told(pilot(intake, UNIT))["period"]
    before = pilot(intake, UNIT).get(TOLD, period=quarter).content
    answered(intake, range(20, 29))
    up_to_date(intake, service)
    assert pilot(intake, UNIT).get(TOLD, period=quarter).content == before
    intake.application.recorder.fetch("DELETE FROM {schema}.releases")
    assert pilot(intake, UNIT).get(TOLD, period=quarter).content == before, "a restored back-up masks the same"


def table(answer: dict[str, Any], dimension: str) -> list[dict[str, Any]]:
    (cells,) = (table["cells"] for table in answer["tables"] if table["code"] == dimension)
    return list(cells)


def test_a_request_transferred_is_counted_in_its_own_unit_alone(intake: Served) -> None:
    adviser = intake.by("adviser", unit=UNIT)
    for number in range(5):
        structure = {"name": "Le Jardin", "legal_form": "association", "department": "44", "rna": f"W44200{number:04}"}
        asked = {"structure": structure, "contact": {"name": "Maëlle"}, "need": "Nos emplois."}
        case = adviser.post(LIST, asked).headers["Location"]
        transfer = {"to_unit": OTHER, "reason": "Le siège est dans l’autre département."}
        assert adviser.post(f"{case}/transfer", transfer).status_code == 200
    instant = intake.application.recorder.position_at()[1]
    assert instant is not None
    there = intake.by("adviser", unit=OTHER).get(f"{LIST}/figures", as_of=instant.isoformat()).json()
    assert {each["value"] for each in there["figures"] if each["code"] == "requests"} == {0}
    quarter_passes(intake)
    assert cell(told(pilot(intake, OTHER)), "outcome", "transferred")["value"] == 0
    assert cell(told(pilot(intake, UNIT)), "outcome", "transferred")["value"] == 5


def test_a_pilot_reads_nothing_else_and_nobody_at_work_reads_as_a_pilot(intake: Served) -> None:
    (case,) = answered(intake, range(1))
    quarter_passes(intake)
    for path in (LIST, f"{LIST}/{case}", f"{LIST}/{case}/history", f"{LIST}/figures", "/api/v1/caseload"):
        assert pilot(intake, UNIT).get(path).status_code == 403, path
    assert intake.by("adviser", unit=UNIT).get(TOLD).status_code == 403
    assert intake.by("leader", case=case).get(TOLD).status_code == 403
    assert intake.by("auditor", unit=None, units=[UNIT]).get(TOLD).status_code == 200


def test_everybody_reads_the_whole_once_the_deployment_says_so(intake: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = answered(intake, range(7)) + answered(intake, range(10, 12), OTHER, headcount=70)
    quarter_passes(intake)
    refused = intake.anonymous().get(f"{TOLD}/public")
    assert (refused.status_code, refused.json()["title"]) == (404, "Statistiques non publiques")
    monkeypatch.setattr(statistics, "load_deployment", partial(StatisticsDeployment, public=True))
    answer = intake.anonymous().get(f"{TOLD}/public")
    assert answer.status_code == 200, answer.text
    read, masked = answer.json(), told(pilot(intake, UNIT, OTHER))
    assert {name: read[name] for name in ("period", "total", "tables", "periods")} == {
        name: masked[name] for name in ("period", "total", "tables", "periods")
    }, "what a pilot of the whole reads"
    assert [cell(read, "size", key)["value"] for key in ("10–19", "50+")] == [None, None]
    assert not [each for each in (*cases, "Le Jardin", "units", "log_id") if each in answer.text]
    assert intake.anonymous().get(f"{TOLD}/public", period="1998").status_code == 404
    assert intake.anonymous().get(f"{TOLD}/public", period="hier").status_code == 422


@pytest.mark.parametrize("wrong", ["2026-T5", "2026-01", "hier", "2026-T1&unit=dla-44"])
def test_a_pilot_chooses_a_closed_period_and_nothing_finer(intake: Served, wrong: str) -> None:
    assert pilot(intake, UNIT).get(TOLD, period=wrong).status_code == 422
    assert pilot(intake, UNIT).get(TOLD, period="1998").status_code == 404
