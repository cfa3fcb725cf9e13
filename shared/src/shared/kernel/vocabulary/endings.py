"""Endings of an accompaniment: how it ended and on which day, in every phase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.kernel.labels import LabelledEnum


class EndingKind(LabelledEnum):
    """How a case ended. `given_up`: by the structure, before its parcours opened."""

    FOLLOWED_UP = "followed_up", "suivi mené à son terme"
    UNREACHABLE = "unreachable", "structure injoignable à la fin du suivi"
    CLOSED_DOWN = "closed_down", "structure ayant cessé son activité"
    ABANDONED = "abandoned", "parcours abandonné"
    GIVEN_UP = "given_up", "renoncement avant le parcours"


@dataclass(frozen=True, slots=True)
class Ending:
    """`on`: the day on which it ended, which may be long before it was recorded: that of a liquidation, for example."""

    kind: EndingKind
    on: date
