"""Who may sign in to the development stack? The people of its stories, and those who watch over all of them."""

from __future__ import annotations

from embedded.demo.script import DEMO, TOUR, scripts
from embedded.who import Person

LISTED = ("adviser", "manager", "regional")
"""The others come by the dossier that is theirs."""


def people() -> list[Person]:
    """Those who watch first, then those of the stories by unit and name."""
    stories = [*scripts(DEMO), *scripts(TOUR)]
    told = [(key, person, story.unit_of(person)) for story in stories for key, person in story.people.items()]
    units = tuple(sorted({unit for _, _, unit in told}))
    watching = [
        Person("dev-auditor", "Ariane Audren", role="auditor", units=units),
        Person("dev-dpo", "Denis Pouliquen", role="dpo", units=units),
        Person("dev-ops", "Olivia Prat", role="ops"),
    ]
    working = {
        (person.name, unit): Person(
            f"demo-{key}", person.name, role=person.role, unit=unit, units=units if person.role == "regional" else ()
        )
        for key, person, unit in told
        if person.role in LISTED
    }
    return [*watching, *sorted(working.values(), key=lambda person: (person.unit or "", person.name))]
