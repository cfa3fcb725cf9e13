"""Capitalisation sheets over HTTP: found by all staff, published by a resource centre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.support.servers.served_service import served

from embedded.processes.nats import Nats
from followup.domain.sheets.sheet import (
    Lesson,
)
from followup.main import service
from shared.kernel import Axis
from shared.projections import Projector

LESSON = Lesson(
    "Mutualiser une fonction d’employeur",
    Axis.HUMAN_RESOURCES,
    context="Trois associations rurales, neuf salariés en tout.",
    what_worked="Un groupement d’employeurs préparé dès le diagnostic.",
    limits="Il faut un an avant que chacun s’y retrouve.",
)


NAMES = ("Les Jardins de l’Érdre", "Maëlle Kerdoncuff")


def test_sheets_are_found_by_everyone_at_work_and_published_by_a_resource_centre(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as followup:
        adviser, centre = followup.by("adviser"), followup.by("resource_centre", unit=None)
        body = {"lesson": asdict(LESSON), "names": list(NAMES)}
        named = body | {"names": ["Trois associations rurales"]}
        assert adviser.post("/api/v1/sheets", named).status_code == 422
        made = adviser.post("/api/v1/sheets", body)
        assert made.status_code == 201
        sheet = f"/api/v1/sheets/{made.json()['id']}"
        assert adviser.post(f"{sheet}/publication", body).status_code == 403
        assert centre.get(sheet).json()["submitted"]["title"] == LESSON.title
        assert centre.post(f"{sheet}/publication", body).json()["events"] == ["sheet-published"]

        projector = Projector(followup.http.app.state.application, service.projections)  # type: ignore[attr-defined]
        for view in service.projections:
            projector.advance(view)
        other = followup.by("adviser", unit="dla-35")
        (found,) = other.get("/api/v1/sheets", q="prepare DIAGNOSTIC", status="published").json()["items"]
        assert (found["title"], found["theme"]) == (LESSON.title, "human_resources")
        assert other.get("/api/v1/sheets", q="trésorerie").json()["items"] == []
        assert adviser.get("/api/v1/follow-ups").json()["items"] == [], "a sheet is nobody's follow-up"
        assert followup.by("provider", unit=None, case=made.json()["id"]).get(sheet).status_code == 403
