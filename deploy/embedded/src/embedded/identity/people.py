"""The people who can sign in to the development stack: those of its stories, an auditor, a DPO and an operator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from embedded.demo.script import DEMO, TOUR, read_stories
from embedded.identity.provider_page import ROLE_NAMES, Person

LISTED_ROLES = ("adviser", "manager", "regional")
"""The other roles sign in by a token for their one case."""

WHERE_TO_BEGIN = {
    "adviser": "“Nouvelle demande”, or “Aujourd’hui” and a case, whose page “Travail” shows what may be done next",
    "manager": "“Aujourd’hui”, “Toute l’unité”, a case, and at the bottom the fund",
    "regional": "“Dossiers”, with the cases of the region’s units",
    "auditor": "“Dossiers”, a case, why you read it, its timeline and proofs",
    "dpo": "“Consultations”, who has read what",
    "ops": "“Registre”, the ledger’s health",
}
"""By role: the first screens."""


def development_people(*folders: Path) -> list[Person]:
    """The auditor, DPO and operator first, then the people of the stories by unit and name. `folders`: of the stories;
    all of them unless given."""
    stories = [story for folder in folders or (DEMO, TOUR) for story in read_stories(folder)]
    named = [(key, person, story.unit_of(person)) for story in stories for key, person in story.people.items()]
    units = tuple(sorted({unit for _, _, unit in named}))
    watching = [
        Person("dev-auditor", "Ariane Audren", role="auditor", units=units),
        Person("dev-dpo", "Denis Pouliquen", role="dpo", units=units),
        Person("dev-ops", "Olivia Prat", role="ops"),
    ]
    working = {
        (person.name, unit): Person(
            f"demo-{key}", person.name, role=person.role, unit=unit, units=units if person.role == "regional" else ()
        )
        for key, person, unit in named
        if person.role in LISTED_ROLES
    }
    return [*watching, *sorted(working.values(), key=lambda person: (person.unit or "", person.name))]


def print_people(console: Console, address: str, people: Sequence[Person]) -> None:
    """Whom one may be at the console, and where to begin."""
    console.print(f"\nOpen [bold]{address}[/bold], sign in, and choose who to be:")
    table = Table("who", "as", "unit", "where to begin")
    for person in people:
        table.add_row(person.name, ROLE_NAMES[person.role], person.unit or "", WHERE_TO_BEGIN[person.role])
    console.print(table)
