"""What was recorded wrongly: the error stays in the log, and a new event says how it was, since when, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnostic.domain import recording
from diagnostic.domain.commands import (
    CancelSession,
    CorrectBaseline,
    CorrectEconomics,
    CorrectEmployment,
    CorrectIndicator,
    Correction,
    CorrectSession,
)
from diagnostic.domain.content import Content, Session
from diagnostic.domain.events import (
    BaselineCorrected,
    Corrected,
    EconomicsCorrected,
    EmploymentCorrected,
    IndicatorCorrected,
    SessionCancelled,
    SessionCorrected,
)
from shared.kernel import Context, Refusal, require_past
from shared.kernel.french import format_count
from shared.kernel.frozen import replace

NOTHING_TO_CORRECT = Refusal("nothing-to-correct", "Rien à corriger")
NOT_IN_CENTS = Refusal("not-in-cents", "Montant irrecevable", status=422)
UNKNOWN_SESSION = Refusal("unknown-session", "Séance inconnue")
CANCELLED_SESSION = Refusal("session-cancelled", "Séance annulée")


def available_commands(content: Content) -> Iterator[type]:
    if content.employment:
        yield CorrectEmployment
    if content.economics:
        yield CorrectEconomics
    if content.indicators:
        yield CorrectIndicator
    if any(session.cancelled is None for session in content.sessions):
        yield from (CorrectSession, CancelSession)


def corrected(command: Correction, content: Content, context: Context) -> Corrected:
    reason = context.text(command.reason)
    match command:
        case CorrectEmployment(effective_on=since):
            _recorded(content.employment, "L’état de l’emploi n’a pas encore été relevé.")
            require_past(since, context.now, "La date d’effet")
            return EmploymentCorrected(recording.employment(command, since, context), since, reason=reason)
        case CorrectEconomics(effective_on=since):
            _recorded(content.economics, "La situation économique n’a pas encore été relevée.")
            require_past(since, context.now, "La date d’effet")
            return EconomicsCorrected(recording.economics(command, context), since, reason=reason)
        case CorrectIndicator(effective_on=since):
            _recorded(content.indicators.get(command.code), "Aucun indicateur relevé ne porte ce code.")
            require_past(since, context.now, "La date d’effet")
            return IndicatorCorrected(*recording.indicator(command), since, reason)
        case CorrectSession(number):
            _held(content, number)
            return SessionCorrected(number, recording.session(command, context), reason=reason)
        case CancelSession(number):
            _held(content, number)
            return SessionCancelled(number, reason)


def corrected_baseline(
    command: CorrectBaseline, content: Content, before: tuple[BaselineCorrected, ...], context: Context
) -> list[BaselineCorrected]:
    """Nothing when the figure is so already. Other figures are left to judge: a plan is never agreed anew by this."""
    known = content.baseline | {each.code: each.value for each in before}
    if command.code not in known:
        raise NOTHING_TO_CORRECT("Aucune donnée de départ ne porte ce code.")
    require_past(command.effective_on, context.now, "La date d’effet")
    if command.code.endswith("_cents") and command.value != int(command.value):
        raise NOT_IN_CENTS("Un montant se donne en centimes d’euro entiers.")
    if content.employment and command.code in content.employment.figures:
        figures = {code: known[code] for code in content.employment.figures} | {command.code: command.value}
        content.employment.with_figures(figures).checked()
    if command.value == known[command.code]:
        return []
    reason = context.text(command.reason)
    return [
        BaselineCorrected(
            command.code, known[command.code], value=command.value, effective_on=command.effective_on, reason=reason
        )
    ]


def with_correction(content: Content, event: Corrected) -> Content:
    match event:
        case EmploymentCorrected(employment):
            return replace(content, employment=employment)
        case EconomicsCorrected(economics):
            return replace(content, economics=economics)
        case IndicatorCorrected(code, indicator):
            return replace(content, indicators=content.indicators | {code: indicator})
        case SessionCorrected(number, session):
            return _with_session(content, number, session)
        case SessionCancelled(number, reason):
            return _with_session(content, number, replace(content.sessions[number - 1], cancelled=reason))


def _recorded(found: Any, otherwise: str) -> None:
    if found is None:
        raise NOTHING_TO_CORRECT(otherwise)


def _held(content: Content, number: int) -> None:
    """Sessions are numbered in the order they were recorded, and keep their numbers."""
    if number > len(content.sessions):
        raise UNKNOWN_SESSION(f"Ce diagnostic compte {format_count(len(content.sessions), 'séance')}.")
    if content.sessions[number - 1].cancelled:
        raise CANCELLED_SESSION("Cette séance est annulée\u00a0: enregistrez-en une autre si elle a eu lieu.")


def _with_session(content: Content, number: int, session: Session) -> Content:
    before, after = content.sessions[: number - 1], content.sessions[number:]
    return replace(content, sessions=(*before, session, *after))
