"""Endings of an accompaniment: how it ended and on which day, in every phase."""

from __future__ import annotations

from datetime import date

from shared.kernel.frozen import frozen
from shared.kernel.labels import LabelledEnum


class EndingKind(LabelledEnum):
    """How a case or its parcours ended. `given_up`: by the structure, before its parcours opened; `withdrawn`: by the
    structure, after that. `completed`: the parcours, after which the follow-up begins."""

    FOLLOWED_UP = "followed_up", "suivi mené à son terme"
    UNREACHABLE = "unreachable", "structure injoignable à la fin du suivi"
    CLOSED_DOWN = "closed_down", "structure ayant cessé son activité"
    COMPLETED = "completed", "parcours mené à son terme"
    ABANDONED = "abandoned", "parcours abandonné"
    WITHDRAWN = "withdrawn", "retrait de la structure en cours de parcours"
    GIVEN_UP = "given_up", "renoncement avant le parcours"


@frozen
class Ending:
    """`on`: the day on which it ended, which may be long before it was recorded: that of a liquidation, for example."""

    kind: EndingKind
    on: date
