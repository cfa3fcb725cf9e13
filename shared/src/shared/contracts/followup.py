"""What followup tells: what became of the structure, and what it needs now."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.contracts import erasure
from shared.contracts.base import PublicEvent


class FromFollowup(PublicEvent):
    publisher: ClassVar[str] = "followup"


class ReviewRecorded(FromFollowup):
    """A review took place, or was found impossible. `outcome`: held, unreachable, closed_down."""

    name: ClassVar[str] = "review-recorded"

    review: str
    outcome: str


class ReviewDue(FromFollowup):
    """The day of a review has come and it was not held; `overdue`: long ago. It is told once of each."""

    name: ClassVar[str] = "review-due"

    review: str
    due_on: date
    overdue: bool = False


class ParcoursUpdateRequested(FromFollowup):
    """A review shows that the parcours must be taken up again: parcours reopens or adjusts it, and its next completion
    resumes this follow-up. `axes`: the codes of the axes of change to look at, if some are known."""

    name: ClassVar[str] = "parcours-update-requested"

    review: str
    axes: tuple[str, ...] = ()


class ParcoursUpdateWithdrawn(FromFollowup):
    """The update that was asked is not wanted any more: parcours gives it up, unless something of it is under way."""

    name: ClassVar[str] = "parcours-update-withdrawn"


class NeedFound(FromFollowup):
    """Follow-up found a new need: intake opens a request linked to this case, under the id `request`. `theme` is an
    axis code."""

    name: ClassVar[str] = "need-found"

    theme: str
    request: UUID


class FollowUpClosed(FromFollowup):
    """The last review is done: nothing more is to be done for the case."""

    name: ClassVar[str] = "follow-up-closed"

    outcome: str


class PersonErased(FromFollowup, erasure.PersonErased):
    """Somebody was forgotten: their key is destroyed in this service. `values`: how many values it sealed."""


PUBLISHED_EVENTS = (
    ReviewRecorded,
    ReviewDue,
    ParcoursUpdateRequested,
    ParcoursUpdateWithdrawn,
    NeedFound,
    FollowUpClosed,
    PersonErased,
)
