"""Opening of a follow-up at the end of the parcours, and corrections that diagnostic makes to its baseline."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from uuid import UUID

from followup.domain.reviews.review import REVIEWS, Review, schedule
from followup.domain.state import CorrectedBaseline, FollowUp, FollowUpStatus
from shared.kernel import event, paris_date
from shared.kernel.events import command
from shared.kernel.frozen import replace


@event("follow-up-opened", label="Suivi ouvert")
class FollowUpOpened:
    completion: UUID
    structure: UUID
    unit: str
    adviser: str
    baseline: dict[str, float]
    definitions: dict[str, str]
    reviews: dict[str, date]


@event("follow-up-resumed", label="Suivi repris après une mise à jour du parcours")
class FollowUpResumed:
    completion: UUID
    adviser: str
    reviews: dict[str, date]


@event("baseline-correction-replicated", label="Référence corrigée au diagnostic", effective="effective_on")
class BaselineCorrectionReplicated:
    """`corrected_at`: when diagnostic recorded it."""

    code: str
    value: float
    effective_on: date
    corrected_at: datetime


@command(leads_to=(FollowUpOpened, FollowUpResumed))
class OpenFollowUp:
    """A parcours has come to its end: its follow-up begins, or goes on after an update of the parcours.

    `reviews`: how many months later each is due, by code."""

    completion: UUID
    completed_at: datetime
    structure: UUID
    unit: str
    adviser: str
    baseline: dict[str, float]
    definitions: dict[str, str]
    reviews: dict[str, int] = field(default_factory=lambda: dict(REVIEWS))


@command(leads_to=(BaselineCorrectionReplicated,))
class ReplicateBaselineCorrection:
    """Diagnostic corrected a figure of its baseline, before this follow-up opened or since."""

    code: str
    value: float
    effective_on: date
    corrected_at: datetime


Command = OpenFollowUp | ReplicateBaselineCorrection
Event = FollowUpOpened | FollowUpResumed | BaselineCorrectionReplicated


def decide(follow_up: FollowUp, command: Command) -> list[Event]:
    match command:
        case OpenFollowUp():
            return _open(follow_up, command)
        case ReplicateBaselineCorrection(code, value, effective_on=effective_on, corrected_at=corrected_at):
            return [BaselineCorrectionReplicated(code, value, effective_on=effective_on, corrected_at=corrected_at)]


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case FollowUpOpened(
            completion,
            structure,
            unit=unit,
            adviser=adviser,
            baseline=baseline,
            definitions=definitions,
            reviews=reviews,
        ):
            return FollowUp(
                FollowUpStatus.OPEN,
                structure,
                unit=unit,
                adviser=adviser,
                completions=(completion,),
                baseline=baseline,
                corrections=follow_up.corrections,
                definitions=definitions,
                reviews={code: Review(due_on) for code, due_on in reviews.items()},
            )
        case FollowUpResumed(completion, adviser, reviews=reviews):
            return replace(
                follow_up,
                status=FollowUpStatus.OPEN,
                adviser=adviser,
                completions=(*follow_up.completions, completion),
                reviews=follow_up.reviews | {code: Review(due_on) for code, due_on in reviews.items()},
                ending=None,
                conclusion=None,
                update=None,
            )
        case BaselineCorrectionReplicated(code, value, effective_on=effective_on, corrected_at=corrected_at):
            correction = CorrectedBaseline(value, effective_on, corrected_at=corrected_at)
            return replace(
                follow_up,
                corrections=follow_up.corrections | {code: correction},
                baseline=follow_up.baseline | {code: value},
            )


def _open(follow_up: FollowUp, command: OpenFollowUp) -> list[Event]:
    """The integration event of a parcours' end may arrive twice; each of its ends counts once."""
    if command.completion in follow_up.completions:
        return []
    reviews = schedule(paris_date(command.completed_at), command.reviews, len(follow_up.completions) + 1)
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
