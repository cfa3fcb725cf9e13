"""What of followup's own log the others are told: the only bridge."""

from __future__ import annotations

from typing import Any

from followup.domain import events
from followup.domain.reviews import ReviewStatus
from shared.contracts import followup as contracts
from shared.contracts.base import PublicEvent
from shared.eventlog.mapper import RecordedEvent
from shared.eventlog.recorder import LogEntry


def published(recorded: RecordedEvent[Any], _entry: LogEntry) -> PublicEvent | None:
    match recorded.data:
        case events.ReviewRecorded(review):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.HELD)
        case events.ReviewUnreachable(review):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.UNREACHABLE)
        case events.StructureClosedDown(_, [review, *_]):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.CLOSED_DOWN)
        case events.NeedFound(theme):
            return contracts.NeedFound(theme=theme)
        case events.FollowUpClosed(outcome):
            return contracts.FollowUpClosed(outcome=outcome)
    return None
