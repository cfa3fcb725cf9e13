"""The dossiers that the clients play: commands in the order in which an adviser sends them, through two phases."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any

from shared.kernel import paris_date

Json = dict[str, Any]
NOTES = 4
"""Meetings and sessions of a dossier: each adds its marker to a list that keeps their order."""
CRITERIA = ("existing", "employer", "ess", "employment_need")
AXES = ("business_model", "governance", "human_resources")


@dataclass(frozen=True, slots=True)
class Command:
    """`case`: null where it opens one."""

    service: str
    path: str
    body: Json
    case: str | None = None
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """Waits until a service has opened its part of the case."""

    service: str
    path: str
    case: str


Story = Generator[Command | Opened, Json, None]
"""Gives the commands one after the other; each is sent back its answer. After the last one, the story is over."""


def play_dossier(name: str, siret: str, random: Random) -> Story:
    """`name`: unique, for the markers and the structure."""
    day = paris_date(datetime.now(UTC)).isoformat()
    answer = yield Command("intake", "/requests", body=_request(name, siret), marker=f"{name}-0")
    case = answer["id"]

    def command(service: str, path: str, body: Json, marker: str | None = None) -> Command:
        at = f"/{'requests' if service == 'intake' else 'diagnoses'}/{case}{path}"
        return Command(service, at, body=body, case=case, marker=marker)

    people = [{"name": "Maëlle Kerdoncuff"}]
    for number in range(1, NOTES + 1):
        marker = f"{name}-{number}"
        body = {"held_on": day, "participants": people, "notes": f"Repère {marker}."}
        yield command("intake", "/meetings", body, marker)
    for criterion in random.sample(CRITERIA, len(CRITERIA)):
        yield command("intake", "/criteria", {"criterion": criterion, "verdict": "met", "evidence": "Pièce lue."})
    yield command("intake", "/admission", {"reason": "Besoin clair, dirigeantes motivées."})
    yield Opened("diagnostic", f"/diagnoses/{case}", case=case)
    people = [{"name": "Maëlle Kerdoncuff", "quality": "leader"}]
    for number in range(NOTES + 1, 2 * NOTES + 1):
        marker = f"{name}-{number}"
        body = {"held_on": day, "participants": people, "notes": f"Repère {marker}."}
        yield command("diagnostic", "/sessions", body, marker)
    for axis in random.sample(AXES, 2):
        yield command("diagnostic", "/axes", {"axis": axis, "rating": 2, "findings": "Un seul financeur."})
    employment = {"cdi": 7, "cdd": 2, "aided": 3, "fte": 9.5}
    yield command("diagnostic", "/employment", employment)


def _request(name: str, siret: str) -> Json:
    contact = {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle.kerdoncuff@example.org"}
    structure = {
        "name": f"Les Jardins {name}",
        "legal_form": "association",
        "department": "44",
        "commune": "Nort-sur-Erdre",
        "siret": siret,
        "headcount": 12,
        "fte": 9.5,
    }
    return {"need": f"Repère {name}-0.", "contact": contact, "structure": structure}
