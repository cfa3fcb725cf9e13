"""Advisers share practice without naming a structure: what a resource centre has read over is there for all to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.support.served_service import served

from embedded.processes.nats import Nats
from followup.domain.sheets.anonymity import find_identifiers
from followup.domain.sheets.sheet import (
    Lesson,
    PublishSheet,
    ReturnSheet,
    SheetPublished,
    SheetReturned,
    SheetSubmitted,
    Status,
    SubmitSheet,
    decider,
)
from followup.domain.themes import Theme
from followup.main import service
from shared.projections import Projector
from shared.testing.scenarios import MemoryLog, Scenarios, text

given = Scenarios(decider)
LESSON = Lesson(
    "Mutualiser une fonction d’employeur",
    Theme.HUMAN_RESOURCES,
    context="Trois associations rurales, neuf salariés en tout.",
    what_worked="Un groupement d’employeurs préparé dès le diagnostic.",
    limits="Il faut un an avant que chacun s’y retrouve.",
)
NAMES = ("Les Jardins de l’Érdre", "Maëlle Kerdoncuff")
WORDS = (LESSON.title, LESSON.context, LESSON.what_worked, LESSON.limits)
SUBMITTED = SheetSubmitted(LESSON.theme, *map(text, WORDS))
PUBLISHED = SheetPublished(LESSON.theme, *WORDS)


def test_a_sheet_is_submitted_read_over_and_published() -> None:
    given().when(SubmitSheet(LESSON, NAMES)).then(SUBMITTED)
    given(SUBMITTED).when(PublishSheet(LESSON, NAMES)).then(PUBLISHED)
    assert given(SUBMITTED, PUBLISHED).state.status is Status.PUBLISHED


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("Aux jardins de l'erdre, l’équipe a grandi.", "nom"),
        ("MAELLE KERDONCUFF a tout porté.", "nom"),
        ("Écrire à contact@jardins.example.org", "e-mail"),
        ("Appeler le 02 40 12 34 56", "téléphone"),
        ("Appeler le +33 6 12 34 56 78", "téléphone"),
        ("SIREN 732 829 320", "SIREN"),
        ("SIRET 73282932000074", "SIRET"),
        ("Inscrite sous W442001234", "RNA"),
    ],
)
def test_a_text_that_names_the_structure_is_refused_and_not_repeated(told: str, found: str) -> None:
    for lesson in (replace(LESSON, limits=told), replace(LESSON, title=told)):
        for command, history in ((SubmitSheet(lesson, NAMES), ()), (PublishSheet(lesson, NAMES), (SUBMITTED,))):
            refused = given(*history).when(command).refused("sheet-names-somebody")
            assert found in refused.extra["found"]
            assert told not in refused.detail


@pytest.mark.parametrize(
    "told", ["En 2026, 12 ETP et 150 000 €.", "De 3 à 11 salariés en 18 mois.", "Un jardin partagé."]
)
def test_what_tells_of_the_work_alone_is_not_refused(told: str) -> None:
    assert find_identifiers([told], NAMES) == ()


@for_all(st.text(), st.text(), st.sampled_from([*NAMES, "732829320", "a@b.fr"]))
def test_whatever_stands_around_it_a_name_is_found(before: str, after: str, name: str) -> None:
    assert find_identifiers([f"{before} | {name} | {after}"], NAMES)


def test_the_resource_centre_may_return_a_sheet_with_advice_and_read_the_next_draft() -> None:
    returned = SheetReturned(text("Dites ce qui n’a pas marché."))
    given(SUBMITTED).when(ReturnSheet("Dites ce qui n’a pas marché.")).then(returned)
    given(SUBMITTED, returned).when(PublishSheet(LESSON)).refused("sheet-not-submitted")
    given(SUBMITTED, returned).when(SubmitSheet(LESSON, NAMES)).then(SUBMITTED)


@pytest.mark.parametrize("command", [SubmitSheet(LESSON, NAMES), ReturnSheet("Encore."), PublishSheet(LESSON)])
def test_a_published_sheet_does_not_change(command: object) -> None:
    given(SUBMITTED, PUBLISHED).when(command).refused("sheet-already-published")


LESSONS = st.just(LESSON) | st.builds(Lesson)
COMMANDS = st.one_of(
    st.builds(SubmitSheet, lesson=LESSONS, names=st.just(NAMES)),
    st.builds(ReturnSheet),
    st.builds(PublishSheet, lesson=LESSONS, names=st.just(NAMES)),
)


@for_all(st.lists(COMMANDS, max_size=8))
def test_whatever_is_asked_only_what_was_submitted_is_published_and_it_names_nobody(asked: list[object]) -> None:
    log = MemoryLog(decider)
    for command in asked:
        log.do(command)
    assert log.from_snapshot() == log.state
    if published := log.state.published:
        assert log.state.submitted
        texts = (published.title, published.context, published.what_worked, published.limits)
        assert find_identifiers(texts, NAMES) == ()


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
