"""Figures of a unit’s diagnoses: jobs concerned, themes, delays, each with its formula and its events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.checks.projection_waits import days_pass, up_to_date
from tests.support.servers.served_service import Serve, Served

from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import OpenDiagnosis
from diagnostic.main import service
from shared.kernel import Actor, Role, paris_date, uuid7

PATH = "/api/v1/diagnoses"
STRUCTURE = UUID(int=8)


@pytest.fixture
def diagnostic(serve: Serve) -> Served:
    return serve(service)


def opened(diagnostic: Served, headcount: int | None = None, structure: UUID = STRUCTURE, unit: str = "dla-44") -> str:
    app, case = diagnostic.application, uuid7()
    command = OpenDiagnosis(
        structure, unit, adviser="léa", admitted_at=app.clock.now() - timedelta(days=4), headcount=headcount
    )
    app.handle(decider, case, command, app.context(case, Actor("service:diagnostic", Role.SERVICE)))
    return f"{PATH}/{case}"


def posted(diagnostic: Served, path: str, by: str = "adviser", **body: Any) -> None:
    case = path.split("/")[4] if by == "leader" else None
    answer = diagnostic.by(by, unit=None if case else "dla-44", case=case).post(path, body)
    assert answer.status_code == 200, answer.text


def figures(diagnostic: Served, **query: Any) -> dict[str, Any]:
    up_to_date(diagnostic, service)
    answer = diagnostic.by("adviser").get(f"{PATH}/figures", **query)
    assert answer.status_code == 200, answer.text
    return {each["code"] + (f"/{each['key']}" if each["key"] else ""): each for each in answer.json()["figures"]}


def agreed(diagnostic: Served, path: str, axes: list[str]) -> None:
    today = str(paris_date(diagnostic.application.clock.now()))
    participants = [{"name": "Maëlle Kerdoncuff", "quality": "leader"}]
    posted(diagnostic, f"{path}/sessions", held_on=today, participants=participants)
    for axis in axes:
        posted(diagnostic, f"{path}/axes", axis=axis, findings="À revoir.", rating=2)
    posted(diagnostic, f"{path}/problem", problem="Que devenir ?", recommendations=["Écrire le projet"])
    posted(diagnostic, f"{path}/employment", cdi=9, cdd=3, aided=0, fte=9.5)
    posted(diagnostic, f"{path}/submission")
    read = diagnostic.by("adviser").get(path).json()
    seen = {"version": read["content_version"], "content_hash": read["submission"]["content_hash"]}
    posted(diagnostic, f"{path}/validation", "leader", **seen)
    posted(diagnostic, f"{path}/plan", axes=axes, objectives="Un projet écrit.")


def test_jobs_concerned_are_those_found_at_the_diagnosis_or_else_known_at_the_admission(diagnostic: Served) -> None:
    counted, _, unknown = opened(diagnostic, 12), opened(diagnostic, 3), opened(diagnostic)
    opened(diagnostic, 100, unit="dla-35")
    posted(diagnostic, f"{counted}/employment", cdi=9, cdd=1, aided=0, fte=9.5)
    found = figures(diagnostic)
    jobs = found["jobs_concerned"]
    assert (jobs["value"], jobs["among"]) == (13, 2)
    assert unknown.rpartition("/")[2] not in jobs["cases"]
    assert "pas un nombre d’emplois sauvés" in jobs["formula"]
    assert [found[f"by_size/{band}"]["value"] for band in ("10–19", "3–5", "unknown")] == [1, 1, 1]
    behind = diagnostic.by("adviser").get(jobs["events"]).json()["items"]
    assert sorted(each["event"] for each in behind) == ["diagnosis-opened", "diagnosis-opened", "employment-recorded"]


def test_a_structure_diagnosed_twice_is_one_and_its_plans_tell_themes_and_delays(diagnostic: Served) -> None:
    path = opened(diagnostic, 12)
    opened(diagnostic, 12)
    days_pass(diagnostic, 6)
    agreed(diagnostic, path, ["strategy", "finance"])
    posted(diagnostic, f"{opened(diagnostic, 5, uuid7())}/difficulty", level="critical", deep_causes=["Un seul client"])
    found = figures(diagnostic)
    assert (found["diagnoses"]["value"], found["structures"]["value"]) == (3, 2)
    assert (found["validated"]["value"], found["plans"]["value"]) == (1, 1)
    assert (found["by_theme/strategy"]["value"], found["by_theme/finance"]["value"]) == (1, 1)
    assert "by_theme/digital" not in found
    assert found["by_difficulty/critical"]["value"] == 1
    assert found["days_to_validation"]["value"] == pytest.approx(6, abs=0.1)
    assert found["days_to_plan"]["value"] == pytest.approx(10, abs=0.1)
    for each in found.values():
        assert diagnostic.by("adviser").get(each["events"]).status_code == 200


def test_diagnostic_figures_are_told_as_they_were(diagnostic: Served) -> None:
    path = opened(diagnostic, 12)
    posted(diagnostic, f"{path}/employment", cdi=9, cdd=1, aided=0, fte=9.5)
    first, _ = (each["recorded_at"] for each in diagnostic.by("adviser").get(f"{path}/history").json())
    assert figures(diagnostic, as_of=first)["jobs_concerned"]["value"] == 12
    assert figures(diagnostic)["jobs_concerned"]["value"] == 10
