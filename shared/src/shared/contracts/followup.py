"""What followup tells: what became of the structure, and what it needs now."""

from __future__ import annotations

from typing import ClassVar

from shared.contracts.base import PublicEvent


class FromFollowup(PublicEvent):
    publisher: ClassVar[str] = "followup"


class ReviewRecorded(FromFollowup):
    """A review took place, or was found impossible. `outcome`: held, unreachable, closed_down."""

    name: ClassVar[str] = "review-recorded"

    review: str
    outcome: str


class NeedFound(FromFollowup):
    """Follow-up found a new need: intake opens a request linked to this case. `theme` is an axis code."""

    name: ClassVar[str] = "need-found"

    theme: str


class FollowUpClosed(FromFollowup):
    """The last review is done: nothing more is to be done for the case."""

    name: ClassVar[str] = "follow-up-closed"

    outcome: str


TOLD = (ReviewRecorded, NeedFound, FollowUpClosed)
