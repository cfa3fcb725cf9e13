"""Axes of change that a diagnosis assesses, and that a plan chooses from."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le

from diagnostic.domain.content.fields import Points, encrypt_points
from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import Axis, Context, Encrypted, Text, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen

Rating = Annotated[int, Ge(1), Le(5)]
"""From 1, fragile, to 5, solid."""


@frozen
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
