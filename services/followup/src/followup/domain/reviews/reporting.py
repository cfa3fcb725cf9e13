"""Results of the reviews: held, corrected, cancelled, or without reaching the structure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date
from typing import Annotated

from annotated_types import Ge, Le, Len

from followup.domain.reviews.comparison import WRONG_INDICATOR, Measure, PerimeterChange, compare
from followup.domain.reviews.review import Report, Review, ReviewStatus
from followup.domain.state import NOT_OPEN, FollowUp, FollowUpStatus
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    Line,
    Reason,
    Refusal,
    Text,
    event,
    format_date,
    paris_date,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

UNKNOWN_REVIEW = Refusal("unknown-review", "Bilan inconnu", status=404)
ALREADY_RECORDED = Refusal("review-already-recorded", "Bilan déjà enregistré")
NOT_DUE = Refusal("review-not-due", "Le bilan n’est pas encore à l’ordre du jour")
NOT_ASKED = Refusal("satisfaction-not-asked", "Satisfaction non demandée", status=422)
NOTHING_TO_CORRECT = Refusal("nothing-to-correct", "Rien à corriger")
UPDATE_RESTS_ON_IT = Refusal("update-rests-on-review", "Une mise à jour du parcours vient de ce bilan")

Rating = Annotated[int, Ge(1), Le(5)]
"""From 1, not at all, to 5, entirely."""
REPORT_REFUSALS = (NOT_OPEN, UNKNOWN_REVIEW, NOT_DUE, NOT_ASKED, WRONG_INDICATOR, IMPLAUSIBLE_DATE)


@event("review-recorded", label="Bilan de suivi réalisé", effective="report.held_on")
class ReviewRecorded:
    review: str
    report: Report


@event("review-corrected", label="Bilan de suivi corrigé", effective="report.held_on")
class ReviewCorrected:
    review: str
    report: Report
    reason: Encrypted


@event("review-cancelled", label="Bilan annulé\u00a0: il reste à faire")
class ReviewCancelled:
    """`previous_status`: what was recorded by mistake; `due_on`: when it is due, as before."""

    review: str
    previous_status: ReviewStatus
    due_on: date
    reason: Encrypted


@event("review-unreachable", label="Structure injoignable pour un bilan")
class ReviewUnreachable:
    review: str
    attempts: int
    notes: Encrypted | None = None


@command(title="Consigner un bilan", leads_to=(ReviewRecorded,), may_refuse=(*REPORT_REFUSALS, ALREADY_RECORDED))
class RecordReview:
    """Adviser and structure have looked at what became of the changes, and at the indicators of the diagnosis.

    `satisfaction` null: no answer, unless `satisfaction_asked` says that there was no question. `perimeter_change`: the
    structure merged, split, or took over or gave up an activity since the diagnosis. Said once, it holds for all the
    indicators, and for the reviews that are held later."""

    review: Line
    held_on: Day
    appropriation: Rating
    summary: Text
    indicators: Annotated[dict[Line, Measure], Len(0, 50)] = field(default_factory=dict)
    appropriation_notes: Text | None = None
    satisfaction: Rating | None = None
    satisfaction_asked: bool = True
    perimeter_change: PerimeterChange | None = None
    perimeter_notes: Text | None = None


@command(title="Corriger un bilan", leads_to=(ReviewCorrected,), may_refuse=(*REPORT_REFUSALS, NOTHING_TO_CORRECT))
class CorrectReview:
    """The record of a review that was held is wrong: here is the whole report as it should be, and why."""

    review: Line
    held_on: Day
    appropriation: Rating
    summary: Text
    reason: Reason
    indicators: Annotated[dict[Line, Measure], Len(0, 50)] = field(default_factory=dict)
    appropriation_notes: Text | None = None
    satisfaction: Rating | None = None
    satisfaction_asked: bool = True
    perimeter_change: PerimeterChange | None = None
    perimeter_notes: Text | None = None


@command(
    title="Annuler un bilan enregistré par erreur",
    leads_to=(ReviewCancelled,),
    may_refuse=(NOT_OPEN, UNKNOWN_REVIEW, NOTHING_TO_CORRECT, UPDATE_RESTS_ON_IT),
)
class CancelReview:
    """A review was recorded by mistake, held or unreachable: it is to be held again, and why."""

    review: Line
    reason: Reason


@command(
    title="Noter que la structure est injoignable",
    leads_to=(ReviewUnreachable,),
    may_refuse=(NOT_OPEN, UNKNOWN_REVIEW, ALREADY_RECORDED, NOT_DUE),
)
class RecordUnreachable:
    """The structure could not be reached for a review: an outcome as valid as another."""

    review: Line
    attempts: Annotated[int, Ge(1), Le(100)]
    notes: Text | None = None


Command = RecordReview | CorrectReview | CancelReview | RecordUnreachable
Event = ReviewRecorded | ReviewCorrected | ReviewCancelled | ReviewUnreachable


def decide(follow_up: FollowUp, command: Command, context: Context) -> Event:
    match command:
        case RecordReview(code):
            review = find_planned_review(follow_up, code)
            return ReviewRecorded(code, _build_report(follow_up, command, review, context))
        case CorrectReview(code, reason=reason):
            review = find_review(follow_up, code)
            if review.status is not ReviewStatus.HELD:
                raise NOTHING_TO_CORRECT(f"Le bilan {code} n’a pas eu lieu\u00a0: il n’y a rien à en corriger.")
            report = _build_report(follow_up, command, review, context)
            return ReviewCorrected(code, report, reason=context.text(reason))
        case CancelReview():
            return _cancel(follow_up, command, context)
        case RecordUnreachable(code, attempts, notes=notes):
            today = paris_date(context.now)
            _check_due(code, find_planned_review(follow_up, code), today, today)
            return ReviewUnreachable(code, attempts, notes=context.optional_text(notes))


def available_commands(follow_up: FollowUp) -> Iterator[type]:
    statuses = {review.status for review in follow_up.reviews.values()}
    if follow_up.status is FollowUpStatus.OPEN:
        if follow_up.pending_reviews:
            yield from (RecordReview, RecordUnreachable)
        if statuses & {ReviewStatus.HELD, ReviewStatus.UNREACHABLE}:
            yield CancelReview
    if ReviewStatus.HELD in statuses:
        yield CorrectReview


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case ReviewRecorded(code, report):
            return follow_up.with_review(code, status=ReviewStatus.HELD, report=report)
        case ReviewCorrected(code, report):
            return follow_up.with_review(code, report=report)
        case ReviewCancelled(code, _, due_on=due_on):
            return replace(follow_up, reviews=follow_up.reviews | {code: Review(due_on)})
        case ReviewUnreachable(code, attempts, notes=notes):
            return follow_up.with_review(code, status=ReviewStatus.UNREACHABLE, attempts=attempts, notes=notes)


def find_review(follow_up: FollowUp, code: str) -> Review:
    if code not in follow_up.reviews:
        raise UNKNOWN_REVIEW("Ce suivi ne prévoit aucun bilan de ce nom.", reviews=tuple(follow_up.reviews))
    return follow_up.reviews[code]


def find_planned_review(follow_up: FollowUp, code: str) -> Review:
    review = find_review(follow_up, code)
    if review.status is not ReviewStatus.PLANNED:
        raise ALREADY_RECORDED(
            f"Le bilan {code} a déjà son résultat\u00a0: s’il est inexact, corrigez-le.", review=review.status
        )
    return review


def _check_due(code: str, review: Review, day: date, today: date) -> None:
    if day < review.opens_on:
        raise NOT_DUE.of_body(today >= review.opens_on)(
            f"Le bilan {code}, prévu le {format_date(review.due_on)}, peut avoir lieu à partir du"
            f" {format_date(review.opens_on)}\u202f; si cela ne convient pas, déplacez son échéance.",
            due_on=review.due_on.isoformat(),
            opens_on=review.opens_on.isoformat(),
        )


def _build_report(
    follow_up: FollowUp, command: RecordReview | CorrectReview, review: Review, context: Context
) -> Report:
    """The results, compared with the diagnosis. The review may be recorded later than it was held."""
    require_past(command.held_on, context.now, "La date du bilan")
    today = paris_date(context.now)
    _check_due(command.review, review, min(command.held_on, today), today)
    if command.satisfaction is not None and not command.satisfaction_asked:
        raise NOT_ASKED("Une note est donnée alors que la question n’a pas été posée\u00a0: corrigez l’une ou l’autre.")
    change = command.perimeter_change or _earlier_perimeter_change(follow_up, command)
    indicators, not_measured = compare(
        command.indicators, follow_up.baseline, follow_up.definitions, context, same_perimeter=change is None
    )
    return Report(
        command.held_on,
        indicators,
        not_measured=not_measured,
        appropriation=command.appropriation,
        appropriation_notes=context.optional_text(command.appropriation_notes),
        satisfaction=command.satisfaction,
        summary=context.text(command.summary),
        satisfaction_asked=command.satisfaction_asked,
        perimeter_change=change,
        perimeter_notes=context.optional_text(command.perimeter_notes),
    )


def _earlier_perimeter_change(follow_up: FollowUp, command: RecordReview | CorrectReview) -> PerimeterChange | None:
    """What the last review held before this one said of it."""
    earlier = [
        review.report
        for code, review in follow_up.reviews.items()
        if code != command.review and review.report and review.report.held_on <= command.held_on
    ]
    return max(earlier, key=lambda report: report.held_on).perimeter_change if earlier else None


def _cancel(follow_up: FollowUp, command: CancelReview, context: Context) -> ReviewCancelled:
    review = find_review(follow_up, command.review)
    if review.status not in (ReviewStatus.HELD, ReviewStatus.UNREACHABLE):
        raise NOTHING_TO_CORRECT(f"Le bilan {command.review} reste à faire\u00a0: il n’y a rien à annuler.")
    if follow_up.update and follow_up.update.review == command.review:
        raise UPDATE_RESTS_ON_IT(f"Levez d’abord la mise à jour du parcours demandée au bilan {command.review}.")
    return ReviewCancelled(command.review, review.status, due_on=review.due_on, reason=context.text(command.reason))
