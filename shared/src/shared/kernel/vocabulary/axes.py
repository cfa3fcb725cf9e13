"""Axes of change: what a diagnosis assesses, a plan works on, and a new need is about."""

from __future__ import annotations

from shared.kernel.labels import LabelledEnum


class Axis(LabelledEnum):
    """Our own list, not an official one. The codes are published: plans and needs carry them between services."""

    STRATEGY = "strategy", "Projet et stratégie"
    GOVERNANCE = "governance", "Gouvernance et vie associative"
    ACTIVITIES = "activities", "Activités et utilité sociale"
    ORGANISATION = "organisation", "Organisation interne"
    HUMAN_RESOURCES = "human_resources", "Ressources humaines et emploi"
    BUSINESS_MODEL = "business_model", "Modèle économique"
    FINANCE = "finance", "Gestion et finances"
    PARTNERSHIPS = "partnerships", "Partenariats et territoire"
    DIGITAL = "digital", "Numérique"
    ECOLOGY = "ecology", "Transition écologique"


AXIS_LABELS: dict[str, str] = {axis: axis.label for axis in Axis}
"""By code."""
