"""Axes of change: what a diagnosis assesses, a plan works on, and a new need is about."""

from __future__ import annotations

from enum import StrEnum


class Axis(StrEnum):
    """Our own list, not an official one. The codes are published: plans and needs carry them between services."""

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
        return AXIS_LABELS[self]


AXIS_LABELS: dict[str, str] = {
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
"""In French, by code."""
