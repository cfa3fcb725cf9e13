"""Indicators of the structure's own, each with the definition of what it counts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from annotated_types import Ge, Le, Len

from diagnostic.domain.content.fields import NOTHING_TO_CORRECT
from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import STANDARD_INDICATORS, Context, Day, Encrypted, Line, Reason, Refusal, event, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import frozen

MAX_INDICATORS = 100
"""They travel in one message when the plan is agreed: without a limit it could exceed what NATS accepts."""
TOO_MANY_INDICATORS = Refusal("too-many-indicators", "Trop d’indicateurs")
WRONG_INDICATOR = Refusal("wrong-indicator-code", "Code d’indicateur irrecevable", status=422)


@frozen
class Indicator:
    """`definition` says what is counted: follow-up receives it in clear, so it is not encrypted."""

    value: float
    definition: str


@event("indicator-recorded", label="Indicateur relevé")
class IndicatorRecorded:
    code: str
    indicator: Indicator


@event("indicator-corrected", label="Indicateur corrigé", effective="effective_on")
class IndicatorCorrected:
    code: str
    indicator: Indicator
    effective_on: date
    reason: Encrypted


@command(
    title="Relever un indicateur",
    leads_to=(IndicatorRecorded, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, TOO_MANY_INDICATORS, WRONG_INDICATOR),
)
class RecordIndicator:
    """An indicator's value, and what exactly it counts: follow-up compares only by the same definition.

    `code`: small letters, digits and underscores; the same code again replaces the value. Follow-up receives code and
    definition in clear: they say what is counted, never name a person."""

    code: Annotated[str, Len(1, 40)]
    definition: Line
    value: Annotated[float, Ge(-1e12), Le(1e12)]


@command(
    title="Corriger un indicateur",
    leads_to=(IndicatorCorrected, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, NOTHING_TO_CORRECT, WRONG_INDICATOR, IMPLAUSIBLE_DATE),
)
class CorrectIndicator:
    """An indicator was wrong: its real value and definition, since which day they hold, and why it is corrected."""

    code: Annotated[str, Len(1, 40)]
    definition: Line
    value: Annotated[float, Ge(-1e12), Le(1e12)]
    effective_on: Day
    reason: Reason


Command = RecordIndicator | CorrectIndicator
Event = IndicatorRecorded | IndicatorCorrected


def decide(indicators: dict[str, Indicator], command: Command, context: Context) -> Event:
    match command:
        case RecordIndicator(code):
            if code not in indicators and len(indicators) >= MAX_INDICATORS:
                raise TOO_MANY_INDICATORS(f"Un diagnostic en compte {MAX_INDICATORS} au plus.")
            return IndicatorRecorded(code, _build_indicator(command))
        case CorrectIndicator(code, effective_on=effective_on, reason=reason):
            if code not in indicators:
                raise NOTHING_TO_CORRECT("Aucun indicateur relevé ne porte ce code.")
            require_past(effective_on, context.now, "La date d’effet")
            indicator = _build_indicator(command)
            return IndicatorCorrected(code, indicator, effective_on=effective_on, reason=context.text(reason))


def available_commands(indicators: dict[str, Indicator]) -> Iterator[type]:
    yield RecordIndicator
    if indicators:
        yield CorrectIndicator


def evolve(indicators: dict[str, Indicator], event: Event) -> dict[str, Indicator]:
    return indicators | {event.code: event.indicator}


def _build_indicator(command: Command) -> Indicator:
    """Raises Refused for a code that is not one: other services receive it in clear, so it must not hold a name."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", command.code):
        raise WRONG_INDICATOR(
            "Un code commence par une lettre et n’a que des minuscules sans accent, des chiffres et des tirets bas,"
            " par exemple «\u202fbudget_annuel\u202f»."
        )
    if command.code in STANDARD_INDICATORS:
        raise WRONG_INDICATOR(
            f"«\u202f{command.code}\u202f» est déjà compté dans l’état de l’emploi ou la situation économique."
        )
    return Indicator(command.value, command.definition)
