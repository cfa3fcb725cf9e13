"""What was added, changed or removed between two versions of a parcours, in words that people read?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parcours.domain.state import Content, Kind, PlannedAction
from shared.kernel import CHANGE_LABELS, Encrypted, diff_facts

Show = Callable[[Encrypted], str]
"""Opens a sealed value for who may read it."""


class Section(StrEnum):
    PERIOD = "period"
    RANKING = "ranking"
    ACTIONS = "actions"
    DEFERRALS = "deferrals"


SECTIONS = {
    Section.PERIOD: "Période",
    Section.RANKING: "Hiérarchie des axes",
    Section.ACTIONS: "Actions",
    Section.DEFERRALS: "Axes différés",
}
KINDS = {
    Kind.OWN_ACTION: "action de la structure",
    Kind.LOCAL_SUPPORT: "appui du territoire",
    Kind.CONSULTING: "prestation de conseil",
    Kind.ADVISER_EXPERTISE: "expertise de la ou du chargé·e d’accompagnement",
}
AXES = {
    "strategy": "Projet et stratégie",
    "governance": "Gouvernance et vie associative",
    "activities": "Activités et utilité sociale",
    "organisation": "Organisation interne",
    "human_resources": "Ressources humaines et emploi",
    "business_model": "Modèle économique",
    "finance": "Gestion et finances",
    "partnerships": "Partenariats et territoire",
    "digital": "Numérique",
    "ecology": "Transition écologique",
}
"""By the code that diagnostic tells; a code that is not here stands for itself."""


@dataclass(frozen=True, slots=True)
class Change:
    """`kind`: added, changed, removed. `label` names what changed, in French; `before` is null for what was added,
    `after` for what was removed."""

    kind: str
    kind_label: str
    section: Section
    section_label: str
    label: str
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a content says. `key` tells it from the others of its section, whatever it is called."""

    section: Section
    key: Hashable
    label: str
    value: str

    @property
    def identity(self) -> tuple[Section, Hashable]:
        return self.section, self.key


def changes(before: Content, after: Content, show: Show) -> list[Change]:
    """In the order of the sections. Texts are compared as they are read: one whose key is gone cannot be compared."""
    found = [_change(kind, then, now) for kind, then, now in diff_facts(facts(before, show), facts(after, show))]
    order = list(Section)
    return sorted(found, key=lambda change: (order.index(change.section), change.label, change.kind))


def facts(content: Content, show: Show) -> Iterator[Fact]:
    """All that a content says, one fact at a time."""
    if content.period:
        days = f"du {_day(content.period.starts_on)} au {_day(content.period.ends_on)}"
        yield Fact(Section.PERIOD, None, label="Période du parcours", value=days)
    for rank, axis in enumerate(content.ranking, 1):
        yield Fact(Section.RANKING, rank, label=f"Rang {rank}", value=AXES.get(axis, axis))
    for number, action in content.actions.items():
        yield Fact(
            Section.ACTIONS, number, label=f"Action «\u202f{show(action.title)}\u202f»", value=_told(action, show)
        )
    for axis, reason in content.deferrals.items():
        yield Fact(Section.DEFERRALS, axis, label=AXES.get(axis, axis), value=show(reason))


def _told(action: PlannedAction, show: Show) -> str:
    parts = [
        KINDS[action.kind],
        AXES.get(action.axis, action.axis),
        f"par {show(action.who)}",
        f"du {_day(action.starts_on)} au {_day(action.ends_on)}",
    ]
    if action.planned_days:
        parts.append(f"{action.planned_days}\u00a0j")
    if action.collective_operation:
        parts.append("dans une opération collective")
    return ", ".join(parts)


def _change(kind: str, before: Fact | None, after: Fact | None) -> Change:
    fact = after or before
    assert fact is not None
    return Change(
        kind,
        CHANGE_LABELS[kind],
        section=fact.section,
        section_label=SECTIONS[fact.section],
        label=fact.label,
        before=before.value if before else None,
        after=after.value if after else None,
    )


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
