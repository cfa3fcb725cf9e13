"""The axes a diagnosis looks at, and a plan chooses from."""

from __future__ import annotations

from enum import StrEnum


class Axis(StrEnum):
    """Our own list, not an official one. The codes travel: other services know the axes by them."""

    STRATEGY = "strategy"
    GOVERNANCE = "governance"
    ACTIVITIES = "activities"
    ORGANISATION = "organisation"
    HUMAN_RESOURCES = "human_resources"
    BUSINESS_MODEL = "business_model"
    FINANCE = "finance"
    PARTNERSHIPS = "partnerships"
    DIGITAL = "digital"
    ECOLOGY = "ecology"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Axis.STRATEGY: "Projet et stratégie",
    Axis.GOVERNANCE: "Gouvernance et vie associative",
    Axis.ACTIVITIES: "Activités et utilité sociale",
    Axis.ORGANISATION: "Organisation interne",
    Axis.HUMAN_RESOURCES: "Ressources humaines et emploi",
    Axis.BUSINESS_MODEL: "Modèle économique",
    Axis.FINANCE: "Gestion et finances",
    Axis.PARTNERSHIPS: "Partenariats et territoire",
    Axis.DIGITAL: "Numérique",
    Axis.ECOLOGY: "Transition écologique",
}
