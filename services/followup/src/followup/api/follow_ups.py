"""Endpoints of a follow-up: its reviews, the new needs, the update of the parcours, its closure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from followup import documents, projections
from followup.caseload import caseload
from followup.domain import closure, follow_up, needs, parcours_update
from followup.domain.attachments import OF_LEADERS, FollowUpAttachmentKind
from followup.domain.comments import AcknowledgeFollowUpComment, CommentFollowUp
from followup.domain.reviews import deadlines, reporting
from followup.domain.reviews.review import Review
from followup.domain.state import FollowUp, Need
from followup.figures import figures
from followup.integration_events import request_opened_by
from followup.statistics import release
from shared.eventlog import ServiceApplication
from shared.kernel import Comment, Ordinal, Role
from shared.web.auth import CASE_READERS, STAFF
from shared.web.collections import add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, Contribution, attachments_router

router = case_router("/follow-ups", "follow-ups")
add_figures(router, figures, name="figures")
add_statistics(router, release)
follow_ups = AggregateEndpoints(router, follow_up.decider)
reviews = follow_ups.parts(
    "review", Review, "/reviews/{review}", lambda follow_up: follow_up.reviews, *CASE_READERS, review=str
)
reviews.command("/report", reporting.RecordReview, *STAFF)
reviews.command("/correction", reporting.CorrectReview, *STAFF)
reviews.command("/cancellation", reporting.CancelReview, *STAFF)
reviews.command("/planning", deadlines.PlanReview, *STAFF)
reviews.command("/unreachable", reporting.RecordUnreachable, *STAFF)
follow_ups.command("/parcours-update", parcours_update.RequestParcoursUpdate, *STAFF)
follow_ups.command("/parcours-update/withdrawal", parcours_update.WithdrawParcoursUpdate, *STAFF)
follow_ups.command("/closing-down", closure.RecordClosedDown, *STAFF)
follow_ups.command("/closing-down/correction", closure.CorrectClosingDown, *STAFF)
follow_ups.command("/needs", needs.FindNeed, *STAFF)
follow_ups.parts(
    "need", Need, "/needs/{need}", lambda follow_up: dict(enumerate(follow_up.needs, 1)), *CASE_READERS, need=Ordinal
)
follow_ups.command("/comments", CommentFollowUp, Role.LEADER, *STAFF)
comment_parts = follow_ups.parts(
    "comment",
    Comment,
    "/comments/{comment}",
    lambda follow_up: dict(enumerate(follow_up.comments, 1)),
    *CASE_READERS,
    comment=Ordinal,
)
comment_parts.command("/acknowledgment", AcknowledgeFollowUpComment, *STAFF)
follow_ups.command("/closure", closure.CloseFollowUp, *STAFF)


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """The request that a need opened in intake, by the number of the need."""

    need: int
    request: UUID
    href: str


@dataclass(frozen=True, slots=True)
class FollowUpExtra:
    """`requests`: what the needs opened in intake, the first one first."""

    requests: tuple[OpenedRequest, ...]


def extra_fields(app: ServiceApplication, id: UUID, _: FollowUp) -> FollowUpExtra:  # noqa: A002
    events = app.events_of(app.recorder.entries_of_stream(id))
    opened = [request_opened_by(event.meta.id) for _, event in events if isinstance(event.data, needs.NeedFound)]
    return FollowUpExtra(
        tuple(OpenedRequest(number, each, href=f"/api/v1/requests/{each}") for number, each in enumerate(opened, 1))
    )


follow_ups.get(*CASE_READERS, extra=extra_fields, extra_kind=FollowUpExtra)
follow_ups.list(projections.follow_ups, *STAFF, Role.PARTNER)
follow_ups.documents(documents.of_follow_up, *CASE_READERS)

attachments = attachments_router(
    "/follow-ups",
    follow_ups,
    FollowUpAttachmentKind,
    *CASE_READERS,
    contributions={Role.LEADER: Contribution(OF_LEADERS)},
)
follow_ups.get_with_parts()
caseload_endpoints = caseload_router(caseload)
