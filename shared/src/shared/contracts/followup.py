"""Integration events of followup: what became of a structure, and what it needs now."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import access_log, erasure
from shared.contracts.base import PublicEvent


class FromFollowup(PublicEvent):
    publisher: ClassVar[str] = "followup"


class ReviewRecorded(FromFollowup):
    """A review took place, or was found to be impossible."""

    name: ClassVar[str] = "review-recorded"

    review: str = Field(description="Code of the review, like `M6`")
    outcome: str = Field(description="`held`, `unreachable` or `closed_down`")


class ReviewDue(FromFollowup):
    """The day of a review has come and it did not take place. Published once for each review, and once more when it is
    long overdue."""

    name: ClassVar[str] = "review-due"

    review: str = Field(description="Code of the review, like `M6`")
    due_on: date = Field(description="The day of the review")
    overdue: bool = Field(default=False, description="Whether that day is long past")


class ParcoursUpdateRequested(FromFollowup):
    """A review shows that the parcours must be updated. Parcours reopens or adjusts it; its next completion resumes
    this follow-up."""

    name: ClassVar[str] = "parcours-update-requested"

    review: str = Field(description="Code of the review, like `M6`")
    axes: tuple[str, ...] = Field(
        default=(), description="Codes of the axes of change to look at, where some are known"
    )


class ParcoursUpdateWithdrawn(FromFollowup):
    """The update of the parcours is no longer needed. Parcours gives it up, unless some of it is under way."""

    name: ClassVar[str] = "parcours-update-withdrawn"


class NeedFound(FromFollowup):
    """A new need was found during follow-up. Intake opens a request for it, linked to this case."""

    name: ClassVar[str] = "need-found"
    other_cases: ClassVar[tuple[str, ...]] = ("request",)
    encrypted: ClassVar[tuple[str, ...]] = ("ciphertext",)

    theme: str = Field(description="Code of an axis of change")
    request: UUID = Field(description="The id of the request that intake opens")
    ciphertext: str | None = Field(
        default=None,
        description="The need as it was described: nonce and ciphertext of AES-256-GCM, in base64. Null once the case"
        " is erased",
    )


def need_aad(request: UUID) -> str:
    """What the ciphertext of a need belongs to: the request that it opens."""
    return f"need {request}"


class FollowUpClosed(FromFollowup):
    """The follow-up of the case is over. Published again when the day of a closing down is corrected."""

    name: ClassVar[str] = "follow-up-closed"

    kind: str = Field(
        description="`followed_up`, `unreachable` (at the last review), or `closed_down` (the structure has ceased)"
    )
    on: date = Field(description="The day on which it ended: for `closed_down`, that of the structure’s end")


class PersonErased(FromFollowup, erasure.PersonErased):
    """A person was erased from this service: their key is destroyed."""


class AccessLogSealed(FromFollowup, access_log.AccessLogSealed):
    """The reads that this service recorded on a day are counted and hashed."""


PUBLISHED_EVENTS = (
    ReviewRecorded,
    ReviewDue,
    ParcoursUpdateRequested,
    ParcoursUpdateWithdrawn,
    NeedFound,
    FollowUpClosed,
    PersonErased,
    AccessLogSealed,
)
