"""What was added, changed or removed between two versions of a parcours, in words that people read?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parcours.domain.state import ActionKind, Content, PlannedAction
from shared.kernel import CHANGE_LABELS, Encrypted, diff_facts

Show = Callable[[Encrypted], str]
"""Opens a sealed value for who may read it."""


class Section(StrEnum):
    PERIOD = "period"
    RANKING = "ranking"
    ACTIONS = "actions"
    DEFERRALS = "deferrals"


SECTION_LABELS = {
    Section.PERIOD: "Période",
    Section.RANKING: "Hiérarchie des axes",
    Section.ACTIONS: "Actions",
    Section.DEFERRALS: "Axes différés",
}
ACTION_KIND_LABELS = {
    ActionKind.OWN_ACTION: "action de la structure",
    ActionKind.LOCAL_SUPPORT: "appui du territoire",
    ActionKind.CONSULTING: "prestation de conseil",
    ActionKind.ADVISER_EXPERTISE: "expertise de la ou du chargé·e d’accompagnement",
}
AXIS_LABELS = {
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


def diff_contents(before: Content, after: Content, show: Show) -> list[Change]:
    """In the order of the sections. Texts are compared as they are read: one whose key is gone cannot be compared."""
    found = [
        _change(kind, then, now)
        for kind, then, now in diff_facts(content_facts(before, show), content_facts(after, show))
    ]
    order = list(Section)
    return sorted(found, key=lambda change: (order.index(change.section), change.label, change.kind))


def content_facts(content: Content, show: Show) -> Iterator[Fact]:
    """All that a content says, one fact at a time."""
    if content.period:
        days = f"du {_day(content.period.starts_on)} au {_day(content.period.ends_on)}"
        yield Fact(Section.PERIOD, None, label="Période du parcours", value=days)
    for rank, axis in enumerate(content.ranking, 1):
        yield Fact(Section.RANKING, rank, label=f"Rang {rank}", value=AXIS_LABELS.get(axis, axis))
    for number, action in content.actions.items():
        yield Fact(
            Section.ACTIONS, number, label=f"Action «\u202f{show(action.title)}\u202f»", value=_told(action, show)
        )
    for axis, reason in content.deferrals.items():
        yield Fact(Section.DEFERRALS, axis, label=AXIS_LABELS.get(axis, axis), value=show(reason))


def _told(action: PlannedAction, show: Show) -> str:
    parts = [
        ACTION_KIND_LABELS[action.kind],
        AXIS_LABELS.get(action.axis, action.axis),
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
        section_label=SECTION_LABELS[fact.section],
        label=fact.label,
        before=before.value if before else None,
        after=after.value if after else None,
    )


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
