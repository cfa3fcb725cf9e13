"""When is the structure seen again after its parcours, and what of it can be compared with the diagnosis?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated

from annotated_types import Ge, Le

from shared.kernel import Context, Encrypted, Line, Refusal, add_months
from shared.kernel.events import command

REVIEWS = {"M0": 0, "M6": 6, "M18": 18}
"""Months after the parcours' end. Found in public material, sometimes local: a setting, never an official rule."""
AHEAD = timedelta(days=30)
"""How long before it falls due a review may already be held."""
OVERDUE_AFTER = timedelta(days=60)
"""How long after its day a review that was not held is overdue. Our design, never an official rule."""

Rating = Annotated[int, Ge(1), Le(5)]
"""From 1, not at all, to 5, entirely."""
WRONG_INDICATOR = Refusal("wrong-indicator-code", "Code d’indicateur irrecevable", status=422)


class ReviewStatus(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    UNREACHABLE = "unreachable"
    CLOSED_DOWN = "closed_down"


class Comparability(StrEnum):
    """May this figure be set beside the diagnosis's?"""

    COMPARABLE = "comparable"
    OTHER_DEFINITION = "other_definition"
    NOT_IN_BASELINE = "not_in_baseline"


@command
class Measure:
    """An indicator's value now. `definition` may be left out when it is the diagnosis's, perimeter included; given, it
    is compared with it word for word."""

    value: Annotated[float, Ge(-1e12), Le(1e12)]
    definition: Line | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A measure as recorded, and whether it may be compared."""

    value: float
    comparability: Comparability
    definition: Encrypted | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a review that was held has found. `not_measured`: the baseline's indicators that it left out.

    `appropriation` tells how far the structure has made the changes its own; `satisfaction` null: no answer, or no
    question."""

    held_on: date
    indicators: dict[str, Indicator]
    not_measured: tuple[str, ...]
    appropriation: int
    appropriation_notes: Encrypted | None
    satisfaction: int | None
    summary: Encrypted
    satisfaction_asked: bool = True


@dataclass(frozen=True, slots=True)
class Review:
    """`fell_due`: its day has come while it was still to be held; `overdue`: long ago."""

    due_on: date
    status: ReviewStatus = ReviewStatus.PLANNED
    report: Report | None = None
    attempts: int | None = None
    notes: Encrypted | None = None
    fell_due: bool = False
    overdue: bool = False

    @property
    def opens_on(self) -> date:
        return self.due_on - AHEAD


def schedule(completed_on: date, months_by_code: Mapping[str, int], completions: int) -> dict[str, date]:
    """When each review falls due, by code. `completions`: how many times the parcours has ended, this one included."""
    suffix = f"-{completions}" if completions > 1 else ""
    return {code + suffix: add_months(completed_on, months) for code, months in months_by_code.items()}


def compared(
    measures: Mapping[str, Measure], baseline: Mapping[str, float], definitions: Mapping[str, str], context: Context
) -> tuple[dict[str, Indicator], tuple[str, ...]]:
    """Each measure flagged against the baseline, and the baseline's indicators that were not measured."""
    indicators = {
        _code(code): Indicator(
            measure.value,
            _comparability(measure.definition, code in baseline, definitions.get(code)),
            definition=context.optional_text(measure.definition),
        )
        for code, measure in measures.items()
    }
    return indicators, tuple(sorted(baseline.keys() - measures.keys()))


def _code(code: str) -> str:
    """A code is never sealed: it has no room for a name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
        raise WRONG_INDICATOR(
            "Un code commence par une lettre et n’a que des minuscules sans accent, des chiffres et des tirets bas"
            "\u00a0: reprenez ceux du diagnostic."
        )
    return code


def _comparability(definition: str | None, in_baseline: bool, baseline_definition: str | None) -> Comparability:
    if not in_baseline:
        return Comparability.NOT_IN_BASELINE
    if definition is None or _words(definition) == _words(baseline_definition or ""):
        return Comparability.COMPARABLE
    return Comparability.OTHER_DEFINITION


def _words(definition: str) -> list[str]:
    return definition.casefold().split()
