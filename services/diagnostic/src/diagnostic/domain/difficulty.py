"""How deep is the structure's difficulty, where does it come from, and how could it recover?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.kernel import Encrypted


class Level(StrEnum):
    NONE = "none"
    WEAK_SIGNALS = "weak_signals"
    PROVEN = "proven"
    CRITICAL = "critical"
    INSOLVENT = "insolvent"

    @property
    def label(self) -> str:
        return LEVELS[self]


LEVELS = {
    Level.NONE: "aucune difficulté",
    Level.WEAK_SIGNALS: "signaux faibles",
    Level.PROVEN: "difficultés avérées",
    Level.CRITICAL: "situation critique",
    Level.INSOLVENT: "cessation des paiements",
}


class Nature(StrEnum):
    ONE_OFF = "one_off"
    STRUCTURAL = "structural"

    @property
    def label(self) -> str:
        return NATURES[self]


NATURES = {Nature.ONE_OFF: "conjoncturelle", Nature.STRUCTURAL: "structurelle"}


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What intake saw in minutes, qualified here with the structure (source text of 2025)."""

    level: Level
    nature: Nature | None = None
    causes: tuple[Encrypted, ...] = ()
    strategic_plan: Encrypted | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A way to recover after a crisis; rank 1 comes first. `retained` null: not decided yet."""

    rank: int
    title: Encrypted
    hypotheses: tuple[Encrypted, ...] = ()
    needs: tuple[Encrypted, ...] = ()
    retained: bool | None = None
