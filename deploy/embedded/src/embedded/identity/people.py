"""The people who can sign in to the development stack: those of its stories, an auditor, a DPO and an operator."""

from __future__ import annotations

from embedded.demo.script import DEMO, TOUR, read_stories
from embedded.identity.provider_page import Person

LISTED_ROLES = ("adviser", "manager", "regional")
"""The other roles sign in by a token for their one case."""


def development_people() -> list[Person]:
    """The auditor, DPO and operator first, then the people of the stories by unit and name."""
    stories = [*read_stories(DEMO), *read_stories(TOUR)]
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
