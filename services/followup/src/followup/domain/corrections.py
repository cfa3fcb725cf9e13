"""What of a follow-up was recorded wrongly? The error stays in the log, and a new event says how it was, and why."""

from __future__ import annotations

from followup.domain.commands import CancelReview, CorrectClosingDown, CorrectReview
from followup.domain.events import ClosingDownCorrected, ReviewCancelled, ReviewCorrected
from followup.domain.reporting import known_review, report_of
from followup.domain.reviews import ReviewStatus
from followup.domain.state import FollowUp
from shared.kernel import Context, Refusal, require_past

NOTHING_TO_CORRECT = Refusal("nothing-to-correct", "Rien à corriger")
UPDATE_RESTS_ON_IT = Refusal("update-rests-on-review", "Une mise à jour du parcours vient de ce bilan")

Correction = CorrectReview | CorrectClosingDown
"""What was true does not depend on where the follow-up stands: it may be told after its end too."""


def corrected(follow_up: FollowUp, command: Correction, context: Context) -> ReviewCorrected | ClosingDownCorrected:
    match command:
        case CorrectReview(code):
            review = known_review(follow_up, code)
            if review.status is not ReviewStatus.HELD:
                raise NOTHING_TO_CORRECT(f"Le bilan {code} n’a pas eu lieu\u00a0: il n’y a rien à en corriger.")
            report = report_of(follow_up, command, review, context)
            return ReviewCorrected(code, report, reason=context.text(command.reason))
        case CorrectClosingDown(closed_on, reason):
            if follow_up.closed_down_on is None:
                raise NOTHING_TO_CORRECT("Aucune cessation d’activité n’a été enregistrée.")
            require_past(closed_on, context.now, "La date de cessation d’activité")
            return ClosingDownCorrected(closed_on, context.text(reason))


def cancelled(follow_up: FollowUp, command: CancelReview, context: Context) -> ReviewCancelled:
    review = known_review(follow_up, command.review)
    if review.status not in (ReviewStatus.HELD, ReviewStatus.UNREACHABLE):
        raise NOTHING_TO_CORRECT(f"Le bilan {command.review} reste à faire\u00a0: il n’y a rien à annuler.")
    if follow_up.update and follow_up.update.review == command.review:
        raise UPDATE_RESTS_ON_IT(f"Levez d’abord la mise à jour du parcours demandée au bilan {command.review}.")
    return ReviewCancelled(command.review, review.status, due_on=review.due_on, reason=context.text(command.reason))
