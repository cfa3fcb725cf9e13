"""End of a follow-up: concluded once no review is left, or because the structure ceased its activity."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from followup.domain.parcours_update import UPDATE_PENDING, require_no_pending_update
from followup.domain.reviews.reporting import NOTHING_TO_CORRECT
from followup.domain.reviews.review import ReviewStatus
from followup.domain.state import NOT_OPEN, FollowUp, FollowUpStatus, Outcome
from shared.kernel import Context, Day, Encrypted, Reason, Refusal, Text, event, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

REVIEWS_LEFT = Refusal("reviews-left", "Des bilans restent à faire")


@event("structure-closed-down", label="Structure ayant cessé son activité", effective="closed_on")
class StructureClosedDown:
    """`reviews`: those that will not be held, the next one first."""

    closed_on: date
    reviews: tuple[str, ...]
    notes: Encrypted | None = None


@event("closing-down-corrected", label="Date de cessation d’activité corrigée", effective="closed_on")
class ClosingDownCorrected:
    closed_on: date
    reason: Encrypted


@event("follow-up-closed", label="Suivi clos")
class FollowUpClosed:
    outcome: Outcome
    conclusion: Encrypted | None = None


@command(
    title="Noter la cessation d’activité",
    leads_to=(StructureClosedDown, FollowUpClosed),
    may_refuse=(NOT_OPEN, IMPLAUSIBLE_DATE),
)
class RecordClosedDown:
    """The structure has ceased its activity: its follow-up ends here."""

    closed_on: Day
    notes: Text | None = None


@command(
    title="Corriger la date de cessation d’activité",
    leads_to=(ClosingDownCorrected,),
    may_refuse=(NOT_OPEN, NOTHING_TO_CORRECT, IMPLAUSIBLE_DATE),
)
class CorrectClosingDown:
    """The structure ceased its activity on another day."""

    closed_on: Day
    reason: Reason


@command(title="Conclure le suivi", leads_to=(FollowUpClosed,), may_refuse=(NOT_OPEN, REVIEWS_LEFT, UPDATE_PENDING))
class CloseFollowUp:
    """No review is left: the adviser concludes, and the case is over."""

    conclusion: Text


Command = RecordClosedDown | CorrectClosingDown | CloseFollowUp
Event = StructureClosedDown | ClosingDownCorrected | FollowUpClosed


def decide(follow_up: FollowUp, command: Command, context: Context) -> list[Event]:
    match command:
        case RecordClosedDown(closed_on, notes):
            require_past(closed_on, context.now, "La date de cessation d’activité")
            reviews = follow_up.pending_reviews
            return [
                StructureClosedDown(closed_on, reviews, notes=context.optional_text(notes)),
                FollowUpClosed(Outcome.CLOSED_DOWN),
            ]
        case CorrectClosingDown(closed_on, reason):
            if follow_up.closed_down_on is None:
                raise NOTHING_TO_CORRECT("Aucune cessation d’activité n’a été enregistrée.")
            require_past(closed_on, context.now, "La date de cessation d’activité")
            return [ClosingDownCorrected(closed_on, context.text(reason))]
        case CloseFollowUp(conclusion):
            if pending := follow_up.pending_reviews:
                raise REVIEWS_LEFT(
                    "Avant de conclure, réalisez ces bilans, ou notez que la structure est injoignable\u00a0:"
                    f" {', '.join(pending)}.",
                    reviews=pending,
                )
            require_no_pending_update(follow_up)
            return [FollowUpClosed(Outcome.COMPLETED, context.text(conclusion))]


def available_commands(follow_up: FollowUp) -> Iterator[type]:
    if follow_up.status is FollowUpStatus.OPEN:
        yield RecordClosedDown
        if not (follow_up.pending_reviews or follow_up.update):
            yield CloseFollowUp
    if follow_up.closed_down_on:
        yield CorrectClosingDown


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case StructureClosedDown(closed_on, codes, notes=notes):
            ended = {
                code: replace(follow_up.reviews[code], status=ReviewStatus.CLOSED_DOWN, notes=notes) for code in codes
            }
            return replace(follow_up, reviews=follow_up.reviews | ended, closed_down_on=closed_on)
        case ClosingDownCorrected(closed_on):
            return replace(follow_up, closed_down_on=closed_on)
        case FollowUpClosed(outcome, conclusion):
            return replace(follow_up, status=FollowUpStatus.CLOSED, outcome=outcome, conclusion=conclusion, update=None)
