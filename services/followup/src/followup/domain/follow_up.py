"""The follow-up: reviews held one after the other until none is left, and the new needs they find."""

from __future__ import annotations

from collections.abc import Iterator

from followup.domain.commands import (
    CallOverdueReview,
    CallReview,
    CancelReview,
    CloseFollowUp,
    CorrectClosingDown,
    CorrectReview,
    DropParcoursUpdate,
    FindNeed,
    HearBaselineCorrection,
    OpenFollowUp,
    PlanReview,
    RecordClosedDown,
    RecordReview,
    RecordUnreachable,
    RequestParcoursUpdate,
    WithdrawParcoursUpdate,
)
from followup.domain.corrections import Correction, cancelled, corrected
from followup.domain.deadlines import called, deadline_command, deadlines
from followup.domain.events import (
    BaselineCorrectionHeard,
    Event,
    FollowUpClosed,
    FollowUpOpened,
    FollowUpResumed,
    NeedFound,
    Outcome,
    ParcoursUpdateRequested,
    ParcoursUpdateWithdrawn,
    ReviewPlanned,
    ReviewRecorded,
    ReviewUnreachable,
    StructureClosedDown,
)
from followup.domain.reporting import check_due, known_review, planned_review, report_of
from followup.domain.reviews import ReviewStatus, schedule
from followup.domain.state import FollowUp, Status, evolve
from shared.attachments import AddAttachment
from shared.kernel import Context, Decider, Refusal, require_future, require_past

NOT_OPEN = Refusal("follow-up-not-open", "Le suivi n’est pas ouvert")
REVIEWS_LEFT = Refusal("reviews-left", "Des bilans restent à faire")
UPDATE_PENDING = Refusal("parcours-update-pending", "Une mise à jour du parcours est en cours")
NO_UPDATE = Refusal("no-parcours-update", "Aucune mise à jour du parcours n’est demandée")
NOT_HELD = Refusal("review-not-held", "Le bilan n’a pas eu lieu")
NEED_KNOWN = Refusal("need-already-found", "Besoin déjà repéré")

Command = (
    OpenFollowUp
    | HearBaselineCorrection
    | PlanReview
    | CallReview
    | CallOverdueReview
    | RecordReview
    | CorrectReview
    | CancelReview
    | RecordUnreachable
    | RequestParcoursUpdate
    | WithdrawParcoursUpdate
    | DropParcoursUpdate
    | RecordClosedDown
    | CorrectClosingDown
    | FindNeed
    | CloseFollowUp
)


def decide(follow_up: FollowUp, command: Command, context: Context) -> list[Event]:
    match command:
        case OpenFollowUp():
            return _open(follow_up, command)
        case HearBaselineCorrection(code, value, effective_on=effective_on, corrected_at=corrected_at):
            return [BaselineCorrectionHeard(code, value, effective_on=effective_on, corrected_at=corrected_at)]
        case CallReview() | CallOverdueReview():
            return called(follow_up, command, context)
        case DropParcoursUpdate():
            return [ParcoursUpdateWithdrawn()] if follow_up.update else []
    if follow_up.status is Status.NEW or (follow_up.status is Status.CLOSED and not isinstance(command, Correction)):
        raise NOT_OPEN(NOT_OPEN_BECAUSE[follow_up.status], follow_up=follow_up.status)
    if isinstance(command, Correction):
        return [corrected(follow_up, command, context)]
    match command:
        case PlanReview(code, due_on, motive=motive):
            review = planned_review(follow_up, code)
            require_future(due_on, context.now, "L’échéance d’un bilan")
            if due_on == review.due_on:
                return []
            return [ReviewPlanned(code, due_on, motive=context.text(motive))]
        case RecordReview():
            review = planned_review(follow_up, command.review)
            return [ReviewRecorded(command.review, report_of(follow_up, command, review, context))]
        case CancelReview():
            return [cancelled(follow_up, command, context)]
        case RecordUnreachable(code, attempts, notes=notes):
            check_due(code, planned_review(follow_up, code), context.now.date())
            return [ReviewUnreachable(code, attempts, notes=context.optional_text(notes))]
        case RequestParcoursUpdate():
            return [_update(follow_up, command, context)]
        case WithdrawParcoursUpdate(motive):
            if follow_up.update is None:
                raise NO_UPDATE("Il n’y a pas de demande à lever.")
            return [ParcoursUpdateWithdrawn(context.text(motive))]
        case RecordClosedDown(closed_on, notes):
            require_past(closed_on, context.now, "La date de cessation d’activité")
            ceased = StructureClosedDown(closed_on, follow_up.left, notes=context.optional_text(notes))
            return [ceased, FollowUpClosed(Outcome.CLOSED_DOWN)]
        case FindNeed():
            return [_need(follow_up, command, context)]
        case CloseFollowUp(conclusion):
            if follow_up.left:
                raise REVIEWS_LEFT(
                    f"Avant de conclure, réalisez ces bilans, ou notez que la structure est injoignable\u00a0:"
                    f" {', '.join(follow_up.left)}.",
                    reviews=follow_up.left,
                )
            _no_update_pending(follow_up)
            return [FollowUpClosed(Outcome.COMPLETED, context.text(conclusion))]


def available_commands(follow_up: FollowUp) -> Iterator[type]:
    """Reviews are held one after the other; needs and updates come of them, until it is concluded, or resumed."""
    yield from (OpenFollowUp, HearBaselineCorrection)
    held = any(review.status is ReviewStatus.HELD for review in follow_up.reviews.values())
    if follow_up.status is Status.OPEN:
        if follow_up.left:
            yield from (RecordReview, RecordUnreachable, PlanReview, CallReview, CallOverdueReview)
        if held or any(review.status is ReviewStatus.UNREACHABLE for review in follow_up.reviews.values()):
            yield CancelReview
        if follow_up.update:
            yield from (WithdrawParcoursUpdate, DropParcoursUpdate)
        elif held:
            yield RequestParcoursUpdate
        if not (follow_up.left or follow_up.update):
            yield CloseFollowUp
        yield from (FindNeed, RecordClosedDown)
    if held:
        yield CorrectReview
    if follow_up.closed_down_on:
        yield CorrectClosingDown
    if follow_up.status is not Status.NEW:
        yield AddAttachment


NOT_OPEN_BECAUSE = {
    Status.NEW: "Il s’ouvre de lui-même quand le parcours se termine.",
    Status.CLOSED: "Il est clos\u00a0: il reprendra si le parcours est mis à jour.",
}


def _open(follow_up: FollowUp, command: OpenFollowUp) -> list[Event]:
    """The end of a parcours may be told twice; each of its ends counts once."""
    if command.completion in follow_up.completions:
        return []
    reviews = schedule(command.completed_at.date(), command.reviews, len(follow_up.completions) + 1)
    if follow_up.completions:
        return [FollowUpResumed(command.completion, command.adviser, reviews=reviews)]
    return [
        FollowUpOpened(
            command.completion,
            command.structure,
            unit=command.unit,
            adviser=command.adviser,
            baseline=command.baseline | {code: each.value for code, each in follow_up.corrections.items()},
            definitions=command.definitions,
            reviews=reviews,
        )
    ]


def _update(follow_up: FollowUp, command: RequestParcoursUpdate, context: Context) -> ParcoursUpdateRequested:
    if known_review(follow_up, command.review).status is not ReviewStatus.HELD:
        raise NOT_HELD(
            f"Réalisez d’abord le bilan {command.review}\u00a0: c’est lui qui montre ce qui est à reprendre."
        )
    _no_update_pending(follow_up)
    return ParcoursUpdateRequested(
        command.review, context.text(command.reason), axes=tuple(dict.fromkeys(command.axes))
    )


def _need(follow_up: FollowUp, command: FindNeed, context: Context) -> NeedFound:
    """One linked request a theme, unless it is said what sets the second need apart."""
    if not command.apart and any(need.theme is command.theme for need in follow_up.needs):
        raise NEED_KNOWN(
            "Un besoin déjà repéré sur ce thème a ouvert sa demande\u00a0: complétez-la, ou dites ce qui distingue "
            "celui-ci.",
            theme=command.theme,
        )
    return NeedFound(command.theme, context.text(command.description), apart=context.optional_text(command.apart))


def _no_update_pending(follow_up: FollowUp) -> None:
    if follow_up.update:
        raise UPDATE_PENDING(
            f"Elle a été demandée au bilan {follow_up.update.review}\u00a0: attendez la fin du parcours mis à jour,"
            f" ou levez la demande.",
            review=follow_up.update.review,
        )


decider: Decider[FollowUp] = Decider(
    "follow-up",
    FollowUp(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    deadlines=deadlines,
    deadline_command=deadline_command,
    available_commands=available_commands,
)
