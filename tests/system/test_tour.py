"""The tour: it shows the whole scheme as advisers read it, and what is served equals what the log says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.checks.secret_words import TO_ALL, spelled, typed_in
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.processes.finished_program import run_to_end

from embedded.demo.script import TOUR, read_stories
from shared.web.requests import command_endpoints

CONTROL = "La Ressourcerie des Marais"
NEED = "Quatorze CDI : l’association veut se doter d’une vraie politique de ressources humaines."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tour")


@pytest.fixture(scope="module")
def toured(folder: Path) -> subprocess.CompletedProcess[str]:
    """Each answer that a story reads is compared with what OpenAPI says of it; the tour stops at one that differs."""
    command = [sys.executable, "-m", "tests.support.checks.checked_tour", "tour", "--out", "tour.md"]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    return run_to_end(command, folder, env=env)


@pytest.fixture(scope="module")
def summary(toured: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert toured.returncode == 0, toured.stderr + toured.stdout[-3000:]
    last: dict[str, Any] = json.loads(toured.stdout.strip().splitlines()[-1])
    return last


@pytest.fixture(scope="module")
def copy(folder: Path, summary: dict[str, Any]) -> str:
    return (folder / "tour.md").read_text()


def test_what_is_served_is_what_the_log_tells_for_all_that_was_opened(
    summary: dict[str, Any], toured: subprocess.CompletedProcess[str]
) -> None:
    assert summary["rebuilt_equals_served"] is True
    aggregates = (
        "attachment",
        "request",
        "orientation",
        "diagnosis",
        "parcours",
        "tender",
        "fund",
        "operation",
        "follow-up",
        "sheet",
    )
    rows = [line.split() for line in toured.stdout.splitlines() if line.endswith(" = ")]
    assert {row[1] for row in rows} >= set(aggregates)


def test_nothing_that_a_person_said_is_on_the_disk_in_clear(folder: Path, summary: dict[str, Any], copy: str) -> None:
    """Each name and each free text of the stories, in whatever PostgreSQL, JetStream and the logs have written."""
    sent = [each for name in SERVICES for each in bodies(name)]
    secrets = {said for command, body in sent for said in typed_in(command, body) if said.is_sought and "{" not in said}
    secrets -= {said for command, body in sent if command in TO_ALL for said in typed_in(command, body)}
    assert len(secrets) > 200
    assert secrets >= {"Azenor Kervella", "azenor.kervella@example.org", "Présidente", "02 40 00 00 00"}
    assert NEED in secrets, "which travels, encrypted, from follow-up to intake"
    wanted = {said: spelled(said) for said in [*secrets, CONTROL]}
    found: set[str] = set()
    files = [path for path in (folder / ".dla").rglob("*") if path.is_file()]
    for content in (path.read_bytes() for path in files):
        found |= {said for said, spellings in wanted.items() if any(each in content for each in spellings)}
    assert {path.relative_to(folder / ".dla").parts[0] for path in files} >= {"postgres", "nats", "logs"}
    assert found == {CONTROL}, "a structure's name stands in clear, and is found; nothing else is"


def bodies(name: str) -> Iterator[tuple[type, Any]]:
    """What the stories send to a service, with the commands that it takes it for."""
    operations = list(command_endpoints(service(name).routers))
    for step in (step for story in read_stories(TOUR) for step in story.steps):
        asked, _, path = (step.post or step.erases or "").partition(" ")
        for operation in operations if asked == name else ():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", operation.path), f"/api/v1{path}"):
                yield operation.command, step.body


def test_nearly_every_command_and_event_of_the_services_is_shown(summary: dict[str, Any]) -> None:
    """A new one may come before its story; the tour says at its end which."""
    assert summary["commands"] >= 0.95 * summary["commands_of"]
    assert summary["event_types"] >= 0.9 * summary["event_types_of"]


def test_refused_attempts_are_told_with_their_reason(summary: dict[str, Any], copy: str) -> None:
    assert copy.count("refusé\u00a0: ") == summary["refusals"] > 25
    assert "Admission demandée\u00a0– refusé\u00a0: Une orientation de crise est attendue" in copy


@pytest.mark.parametrize(
    ("title", "told_in_it"),
    [
        ("La Fabrique des Possibles", ["Avis consultatif du comité d’appui", "Avenant signé", "Demande retirée"]),
        ("La Ressourcerie des Marais", ["à déclarer au plus tard le", "Orientation à relancer", "Scénarios de rebond"]),
        ("Les Ateliers du Lavoir", ["Structure orientée vers d’autres acteurs", "La structure est déjà venue"]),
        ("La Cantine solidaire", ["Dérogation accordée"]),
        ("Le Réseau des tiers-lieux ligériens", ["Demande transférée", "Demande reçue d’une autre unité"]),
        ("La Filature du Marais", ["Diagnostic contesté", "la validation ne tient plus", "Diagnostic validé"]),
        ("Mutualiser la comptabilité", ["Structure retirée de l’opération collective", "Terre de Scène"]),
        ("La Laiterie du Val", ["injoignable", "Bilan en retard", "cessé son activité", "Dossier clos"]),
        ("Radio Bocage", ["Dérogation de durée accordée", "Parcours abandonné", "Somme rendue"]),
        ("Les Paniers du Coin", ["Mise à jour du parcours demandée", "Parcours rouvert", "Suivi repris"]),
        ("Acheter ensemble", ["Trop peu de structures restent", "Dossier rouvert", "Suivi repris"]),
    ],
)
def test_each_story_is_told(copy: str, title: str, told_in_it: list[str]) -> None:
    story = f"\n{copy}".partition(f"\n# {title}\n")[2].partition("\n# ")[0]
    assert [words for words in told_in_it if words not in story] == []


def test_nobody_reads_a_code_or_an_id(copy: str) -> None:
    assert re.findall(r"\{|\w*\\_\w*|\w{8}-\w{4}-7\w{3}-|\d{4}-\d\d-\d\d", copy) == []
