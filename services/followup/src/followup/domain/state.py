"""State of a follow-up, folded from its events."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from followup.domain.reviews.review import Review, ReviewStatus
from shared.kernel import Axis, Comment, Encrypted, Ending, LabelledEnum, Refusal
from shared.kernel.frozen import frozen, replace

NOT_OPEN = Refusal("follow-up-not-open", "Le suivi n’est pas ouvert")
"""What refuses any command of a person before the follow-up opens, and most of them after its end."""


class FollowUpStatus(LabelledEnum):
    NEW = "new", "pas commencé"
    OPEN = "open", "en cours"
    CLOSED = "closed", "dossier clos"


@frozen
class Need:
    """`distinction`: how it differs from another need on the same theme."""

    theme: Axis
    description: Encrypted
    distinction: Encrypted | None = None


@frozen
class ParcoursUpdate:
    """The update that a review requested of the parcours, until the parcours has ended again."""

    review: str
    reason: Encrypted
    axes: tuple[Axis, ...]


@frozen
class CorrectedBaseline:
    """The value of a figure of the diagnosis from a day on; `corrected_at`: when diagnostic recorded it."""

    value: float
    effective_on: date
    corrected_at: datetime


@frozen
class FollowUp:
    """`completions`: the integration events that announced the end of the parcours, one for each time that it ended.
    `corrections`: what diagnostic corrected of the baseline, which includes them here."""

    status: FollowUpStatus = FollowUpStatus.NEW
    structure: UUID | None = None
    unit: str = ""
    adviser: str = ""
    completions: tuple[UUID, ...] = ()
    baseline: dict[str, float] = field(default_factory=dict)
    corrections: dict[str, CorrectedBaseline] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    reviews: dict[str, Review] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    ending: Ending | None = None
    conclusion: Encrypted | None = None
    update: ParcoursUpdate | None = None
    comments: tuple[Comment, ...] = ()
    unanswered_comments: tuple[int, ...] = ()

    def is_pending(self, code: str) -> bool:
        """Whether this review is still to be held."""
        return self.status is FollowUpStatus.OPEN and code in self.pending_reviews

    @property
    def pending_reviews(self) -> tuple[str, ...]:
        """The reviews still to be held, the next one first."""
        planned = [code for code, review in self.reviews.items() if review.status is ReviewStatus.PLANNED]
        return tuple(sorted(planned, key=lambda code: self.reviews[code].due_on))

    def with_review(self, code: str, **changes: Any) -> FollowUp:
        return replace(self, reviews=self.reviews | {code: replace(self.reviews[code], **changes)})
