"""Which review, is it its time, and what has it found?"""

from __future__ import annotations

from datetime import date

from followup.domain.commands import CorrectReview, RecordReview
from followup.domain.reviews import Report, Review, ReviewStatus, compared
from followup.domain.state import FollowUp
from shared.kernel import Context, Refusal, format_date, require_past

UNKNOWN_REVIEW = Refusal("unknown-review", "Bilan inconnu", status=422)
ALREADY_RECORDED = Refusal("review-already-recorded", "Bilan déjà enregistré")
NOT_DUE = Refusal("review-not-due", "Le bilan n’est pas encore à l’ordre du jour")
NOT_ASKED = Refusal("satisfaction-not-asked", "Satisfaction non demandée", status=422)


def known_review(follow_up: FollowUp, code: str) -> Review:
    if code not in follow_up.reviews:
        raise UNKNOWN_REVIEW("Ce suivi ne prévoit aucun bilan de ce nom.", reviews=tuple(follow_up.reviews))
    return follow_up.reviews[code]


def planned_review(follow_up: FollowUp, code: str) -> Review:
    review = known_review(follow_up, code)
    if review.status is not ReviewStatus.PLANNED:
        raise ALREADY_RECORDED(
            f"Le bilan {code} a déjà son résultat\u00a0: s’il est inexact, corrigez-le.", review=review.status
        )
    return review


def check_due(code: str, review: Review, day: date) -> None:
    if day < review.opens_on:
        raise NOT_DUE(
            f"Le bilan {code}, prévu le {format_date(review.due_on)}, peut avoir lieu à partir du"
            f" {format_date(review.opens_on)}\u202f; si cela ne convient pas, déplacez son échéance.",
            due_on=review.due_on.isoformat(),
            opens_on=review.opens_on.isoformat(),
        )


def report_of(follow_up: FollowUp, told: RecordReview | CorrectReview, review: Review, context: Context) -> Report:
    """What was found then, by the recorded date at the latest, set beside the diagnosis."""
    require_past(told.held_on, context.now, "La date du bilan")
    check_due(told.review, review, min(told.held_on, context.now.date()))
    if told.satisfaction is not None and not told.satisfaction_asked:
        raise NOT_ASKED("Une note est donnée alors que la question n’a pas été posée\u00a0: corrigez l’une ou l’autre.")
    indicators, not_measured = compared(told.indicators, follow_up.baseline, follow_up.definitions, context)
    return Report(
        told.held_on,
        indicators,
        not_measured=not_measured,
        appropriation=told.appropriation,
        appropriation_notes=context.optional_text(told.appropriation_notes),
        satisfaction=told.satisfaction,
        summary=context.text(told.summary),
        satisfaction_asked=told.satisfaction_asked,
    )
