"""What may be asked of a follow-up?"""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from followup.domain.reviews import REVIEWS, Measure, Rating
from followup.domain.themes import Theme
from shared.kernel import Day, Line, Motive, Text
from shared.kernel.events import command


@command
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


@command
class HearBaselineCorrection:
    """Diagnostic corrected a figure of its baseline, before this follow-up opened or since."""

    code: str
    value: float
    effective_on: date
    corrected_at: datetime


@command(title="Déplacer l’échéance d’un bilan")
class PlanReview:
    """A review that was not held yet gets another date, and it is said why."""

    review: Line
    due_on: Day
    motive: Motive


@command(title="Consigner un bilan")
class RecordReview:
    """Adviser and structure have looked at what became of the changes, and at the indicators of the diagnosis.

    `satisfaction` null: no answer, unless `satisfaction_asked` tells that there was no question."""

    review: Line
    held_on: Day
    appropriation: Rating
    summary: Text
    indicators: Annotated[dict[Line, Measure], Len(0, 50)] = field(default_factory=dict)
    appropriation_notes: Text | None = None
    satisfaction: Rating | None = None
    satisfaction_asked: bool = True


@command(title="Corriger un bilan")
class CorrectReview:
    """What was recorded of a review that was held was wrong: here is what it found, whole, and why that was wrong."""

    review: Line
    held_on: Day
    appropriation: Rating
    summary: Text
    reason: Motive
    indicators: Annotated[dict[Line, Measure], Len(0, 50)] = field(default_factory=dict)
    appropriation_notes: Text | None = None
    satisfaction: Rating | None = None
    satisfaction_asked: bool = True


@command(title="Annuler un bilan enregistré par erreur")
class CancelReview:
    """A review was recorded by mistake, held or unreachable: it is to be held again, and it is said why."""

    review: Line
    reason: Motive


@command(title="Noter que la structure est injoignable")
class RecordUnreachable:
    """The structure could not be reached for a review: an outcome as valid as another."""

    review: Line
    attempts: Annotated[int, Ge(1), Le(100)]
    notes: Text | None = None


@command
class CallReview:
    """The day of a review has come, and it was not held yet."""

    review: str


@command
class CallOverdueReview:
    """A review has been due for long, and it was not held yet."""

    review: str


@command(title="Demander une mise à jour du parcours")
class RequestParcoursUpdate:
    """A review that was held shows what of the parcours must be taken up again: on these axes of change, if known."""

    review: Line
    reason: Motive
    axes: Annotated[tuple[Theme, ...], Len(0, 10)] = ()


@command(title="Lever la demande de mise à jour")
class WithdrawParcoursUpdate:
    """The parcours is not to be updated after all, and it is said why."""

    motive: Motive


@command
class DropParcoursUpdate:
    """The parcours or its update was abandoned: nobody waits for the update any more."""


@command(title="Noter la cessation d’activité")
class RecordClosedDown:
    """The structure has ceased its activity: its follow-up ends here."""

    closed_on: Day
    notes: Text | None = None


@command(title="Corriger la date de cessation d’activité")
class CorrectClosingDown:
    """The structure ceased its activity on another day."""

    closed_on: Day
    reason: Motive


@command(title="Signaler un nouveau besoin")
class FindNeed:
    """Follow-up finds a new need: it opens a request of its own, linked to this case.

    `apart`: what makes it another need than one already found on the same theme."""

    theme: Theme
    description: Text
    apart: Motive | None = None


@command(title="Conclure le suivi")
class CloseFollowUp:
    """No review is left: the adviser concludes, and the case is over."""

    conclusion: Text
