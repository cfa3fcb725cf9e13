"""Axes of change that a diagnosis assesses, and that a plan chooses from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Le

from diagnostic.domain.content.fields import Points, encrypt_points
from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import Context, Encrypted, Text, event
from shared.kernel.events import command


class Axis(StrEnum):
    """Our own list, not an official one. Other services know the axes by these codes."""

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


AXIS_LABELS = {
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
Rating = Annotated[int, Ge(1), Le(5)]
"""From 1, fragile, to 5, solid."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """How the structure stands on one axis; `rating` from 1, fragile, to 5, solid."""

    rating: int
    findings: Encrypted
    strengths: tuple[Encrypted, ...] = ()
    weaknesses: tuple[Encrypted, ...] = ()
    evidence: Encrypted | None = None


@event("axis-assessed", label="Axe examiné")
class AxisAssessed:
    axis: Axis
    assessment: Assessment


@command(title="Examiner un axe", leads_to=(AxisAssessed, *VOIDED), may_refuse=CONTENT_CLOSED)
class AssessAxis:
    """The adviser and the structure assess one axis; assessing it again replaces the previous assessment."""

    axis: Axis
    findings: Text
    rating: Rating
    strengths: Points = ()
    weaknesses: Points = ()
    evidence: Text | None = None


def decide(command: AssessAxis, context: Context) -> AxisAssessed:
    assessment = Assessment(
        command.rating,
        context.text(command.findings),
        strengths=encrypt_points(command.strengths, context),
        weaknesses=encrypt_points(command.weaknesses, context),
        evidence=context.optional_text(command.evidence),
    )
    return AxisAssessed(command.axis, assessment)


def evolve(axes: dict[Axis, Assessment], event: AxisAssessed) -> dict[Axis, Assessment]:
    return axes | {event.axis: event.assessment}
