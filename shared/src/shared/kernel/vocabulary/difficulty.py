"""A structure's difficulties: how severe, of which nature and from which causes, in the same words in every phase."""

from __future__ import annotations

from shared.kernel.labels import LabelledEnum


class DifficultyLevel(LabelledEnum):
    """From the least to the most pressing."""

    NONE = "none", "aucune difficulté"
    WEAK_SIGNALS = "weak_signals", "signaux faibles"
    PROVEN = "proven", "difficultés avérées"
    CRITICAL = "critical", "situation critique"
    INSOLVENT = "insolvent", "cessation des paiements"

    @property
    def gravity(self) -> int:
        return list(DifficultyLevel).index(self)

    @property
    def is_a_crisis(self) -> bool:
        """The DLA is no emergency scheme: it receives such a structure quickly and re-orients it (S, 2025)."""
        return self in (DifficultyLevel.CRITICAL, DifficultyLevel.INSOLVENT)


class DifficultyNature(LabelledEnum):
    ONE_OFF = "one_off", "conjoncturelle"
    STRUCTURAL = "structural", "structurelle"


class DifficultyCause(LabelledEnum):
    """Our own list of causes, wide enough for statistics."""

    ACTIVITY = "activity", "activité"
    PUBLIC_FUNDING = "public_funding", "financements publics"
    CASH = "cash", "trésorerie"
    COSTS = "costs", "charges"
    BUSINESS_MODEL = "business_model", "modèle économique"
    GOVERNANCE = "governance", "gouvernance"
    HUMAN_RESOURCES = "human_resources", "ressources humaines"
    OUTSIDE_EVENT = "outside_event", "événement extérieur"
    OTHER = "other", "autre cause"
