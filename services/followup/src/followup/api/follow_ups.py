"""Endpoints of a follow-up: its reviews, the new needs, the update of the parcours, its closure."""

from __future__ import annotations

from followup import documents, projections
from followup.caseload import caseload
from followup.domain import closure, follow_up, needs, parcours_update
from followup.domain.attachments import OF_LEADERS, FollowUpAttachmentKind
from followup.domain.comments import CommentFollowUp
from followup.domain.reviews import deadlines, reporting
from followup.figures import figures
from followup.statistics import release
from shared.kernel import Ordinal, Role
from shared.web.auth import CASE_READERS, STAFF
from shared.web.collections import add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, Contribution, attachments_router

router = case_router("/follow-ups", "follow-ups")
add_figures(router, figures, name="figures")
add_statistics(router, release)
follow_ups = AggregateEndpoints(router, follow_up.decider)
reviews = follow_ups.parts(
    "review", "/reviews/{review}", lambda follow_up: follow_up.reviews, *CASE_READERS, review=str
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
    "need", "/needs/{need}", lambda follow_up: dict(enumerate(follow_up.needs, 1)), *CASE_READERS, need=Ordinal
)
follow_ups.command("/comments", CommentFollowUp, Role.LEADER, *STAFF)
follow_ups.command("/closure", closure.CloseFollowUp, *STAFF)


follow_ups.get(*CASE_READERS)
follow_ups.list(projections.follow_ups, *STAFF)
follow_ups.documents(documents.of_follow_up, *CASE_READERS)

attachments = attachments_router(
    "/follow-ups",
    follow_ups,
    FollowUpAttachmentKind,
    *CASE_READERS,
    contributions={Role.LEADER: Contribution(OF_LEADERS)},
)
caseload_endpoints = caseload_router(caseload)
