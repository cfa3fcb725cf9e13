"""Capitalisation sheets over HTTP: found by all staff, published by a resource centre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.support.samples.existing_resources import caught_up
from tests.support.servers.served_service import Client, Serve, served

from embedded.processes.nats import Nats
from followup.domain.sheets.sheet import (
    Lesson,
)
from followup.main import service
from shared.kernel import Axis, paris_date, uuid7
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


ESCAPED = "Chez Gwenola Tanguy"
"""A name that the check does not know, and that the resource centre takes out."""
PARTS = ("", "/history", "/stored", "/changes", "?version=1")


def test_a_sheet_that_nobody_has_read_over_is_its_unit_s_and_the_resource_centres_alone(serve: Serve) -> None:
    """Nor is what it said before read by all, once it is published in other words."""
    followup = serve(service)
    adviser, elsewhere = followup.by("adviser"), followup.by("adviser", unit="dla-35")
    centre = followup.by("resource_centre", unit="crdla-finance")
    draft = {"lesson": asdict(LESSON) | {"context": ESCAPED}, "names": list(NAMES)}
    sheet = f"/api/v1/sheets/{adviser.post('/api/v1/sheets', draft).json()['id']}"
    nothing = f"/api/v1/sheets/{uuid7()}"

    def listed(reader: Client, **filters: Any) -> int:
        caught_up(followup, "followup")
        page = reader.get("/api/v1/sheets", count=True, **filters).json()
        assert page["total"] == len(page["items"])
        return len(page["items"])

    for part in PARTS:
        assert ESCAPED in adviser.get(f"{sheet}{part}").text
        assert ESCAPED in centre.get(f"{sheet}{part}").text
        assert elsewhere.get(f"{sheet}{part}").text == elsewhere.get(f"{nothing}{part}").text
    taken = elsewhere.post(f"{sheet}/submission", draft)
    assert (taken.status_code, taken.text) == (404, elsewhere.post(f"{nothing}/submission", draft).text)
    assert [listed(reader) for reader in (adviser, centre, elsewhere)] == [1, 1, 0]
    today = str(paris_date(followup.application.clock.now()))
    assert listed(elsewhere, on=today) == listed(elsewhere, status="submitted") == 0

    published = centre.post(f"{sheet}/publication", {"lesson": asdict(LESSON)})
    assert published.status_code == 200, published.text
    assert [listed(reader) for reader in (adviser, centre, elsewhere)] == [1, 1, 1]
    for part in PARTS:
        answer = elsewhere.get(f"{sheet}{part}")
        assert (answer.status_code, ESCAPED in answer.text) == ((403, False) if part else (200, False)), answer.text
        assert adviser.get(f"{sheet}{part}").status_code == 200
    assert ESCAPED in adviser.get(f"{sheet}/history").text
    assert elsewhere.get(sheet).json()["published"]["title"] == LESSON.title
