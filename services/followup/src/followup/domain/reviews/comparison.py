"""Comparison of a review's indicators with the baseline of the diagnosis."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from annotated_types import Ge, Le

from shared.kernel import Context, Encrypted, LabelledEnum, Line, Refusal
from shared.kernel.events import command
from shared.kernel.frozen import frozen

WRONG_INDICATOR = Refusal("wrong-indicator-code", "Code d’indicateur irrecevable", status=422)


class Comparability(LabelledEnum):
    """Whether a figure can be compared with that of the diagnosis."""

    COMPARABLE = "comparable", "comparable au diagnostic"
    OTHER_PERIMETER = "other_perimeter", "autre périmètre que celui du diagnostic"
    OTHER_DEFINITION = "other_definition", "autre définition que celle du diagnostic"
    NOT_IN_BASELINE = "not_in_baseline", "sans équivalent au diagnostic"


class PerimeterChange(LabelledEnum):
    """Why the structure is no longer the one that the diagnosis measured."""

    MERGER = "merger", "fusion avec une autre structure"
    DEMERGER = "demerger", "scission"
    TAKEOVER = "takeover", "reprise d’une activité ou d’un établissement"
    DISPOSAL = "disposal", "cession ou arrêt d’une activité ou d’un établissement"
    OTHER = "other", "autre changement de périmètre"


@command
class Measure:
    """An indicator's value now. `definition` may be left out when it is the diagnosis's, perimeter included; given, it
    is compared with it word for word."""

    value: Annotated[float, Ge(-1e12), Le(1e12)]
    definition: Line | None = None


@frozen
class ComparedIndicator:
    """A measure as recorded, and whether it can be compared."""

    value: float
    comparability: Comparability
    definition: Encrypted | None = None


def compare(
    measures: Mapping[str, Measure],
    baseline: Mapping[str, float],
    definitions: Mapping[str, str],
    context: Context,
    *,
    same_perimeter: bool = True,
) -> tuple[dict[str, ComparedIndicator], tuple[str, ...]]:
    """Each measure flagged against the baseline, and the baseline's indicators that were not measured.

    Of a structure that has merged or split nothing compares, whatever the definitions."""
    indicators = {
        _check_code(code): ComparedIndicator(
            measure.value,
            _comparability(measure.definition, code in baseline, definitions.get(code), same_perimeter),
            definition=context.optional_text(measure.definition),
        )
        for code, measure in measures.items()
    }
    return indicators, tuple(sorted(baseline.keys() - measures.keys()))


def _check_code(code: str) -> str:
    """A code is never encrypted, so it must not hold a name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
        raise WRONG_INDICATOR(
            "Un code commence par une lettre et n’a que des minuscules sans accent, des chiffres et des tirets bas"
            "\u00a0: reprenez ceux du diagnostic."
        )
    return code


def _comparability(
    definition: str | None, in_baseline: bool, baseline_definition: str | None, same_perimeter: bool
) -> Comparability:
    if not in_baseline:
        return Comparability.NOT_IN_BASELINE
    if not same_perimeter:
        return Comparability.OTHER_PERIMETER
    if definition is None or _words(definition) == _words(baseline_definition or ""):
        return Comparability.COMPARABLE
    return Comparability.OTHER_DEFINITION


def _words(definition: str) -> list[str]:
    return definition.casefold().split()
