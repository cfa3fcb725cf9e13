"""What of followup's own log the others are told: the only bridge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from followup.domain import events
from followup.domain.reviews import ReviewStatus
from shared.contracts import followup as contracts
from shared.contracts.base import PublicEvent
from shared.erasure import erasure as forgetting
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import uuid7_after


def to_integration_event(recorded: RecordedEvent[Any], _: LogEntry) -> PublicEvent | None:
    match recorded.data:
        case events.ReviewRecorded(review):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.HELD)
        case events.ReviewUnreachable(review):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.UNREACHABLE)
        case events.StructureClosedDown(_, [review, *_]):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.CLOSED_DOWN)
        case events.ReviewFellDue(review, due_on):
            return contracts.ReviewDue(review=review, due_on=due_on)
        case events.ReviewOverdue(review, due_on):
            return contracts.ReviewDue(review=review, due_on=due_on, overdue=True)
        case events.ParcoursUpdateRequested(review, _, axes=axes):
            return contracts.ParcoursUpdateRequested(review=review, axes=axes)
        case events.ParcoursUpdateWithdrawn(motive) if motive:  # without one, it is parcours that told
            return contracts.ParcoursUpdateWithdrawn()
        case events.NeedFound(theme):
            return contracts.NeedFound(theme=theme, request=request_opened_by(recorded.meta.id))
        case events.FollowUpClosed(outcome):
            return contracts.FollowUpClosed(outcome=outcome)
        case forgetting.PersonErased(person, values):
            return contracts.PersonErased(person=person, values=values)
    return None


def request_opened_by(need: UUID) -> UUID:
    """The same need always opens the same request: its id is known here before intake has opened it."""
    return uuid7_after(need, "linked-request")
