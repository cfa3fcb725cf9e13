"""What pilots read over HTTP: rounded tables of whole periods and of their whole territory, drawn once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.checks.projection_waits import days_pass, up_to_date
from tests.support.servers.served_service import Client, Serve, Served

from intake.main import service
from shared.statistics.period import quarter_of

UNIT, OTHER = "dla-44", "dla-49"
LIST = "/api/v1/requests"
TOLD = f"{LIST}/statistics"


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def answered(intake: Served, numbers: range, unit: str = UNIT) -> list[str]:
    """Requests that were received, and withdrawn at once."""
    adviser, cases = intake.by("adviser", unit=unit), []
    for number in numbers:
        structure = {"name": "Le Jardin", "legal_form": "association", "department": "44", "rna": f"W44200{number:04}"}
        asked = {"structure": structure | {"headcount": 12}, "contact": {"name": "Maëlle"}, "need": "Nos emplois."}
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


def test_a_pilot_reads_the_quarter_once_it_is_published_in_fives(intake: Served) -> None:
    cases = answered(intake, range(7)) + answered(intake, range(10, 12), OTHER)
    quarter = str(quarter_of(intake.application.clock.now()))
    region = pilot(intake, UNIT, OTHER)
    early = region.get(TOLD, period=quarter)
    assert (early.status_code, early.json()["type"].rpartition("/")[2]) == (404, "not-published")
    assert region.get(TOLD).status_code == 404
    days_pass(intake, 130)
    answer = told(region)
    assert (answer["period"], answer["units"], answer["periods"][0]) == (quarter, [UNIT, OTHER], quarter)
    withdrawn = cell(answer, "outcome", "withdrawn")
    assert withdrawn["value"] % 5 == 0
    assert withdrawn["at_least"] <= 9 <= withdrawn["at_most"]
    assert cell(answer, "outcome", "admitted") == {
        "key": "admitted",
        "label": "admise dans le DLA",
        "value": 0,
        "at_least": 0,
        "at_most": 8,
    }
    (sizes,) = (table for table in answer["tables"] if table["code"] == "size")
    assert sizes["estimate"] == 14.5 * cell(answer, "size", "10–19")["value"]
    lines = region.get(f"{TOLD}.csv", period=quarter).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + sum(len(table["cells"]) for table in answer["tables"])
    assert lines[1].startswith(f"{quarter};demandes qui ont reçu une suite dans la période;Suite donnée;admitted;")
    body = region.get(TOLD).text
    assert not [case for case in cases if case in body]
    assert "events" not in body


def test_a_territory_is_the_sum_of_its_units_and_a_year_of_its_quarters(intake: Served) -> None:
    """So that what is left of a difference is a table that was rounded by itself."""
    days_pass(intake, 45)
    for quarter in range(4):
        answered(intake, range(10 * quarter, 10 * quarter + 6 + quarter))
        answered(intake, range(100 + 10 * quarter, 103 + 10 * quarter), OTHER)
        days_pass(intake, 91)
    days_pass(intake, 120)
    year = told(pilot(intake, UNIT, OTHER))["periods"][-1]
    assert len(year) == 4
    parts = [(unit, f"{year}-T{n}") for unit in (UNIT, OTHER) for n in (1, 2, 3, 4)]
    whole = told(pilot(intake, UNIT, OTHER), period=year)
    assert cell(whole, "outcome", "withdrawn")["value"] >= 20
    each = [told(pilot(intake, unit), period=period) for unit, period in parts]
    for table in whole["tables"]:
        for found in table["cells"]:
            assert found["value"] == sum(cell(part, table["code"], found["key"])["value"] for part in each)


def test_what_was_published_stays_whatever_is_recorded_drawn_or_learnt_since(intake: Served) -> None:
    answered(intake, range(4))
    days_pass(intake, 130)
    quarter = told(pilot(intake, UNIT))["period"]
    before = pilot(intake, UNIT).get(TOLD, period=quarter).content
    answered(intake, range(20, 29))
    up_to_date(intake, service)
    assert pilot(intake, UNIT).get(TOLD, period=quarter).content == before
    intake.application.recorder.fetch("DELETE FROM {schema}.releases")
    assert pilot(intake, UNIT).get(TOLD, period=quarter).content == before, "another draw would tell one to four"


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
    days_pass(intake, 130)
    assert cell(told(pilot(intake, OTHER)), "outcome", "transferred")["value"] == 0
    assert cell(told(pilot(intake, UNIT)), "outcome", "transferred")["value"] == 5


def test_a_pilot_reads_nothing_else_and_nobody_at_work_reads_as_a_pilot(intake: Served) -> None:
    (case,) = answered(intake, range(1))
    days_pass(intake, 130)
    for path in (LIST, f"{LIST}/{case}", f"{LIST}/{case}/history", f"{LIST}/figures", "/api/v1/caseload"):
        assert pilot(intake, UNIT).get(path).status_code == 403, path
    assert intake.by("adviser", unit=UNIT).get(TOLD).status_code == 403
    assert intake.by("leader", case=case).get(TOLD).status_code == 403
    assert intake.by("auditor", unit=None, units=[UNIT]).get(TOLD).status_code == 200


@pytest.mark.parametrize("wrong", ["2026-T5", "2026-01", "hier", "2026-T1&unit=dla-44"])
def test_a_pilot_chooses_a_closed_period_and_nothing_finer(intake: Served, wrong: str) -> None:
    assert pilot(intake, UNIT).get(TOLD, period=wrong).status_code == 422
    assert pilot(intake, UNIT).get(TOLD, period="1998").status_code == 404
