"""What happens to a follow-up?"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from followup.domain.reviews import Report, ReviewStatus
from followup.domain.themes import Theme
from shared.kernel import Encrypted, event


class Outcome(StrEnum):
    """How a follow-up came to its end."""

    COMPLETED = "completed"
    CLOSED_DOWN = "closed_down"


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


@event("baseline-correction-heard", label="Référence corrigée au diagnostic", effective="effective_on")
class BaselineCorrectionHeard:
    """`corrected_at`: when diagnostic recorded it."""

    code: str
    value: float
    effective_on: date
    corrected_at: datetime


@event("review-planned", label="Échéance d’un bilan déplacée")
class ReviewPlanned:
    review: str
    due_on: date
    motive: Encrypted


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
    """`was`: what had been recorded by mistake; `due_on`: when it is due, as before."""

    review: str
    was: ReviewStatus
    due_on: date
    reason: Encrypted


@event("review-unreachable", label="Structure injoignable pour un bilan")
class ReviewUnreachable:
    review: str
    attempts: int
    notes: Encrypted | None = None


@event("review-fell-due", label="Bilan arrivé à échéance")
class ReviewFellDue:
    review: str
    due_on: date


@event("review-overdue", label="Bilan en retard")
class ReviewOverdue:
    review: str
    due_on: date


@event("parcours-update-requested", label="Mise à jour du parcours demandée")
class ParcoursUpdateRequested:
    review: str
    reason: Encrypted
    axes: tuple[Theme, ...] = ()


@event("parcours-update-withdrawn", label="Demande de mise à jour du parcours levée")
class ParcoursUpdateWithdrawn:
    motive: Encrypted | None = None


@event("structure-closed-down", label="Structure ayant cessé son activité", effective="closed_on")
class StructureClosedDown:
    """`reviews`: those that will not be held any more, the next one first."""

    closed_on: date
    reviews: tuple[str, ...]
    notes: Encrypted | None = None


@event("closing-down-corrected", label="Date de cessation d’activité corrigée", effective="closed_on")
class ClosingDownCorrected:
    closed_on: date
    reason: Encrypted


@event("need-found", label="Nouveau besoin repéré")
class NeedFound:
    theme: Theme
    description: Encrypted
    apart: Encrypted | None = None


@event("follow-up-closed", label="Suivi clos")
class FollowUpClosed:
    outcome: Outcome
    conclusion: Encrypted | None = None


Event = (
    FollowUpOpened
    | FollowUpResumed
    | BaselineCorrectionHeard
    | ReviewPlanned
    | ReviewFellDue
    | ReviewOverdue
    | ReviewRecorded
    | ReviewCorrected
    | ReviewCancelled
    | ReviewUnreachable
    | ParcoursUpdateRequested
    | ParcoursUpdateWithdrawn
    | StructureClosedDown
    | ClosingDownCorrected
    | NeedFound
    | FollowUpClosed
)
