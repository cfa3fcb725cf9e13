"""The reviews of a follow-up beside the starting point: what each indicator was, is, and by how much it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.presentation.labels import field_label, format_value
from shared.kernel import capitalize_first, format_indicator
from shared.kernel.vocabulary.indicators import STANDARD_INDICATORS, indicator_definition

COMPARABLE = "comparable"
MINUS, NO_BREAK = "−", "\u00a0"


@dataclass(frozen=True, slots=True)
class Measured:
    """`change`: since the starting point, where the two can be compared; `remark`: why they cannot."""

    value: str
    change: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """`definition`: what it counts, where the label does not say it. `start`: null for what the diagnosis did not
    measure. `measured`: by review held; null: not measured there."""

    label: str
    definition: str
    start: str | None
    measured: tuple[Measured | None, ...]


@dataclass(frozen=True, slots=True)
class ReviewComparison:
    """`reviews`: code and day of each review held, the first one first."""

    reviews: tuple[tuple[str, str], ...]
    rows: tuple[IndicatorRow, ...]


def compare_reviews(follow_up: Mapping[str, Any]) -> ReviewComparison | None:
    """From the state of the follow-up; what was measured again comes first. Null while there is nothing to show."""
    reports = sorted(
        (
            (code, each["report"])
            for code, each in (follow_up.get("reviews") or {}).items()
            if each.get("report") is not None
        ),
        key=lambda each: str(each[1]["held_on"]),
    )
    baseline: Mapping[str, float] = follow_up.get("baseline") or {}
    definitions = follow_up.get("definitions") or {}
    found = [code for _, report in reports for code in report["indicators"]]
    codes = list(dict.fromkeys([*found, *baseline]))
    if not codes:
        return None
    rows = tuple(
        IndicatorRow(
            capitalize_first(field_label(code)),
            "" if code in STANDARD_INDICATORS else indicator_definition(code, definitions),
            start=format_indicator(code, baseline[code]) if code in baseline else None,
            measured=tuple(
                _measured(code, baseline.get(code), report["indicators"].get(code)) for _, report in reports
            ),
        )
        for code in codes
    )
    return ReviewComparison(tuple((code, str(report["held_on"])) for code, report in reports), rows=tuple(rows))


def _measured(code: str, start: float | None, measure: Mapping[str, Any] | None) -> Measured | None:
    if measure is None:
        return None
    value = format_indicator(code, measure["value"])
    if start is None or measure["comparability"] != COMPARABLE:
        return Measured(value, remark=format_value(measure["comparability"]))
    return Measured(value, change=format_change(code, measure["value"] - start))


def format_change(code: str, difference: float) -> str:
    """With its sign; a rise is no better than a fall, so that no colour says so."""
    if not difference:
        return "inchangé"
    sign = "+" if difference > 0 else MINUS
    return f"{sign}{NO_BREAK}{format_indicator(code, abs(difference))}"
