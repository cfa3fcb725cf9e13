"""End of a follow-up: concluded once no review is left, or because the structure ceased its activity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from followup.domain.parcours_update import UPDATE_PENDING, require_no_pending_update
from followup.domain.reviews.reporting import NOTHING_TO_CORRECT
from followup.domain.reviews.review import ReviewStatus
from followup.domain.state import NOT_OPEN, FollowUp, FollowUpStatus
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    Ending,
    EndingKind,
    Reason,
    Refusal,
    Text,
    event,
    paris_date,
    require_past,
)
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


@event("follow-up-closed", label="Suivi clos", effective="ending.on")
class FollowUpClosed:
    ending: Ending
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
                FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, closed_on)),
            ]
        case CorrectClosingDown(closed_on, reason):
            if not _has_closed_down(follow_up):
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
            ending = Ending(_kind_of_conclusion(follow_up), paris_date(context.now))
            return [FollowUpClosed(ending, context.text(conclusion))]


def available_commands(follow_up: FollowUp) -> Iterator[type]:
    if follow_up.status is FollowUpStatus.OPEN:
        yield RecordClosedDown
        if not (follow_up.pending_reviews or follow_up.update):
            yield CloseFollowUp
    if _has_closed_down(follow_up):
        yield CorrectClosingDown


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case StructureClosedDown(_, codes, notes=notes):
            return _without_reviews(follow_up, codes, notes)
        case ClosingDownCorrected(closed_on):
            # On a day before the one that was recorded first, it is alone to say that the follow-up has ended.
            ended = _without_reviews(follow_up, follow_up.pending_reviews, None)
            ending = Ending(EndingKind.CLOSED_DOWN, closed_on)
            return replace(ended, status=FollowUpStatus.CLOSED, ending=ending, update=None)
        case FollowUpClosed(ending, conclusion):
            return replace(follow_up, status=FollowUpStatus.CLOSED, ending=ending, conclusion=conclusion, update=None)


def _has_closed_down(follow_up: FollowUp) -> bool:
    return follow_up.ending is not None and follow_up.ending.kind is EndingKind.CLOSED_DOWN


def _kind_of_conclusion(follow_up: FollowUp) -> EndingKind:
    """A structure that did not answer at the last review has not been followed to the end."""
    last = max(follow_up.reviews.values(), key=lambda review: review.due_on, default=None)
    unreachable = last is not None and last.status is ReviewStatus.UNREACHABLE
    return EndingKind.UNREACHABLE if unreachable else EndingKind.FOLLOWED_UP


def _without_reviews(follow_up: FollowUp, codes: Iterable[str], notes: Encrypted | None) -> FollowUp:
    ended = {code: replace(follow_up.reviews[code], status=ReviewStatus.CLOSED_DOWN, notes=notes) for code in codes}
    return replace(follow_up, reviews=follow_up.reviews | ended)
