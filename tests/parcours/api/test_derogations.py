"""The derogations of a year from the duration of a support: for the manager of the unit and the regional DLA."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.histories.validated_parcours import validated_case
from tests.support.servers.served_service import Client, Serve, Served

from parcours import projections
from parcours.main import service
from shared.kernel import paris_date
from shared.projections import Projector

YEAR = paris_date(datetime.now(UTC)).year


def listed(client: Client, year: int = YEAR) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/parcours/derogations", year=year)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_a_manager_and_the_region_read_those_of_a_year_without_the_reason(serve: Serve) -> None:
    parcours = serve(service)
    case, _ = validated_case(parcours.application)
    validated_case(parcours.application)
    reason = {"reason": "Une reprise d’activité à accompagner plus longtemps."}
    granted = parcours.by("manager").post(f"/api/v1/parcours/{case}/duration-derogation", reason)
    assert granted.status_code == 200, granted.text
    Projector(parcours.application, (projections.derogations,)).catch_up()
    (row,) = listed(parcours.by("manager"))
    assert (row["case"], row["unit"], row["structure"]) == (str(case), "dla-44", None)
    assert row["granted_by"] == Served.id_of("some-manager")
    assert reason["reason"] not in parcours.by("manager").get("/api/v1/parcours/derogations", year=YEAR).text
    assert len(listed(parcours.by("regional", unit="dla-pdl", units=("dla-44",)))) == 1
    assert listed(parcours.by("manager"), YEAR - 1) == listed(parcours.by("manager", unit="dla-75")) == []
    assert parcours.by("adviser").get("/api/v1/parcours/derogations", year=YEAR).json()["policy"] == "role"
