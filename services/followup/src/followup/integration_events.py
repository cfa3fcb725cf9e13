"""Integration events of followup: which of its private events other services receive, and as what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from followup.domain import closure, needs, parcours_update
from followup.domain.reviews import deadlines, reporting
from followup.domain.reviews.review import ReviewStatus
from shared.access import AccessLogSealed
from shared.contracts import followup as contracts
from shared.contracts.base import PublicEvent
from shared.erasure import erasure
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import EndingKind, uuid7_after


def to_integration_event(recorded: RecordedEvent[Any], _: LogEntry, app: ServiceApplication) -> PublicEvent | None:
    match recorded.data:
        case reporting.ReviewRecorded(review):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.HELD)
        case reporting.ReviewUnreachable(review):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.UNREACHABLE)
        case closure.StructureClosedDown(_, [review, *_]):
            return contracts.ReviewRecorded(review=review, outcome=ReviewStatus.CLOSED_DOWN)
        case deadlines.ReviewFellDue(review, due_on):
            return contracts.ReviewDue(review=review, due_on=due_on)
        case deadlines.ReviewOverdue(review, due_on):
            return contracts.ReviewDue(review=review, due_on=due_on, overdue=True)
        case parcours_update.ParcoursUpdateRequested(review, _, axes=axes):
            return contracts.ParcoursUpdateRequested(review=review, axes=axes)
        case parcours_update.ParcoursUpdateWithdrawn(reason) if reason:  # without a reason, parcours gave it up itself
            return contracts.ParcoursUpdateWithdrawn()
        case needs.NeedFound(theme, description):
            request = request_opened_by(recorded.meta.id)
            ciphertext = app.encrypt_in_transit(description, contracts.need_aad(request))
            return contracts.NeedFound(theme=theme, request=request, ciphertext=ciphertext)
        case closure.FollowUpClosed(ending):
            return contracts.FollowUpClosed(kind=ending.kind, on=ending.on)
        case closure.ClosingDownCorrected(closed_on):
            return contracts.FollowUpClosed(kind=EndingKind.CLOSED_DOWN, on=closed_on)
        case erasure.PersonErased(person, values, elsewhere=elsewhere):
            return contracts.PersonErased(person=person, values=values, elsewhere=elsewhere)
        case AccessLogSealed(day, entries, digest=digest):
            return contracts.AccessLogSealed(day=day, entries=entries, digest=digest)
    return None


def request_opened_by(need: UUID) -> UUID:
    """The same need always opens the same request: its id is known here before intake has opened it."""
    return uuid7_after(need, "linked-request")
