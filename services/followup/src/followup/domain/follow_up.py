"""The follow-up: reviews held one after the other until none is left, and the new needs they find."""

from __future__ import annotations

from datetime import date

from followup.domain.commands import (
    CallOverdueReview,
    CallReview,
    CloseFollowUp,
    DropParcoursUpdate,
    FindNeed,
    OpenFollowUp,
    PlanReview,
    RecordClosedDown,
    RecordReview,
    RecordUnreachable,
    RequestParcoursUpdate,
    WithdrawParcoursUpdate,
)
from followup.domain.deadlines import called, dues, when_due
from followup.domain.events import (
    Event,
    FollowUpClosed,
    FollowUpOpened,
    FollowUpResumed,
    NeedFound,
    Outcome,
    ParcoursUpdateAsked,
    ParcoursUpdateWithdrawn,
    ReviewPlanned,
    ReviewRecorded,
    ReviewUnreachable,
    StructureClosedDown,
)
from followup.domain.reviews import Report, Review, ReviewStatus, compared, schedule
from followup.domain.state import FollowUp, Status, evolve
from shared.dates import already_past, yet_to_come
from shared.decider import Context, Decider, Refusal

NOT_OPEN = Refusal("follow-up-not-open", "Le suivi n’est pas ouvert")
UNKNOWN_REVIEW = Refusal("unknown-review", "Bilan inconnu", status=422)
ALREADY_RECORDED = Refusal("review-already-recorded", "Bilan déjà enregistré")
NOT_DUE = Refusal("review-not-due", "Le bilan n’est pas encore à l’ordre du jour")
REVIEWS_LEFT = Refusal("reviews-left", "Des bilans restent à faire")

UPDATE_PENDING = Refusal("parcours-update-pending", "Une mise à jour du parcours est en cours")
NO_UPDATE = Refusal("no-parcours-update", "Aucune mise à jour du parcours n’est demandée")
NOT_HELD = Refusal("review-not-held", "Le bilan n’a pas eu lieu")
NEED_KNOWN = Refusal("need-already-found", "Besoin déjà repéré")
NOT_ASKED = Refusal("satisfaction-not-asked", "Satisfaction non demandée", status=422)

Command = (
    OpenFollowUp
    | PlanReview
    | CallReview
    | CallOverdueReview
    | RecordReview
    | RecordUnreachable
    | RequestParcoursUpdate
    | WithdrawParcoursUpdate
    | DropParcoursUpdate
    | RecordClosedDown
    | FindNeed
    | CloseFollowUp
)


def decide(follow_up: FollowUp, command: Command, context: Context) -> list[Event]:
    match command:
        case OpenFollowUp():
            return _open(follow_up, command)
        case CallReview() | CallOverdueReview():
            return called(follow_up, command, context)
        case DropParcoursUpdate():
            return [ParcoursUpdateWithdrawn()] if follow_up.update else []
    if follow_up.status is not Status.OPEN:
        raise NOT_OPEN(NOT_OPEN_BECAUSE[follow_up.status], follow_up=follow_up.status)
    match command:
        case PlanReview(code, due_on, motive):
            review = _planned(follow_up, code)
            yet_to_come(due_on, context.now, "L’échéance d’un bilan")
            if due_on == review.due_on:
                return []
            return [ReviewPlanned(code, due_on, context.text(motive))]
        case RecordReview():
            return [ReviewRecorded(command.review, _report(follow_up, command, context))]
        case RecordUnreachable(code, attempts, notes):
            _due(follow_up, code, context.now.date())
            return [ReviewUnreachable(code, attempts, context.optional_text(notes))]
        case RequestParcoursUpdate():
            return [_update(follow_up, command, context)]
        case WithdrawParcoursUpdate(motive):
            if follow_up.update is None:
                raise NO_UPDATE("Il n’y a pas de demande à lever.")
            return [ParcoursUpdateWithdrawn(context.text(motive))]
        case RecordClosedDown(closed_on, notes):
            already_past(closed_on, context.now, "La date de cessation d’activité")
            ceased = StructureClosedDown(closed_on, follow_up.left, context.optional_text(notes))
            return [ceased, FollowUpClosed(Outcome.CLOSED_DOWN)]
        case FindNeed():
            return [_need(follow_up, command, context)]
        case CloseFollowUp(conclusion):
            if follow_up.left:
                raise REVIEWS_LEFT(
                    f"Avant de conclure, réalisez ces bilans, ou notez que la structure est injoignable\u202f:"
                    f" {', '.join(follow_up.left)}.",
                    reviews=follow_up.left,
                )
            _no_update_pending(follow_up)
            return [FollowUpClosed(Outcome.COMPLETED, context.text(conclusion))]


NOT_OPEN_BECAUSE = {
    Status.NEW: "Il s’ouvre de lui-même quand le parcours se termine.",
    Status.CLOSED: "Il est clos\u202f: il reprendra si le parcours est mis à jour.",
}


def _open(follow_up: FollowUp, command: OpenFollowUp) -> list[Event]:
    """The end of a parcours may be told twice; each of its ends counts once."""
    if command.completion in follow_up.completions:
        return []
    reviews = schedule(command.completed_at.date(), command.reviews, len(follow_up.completions) + 1)
    if follow_up.completions:
        return [FollowUpResumed(command.completion, command.adviser, reviews)]
    return [
        FollowUpOpened(
            command.completion,
            command.structure,
            command.unit,
            command.adviser,
            command.baseline,
            command.definitions,
            reviews,
        )
    ]


def _report(follow_up: FollowUp, command: RecordReview, context: Context) -> Report:
    already_past(command.held_on, context.now, "La date du bilan")
    _due(follow_up, command.review, min(command.held_on, context.now.date()))
    if command.satisfaction is not None and not command.satisfaction_asked:
        raise NOT_ASKED("Une note est donnée alors que la question n’a pas été posée\u202f: corrigez l’une ou l’autre.")
    indicators, not_measured = compared(command.indicators, follow_up.baseline, follow_up.definitions, context)
    return Report(
        command.held_on,
        indicators,
        not_measured,
        command.appropriation,
        context.optional_text(command.appropriation_notes),
        command.satisfaction,
        context.text(command.summary),
        command.satisfaction_asked,
    )


def _update(follow_up: FollowUp, command: RequestParcoursUpdate, context: Context) -> ParcoursUpdateAsked:
    if _review(follow_up, command.review).status is not ReviewStatus.HELD:
        raise NOT_HELD(
            f"Réalisez d’abord le bilan {command.review}\u202f: c’est lui qui montre ce qui est à reprendre."
        )
    _no_update_pending(follow_up)
    return ParcoursUpdateAsked(command.review, context.text(command.reason), tuple(dict.fromkeys(command.axes)))


def _need(follow_up: FollowUp, command: FindNeed, context: Context) -> NeedFound:
    """One linked request a theme, unless it is said what sets the second need apart."""
    if not command.apart and any(need.theme is command.theme for need in follow_up.needs):
        raise NEED_KNOWN(
            "Un besoin déjà repéré sur ce thème a ouvert sa demande\u202f: complétez-la, ou dites ce qui distingue "
            "celui-ci.",
            theme=command.theme,
        )
    return NeedFound(command.theme, context.text(command.description), context.optional_text(command.apart))


def _no_update_pending(follow_up: FollowUp) -> None:
    if follow_up.update:
        raise UPDATE_PENDING(
            f"Elle a été demandée au bilan {follow_up.update.review}\u202f: attendez la fin du parcours mis à jour,"
            f" ou levez la demande.",
            review=follow_up.update.review,
        )


def _review(follow_up: FollowUp, code: str) -> Review:
    if code not in follow_up.reviews:
        raise UNKNOWN_REVIEW("Ce suivi ne prévoit aucun bilan de ce nom.", reviews=tuple(follow_up.reviews))
    return follow_up.reviews[code]


def _planned(follow_up: FollowUp, code: str) -> Review:
    review = _review(follow_up, code)
    if review.status is not ReviewStatus.PLANNED:
        raise ALREADY_RECORDED(f"Le bilan {code} a déjà son résultat\u202f: il ne change plus.", review=review.status)
    return review


def _due(follow_up: FollowUp, code: str, day: date) -> None:
    review = _planned(follow_up, code)
    if day < review.opens_on:
        raise NOT_DUE(
            f"Le bilan {code}, prévu le {review.due_on:%d/%m/%Y}, peut avoir lieu à partir du"
            f" {review.opens_on:%d/%m/%Y}\u202f; si cela ne convient pas, déplacez son échéance.",
            due_on=review.due_on.isoformat(),
            opens_on=review.opens_on.isoformat(),
        )


decider: Decider[FollowUp] = Decider(
    "follow-up",
    FollowUp(),
    decide,
    evolve,
    commands=Command.__args__,
    events=Event.__args__,
    dues=dues,
    when_due=when_due,
)
