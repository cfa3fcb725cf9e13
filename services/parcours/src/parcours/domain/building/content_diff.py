"""Facts that a content states, in French: differences between two versions are computed from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from parcours.domain.state import ParcoursContent, PlannedAction
from shared.kernel import AXIS_LABELS, ContentFact, Encrypted, LabelledEnum

DisplayText = Callable[[Encrypted], str]
"""Decrypts a text for a person who may read it."""


class ParcoursSection(LabelledEnum):
    PERIOD = "period", "Période"
    RANKING = "ranking", "Hiérarchie des axes"
    ACTIONS = "actions", "Actions"
    DEFERRALS = "deferrals", "Axes différés"


Fact = ContentFact[ParcoursSection]


def content_facts(content: ParcoursContent, show: DisplayText) -> Iterator[Fact]:
    """Everything that the content says, one fact at a time."""
    if content.period:
        days = f"du {_day(content.period.starts_on)} au {_day(content.period.ends_on)}"
        yield ContentFact(ParcoursSection.PERIOD, "Période du parcours", value=days)
    for rank, axis in enumerate(content.ranking, 1):
        yield ContentFact(ParcoursSection.RANKING, f"Rang {rank}", value=AXIS_LABELS.get(axis, axis), key=rank)
    for number, action in content.actions.items():
        yield ContentFact(
            ParcoursSection.ACTIONS,
            f"Action «\u202f{show(action.title)}\u202f»",
            value=_action_in_words(action, show),
            key=number,
        )
    for axis, reason in content.deferrals.items():
        yield ContentFact(ParcoursSection.DEFERRALS, AXIS_LABELS.get(axis, axis), value=show(reason), key=axis)


def _action_in_words(action: PlannedAction, show: DisplayText) -> str:
    parts = [
        action.kind.label,
        AXIS_LABELS.get(action.axis, action.axis),
        f"par {show(action.who)}",
        f"du {_day(action.starts_on)} au {_day(action.ends_on)}",
    ]
    if action.planned_days:
        parts.append(f"{action.planned_days}\u00a0j")
    if action.collective_operation:
        parts.append("dans une opération collective")
    return ", ".join(parts)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
