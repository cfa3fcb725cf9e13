"""The follow-up: reviews held one after the other until none is left, and the new needs they find."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from followup.domain.commands import (
    CloseFollowUp,
    FindNeed,
    OpenFollowUp,
    PlanReview,
    RecordClosedDown,
    RecordReview,
    RecordUnreachable,
)
from followup.domain.events import (
    FollowUpClosed,
    FollowUpOpened,
    FollowUpResumed,
    NeedFound,
    Outcome,
    ReviewPlanned,
    ReviewRecorded,
    ReviewUnreachable,
    StructureClosedDown,
)
from followup.domain.reviews import Report, Review, ReviewStatus, compared, schedule
from followup.domain.themes import Theme
from shared.dates import already_past, yet_to_come
from shared.decider import Context, Decider, Refusal
from shared.sealed import Sealed


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Need:
    theme: Theme
    description: Sealed


@dataclass(frozen=True, slots=True)
class FollowUp:
    """`completions`: the events that told of the parcours' end, one for each time that it ended."""

    status: Status = Status.NEW
    structure: UUID | None = None
    unit: str = ""
    adviser: str = ""
    completions: tuple[UUID, ...] = ()
    baseline: dict[str, float] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    closed_down_on: date | None = None
    outcome: Outcome | None = None
    conclusion: Sealed | None = None

    @property
    def left(self) -> tuple[str, ...]:
        """The reviews still to be held, the next one first."""
        planned = [code for code, review in self.reviews.items() if review.status is ReviewStatus.PLANNED]
        return tuple(sorted(planned, key=lambda code: self.reviews[code].due_on))


NOT_OPEN = Refusal("follow-up-not-open", "Le suivi n’est pas ouvert")
UNKNOWN_REVIEW = Refusal("unknown-review", "Bilan inconnu", status=422)
ALREADY_RECORDED = Refusal("review-already-recorded", "Bilan déjà enregistré")
NOT_DUE = Refusal("review-not-due", "Le bilan n’est pas encore à l’ordre du jour")
REVIEWS_LEFT = Refusal("reviews-left", "Des bilans restent à faire")

Command = OpenFollowUp | PlanReview | RecordReview | RecordUnreachable | RecordClosedDown | FindNeed | CloseFollowUp
Event = (
    FollowUpOpened
    | FollowUpResumed
    | ReviewPlanned
    | ReviewRecorded
    | ReviewUnreachable
    | StructureClosedDown
    | NeedFound
    | FollowUpClosed
)


def decide(follow_up: FollowUp, command: Command, context: Context) -> list[Event]:
    if isinstance(command, OpenFollowUp):
        return _open(follow_up, command)
    if follow_up.status is not Status.OPEN:
        raise NOT_OPEN(NOT_OPEN_BECAUSE[follow_up.status], follow_up=follow_up.status)
    match command:
        case PlanReview(code, due_on, motive):
            _planned(follow_up, code)
            yet_to_come(due_on, context.now, "L’échéance d’un bilan")
            return [ReviewPlanned(code, due_on, context.text(motive))]
        case RecordReview():
            return [ReviewRecorded(command.review, _report(follow_up, command, context))]
        case RecordUnreachable(code, attempts, notes):
            _due(follow_up, code, context.now.date())
            return [ReviewUnreachable(code, attempts, context.optional_text(notes))]
        case RecordClosedDown(closed_on, notes):
            already_past(closed_on, context.now, "La date de cessation d’activité")
            ceased = StructureClosedDown(closed_on, follow_up.left, context.optional_text(notes))
            return [ceased, FollowUpClosed(Outcome.CLOSED_DOWN)]
        case FindNeed(theme, description):
            return [NeedFound(theme, context.text(description))]
        case CloseFollowUp(conclusion):
            if follow_up.left:
                raise REVIEWS_LEFT(
                    f"Avant de conclure, réalisez ces bilans, ou notez que la structure est injoignable\u202f:"
                    f" {', '.join(follow_up.left)}.",
                    reviews=follow_up.left,
                )
            return [FollowUpClosed(Outcome.COMPLETED, context.text(conclusion))]


NOT_OPEN_BECAUSE = {
    Status.NEW: "Il s’ouvre de lui-même quand le parcours se termine.",
    Status.CLOSED: "Il est clos\u202f: il reprendra si le parcours est mis à jour.",
}


def _open(follow_up: FollowUp, command: OpenFollowUp) -> list[Event]:
    """The end of a parcours may be told twice; each of its ends counts once."""
    if command.completion in follow_up.completions:
        return []
    reviews = schedule(command.completed_at.date(), len(follow_up.completions) + 1)
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
    indicators, not_measured = compared(command.indicators, follow_up.baseline, follow_up.definitions, context)
    return Report(
        command.held_on,
        indicators,
        not_measured,
        command.appropriation,
        context.optional_text(command.appropriation_notes),
        command.satisfaction,
        context.text(command.summary),
    )


def _planned(follow_up: FollowUp, code: str) -> Review:
    review = follow_up.reviews.get(code)
    if review is None:
        raise UNKNOWN_REVIEW("Ce suivi ne prévoit aucun bilan de ce nom.", reviews=tuple(follow_up.reviews))
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


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case FollowUpOpened(completion, structure, unit, adviser, baseline, definitions, reviews):
            return FollowUp(
                Status.OPEN,
                structure,
                unit,
                adviser,
                (completion,),
                baseline,
                definitions,
                {code: Review(due_on) for code, due_on in reviews.items()},
            )
        case FollowUpResumed(completion, adviser, reviews):
            return replace(
                follow_up,
                status=Status.OPEN,
                adviser=adviser,
                completions=(*follow_up.completions, completion),
                reviews=follow_up.reviews | {code: Review(due_on) for code, due_on in reviews.items()},
                closed_down_on=None,
                outcome=None,
                conclusion=None,
            )
        case ReviewPlanned(code, due_on):
            return _with(follow_up, replace(follow_up.reviews[code], due_on=due_on), code)
        case ReviewRecorded(code, report):
            held = replace(follow_up.reviews[code], status=ReviewStatus.HELD, report=report)
            return _with(follow_up, held, code)
        case ReviewUnreachable(code, attempts, notes):
            unreachable = replace(
                follow_up.reviews[code], status=ReviewStatus.UNREACHABLE, attempts=attempts, notes=notes
            )
            return _with(follow_up, unreachable, code)
        case StructureClosedDown(closed_on, codes, notes):
            moot = {
                code: replace(follow_up.reviews[code], status=ReviewStatus.CLOSED_DOWN, notes=notes) for code in codes
            }
            return replace(follow_up, reviews=follow_up.reviews | moot, closed_down_on=closed_on)
        case NeedFound(theme, description):
            return replace(follow_up, needs=(*follow_up.needs, Need(theme, description)))
        case FollowUpClosed(outcome, conclusion):
            return replace(follow_up, status=Status.CLOSED, outcome=outcome, conclusion=conclusion)


def _with(follow_up: FollowUp, review: Review, code: str) -> FollowUp:
    return replace(follow_up, reviews=follow_up.reviews | {code: review})


decider: Decider[FollowUp] = Decider(
    "follow-up", FollowUp(), decide, evolve, commands=Command.__args__, events=Event.__args__
)
