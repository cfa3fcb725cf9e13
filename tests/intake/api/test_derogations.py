"""The derogations of a year from the hard criteria: for the manager of the unit and the regional DLA."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.intake.api.test_chases import REQUEST
from tests.support.histories.confidential_case import REASONS
from tests.support.servers.served_service import Client, Serve, Served

from intake import projections
from intake.main import service
from shared.kernel import paris_date
from shared.projections import Projector

PATH = "/api/v1/requests/derogations"
YEAR = paris_date(datetime.now(UTC)).year


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def granted(intake: Served, unit: str = "dla-44", siret: str = "73282932000074") -> str:
    adviser, manager = intake.by("adviser", unit=unit), intake.by("manager", unit=unit)
    body = REQUEST | {"structure": REQUEST["structure"] | {"siret": siret}}
    path = str(adviser.post("/api/v1/requests", body).headers["Location"])
    judged = {"criterion": "employer", "verdict": "not_met", "evidence": "Aucun contrat."}
    assert adviser.post(f"{path}/criteria", judged).status_code == 200
    wanted = {"criterion": "employer", "reason": "Une embauche.", "kind": "first_time_employer"}
    assert manager.post(f"{path}/derogations", wanted).status_code == 200
    Projector(intake.application, (projections.derogations,)).catch_up()
    return path


def listed(client: Client, year: int = YEAR) -> list[dict[str, Any]]:
    answer = client.get(PATH, year=year)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_a_manager_reads_those_of_the_unit_by_year_and_without_the_reason(intake: Served) -> None:
    path = granted(intake)
    (row,) = listed(intake.by("manager"))
    assert path.endswith(row["case"])
    assert (row["structure"], row["criterion"], row["ground"]) == (
        "Les Jardins de l’Erdre",
        "employer",
        "first_time_employer",
    )
    assert row["granted_by"] == Served.id_of("some-manager")
    assert "Une embauche." not in intake.by("manager").get(PATH, year=YEAR).text
    assert listed(intake.by("manager"), YEAR - 1) == []
    intake.application.clock.set_forward(datetime.now(UTC) + timedelta(days=370))
    granted(intake, siret="55208131766522")
    assert len(listed(intake.by("manager"))) == 1 and len(listed(intake.by("manager"), YEAR + 1)) == 1


def test_a_region_reads_those_of_its_units_and_a_unit_its_own(intake: Served) -> None:
    granted(intake)
    granted(intake, "dla-49")
    region = intake.by("regional", unit="dla-pdl", units=("dla-44", "dla-49"))
    assert sorted(row["unit"] for row in listed(region)) == ["dla-44", "dla-49"]
    assert [row["unit"] for row in listed(intake.by("manager", unit="dla-49"))] == ["dla-49"]
    assert listed(intake.by("manager", unit="dla-75")) == []
    assert intake.by("adviser").get(PATH, year=YEAR).json()["policy"] == "role"


def test_one_of_a_confidential_case_is_listed_for_its_manager_alone(intake: Served) -> None:
    path = granted(intake)
    assert intake.by("adviser").post(f"{path}/confidentiality", REASONS).status_code == 200
    assert len(listed(intake.by("manager"))) == 1
    assert listed(intake.by("regional", unit="dla-pdl", units=("dla-44",))) == []


def test_a_case_without_one_has_no_line(intake: Served) -> None:
    intake.by("adviser").post("/api/v1/requests", REQUEST)
    Projector(intake.application, (projections.derogations,)).catch_up()
    assert listed(intake.by("manager")) == []
