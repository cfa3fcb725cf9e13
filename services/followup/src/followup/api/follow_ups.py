"""Endpoints of a follow-up: its reviews, the new needs, the update of the parcours, its closure."""

from __future__ import annotations

from followup import documents, projections
from followup.caseload import caseload
from followup.domain import closure, follow_up, needs, parcours_update
from followup.domain.attachments import FollowUpAttachmentKind
from followup.domain.reviews import deadlines, reporting
from followup.figures import figures
from followup.statistics import release
from shared.web.auth import CASE_READERS, STAFF
from shared.web.collections import add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, attachments_router

router = case_router("/follow-ups", "follow-ups")
follow_ups = AggregateEndpoints(router, follow_up.decider)
follow_ups.command("/reviews", reporting.RecordReview, *STAFF)
follow_ups.command("/reviews/correction", reporting.CorrectReview, *STAFF)
follow_ups.command("/reviews/cancellation", reporting.CancelReview, *STAFF)
follow_ups.command("/reviews/planning", deadlines.PlanReview, *STAFF)
follow_ups.command("/reviews/unreachable", reporting.RecordUnreachable, *STAFF)
follow_ups.command("/parcours-update", parcours_update.RequestParcoursUpdate, *STAFF)
follow_ups.command("/parcours-update/withdrawal", parcours_update.WithdrawParcoursUpdate, *STAFF)
follow_ups.command("/closing-down", closure.RecordClosedDown, *STAFF)
follow_ups.command("/closing-down/correction", closure.CorrectClosingDown, *STAFF)
follow_ups.command("/needs", needs.FindNeed, *STAFF)
follow_ups.command("/closure", closure.CloseFollowUp, *STAFF)

add_figures(router, figures, name="figures")
add_statistics(router, release)

follow_ups.get(*CASE_READERS)
follow_ups.list(projections.follow_ups, *STAFF)
follow_ups.documents(documents.of_follow_up, *CASE_READERS)

attachments = attachments_router("/follow-ups", follow_ups, FollowUpAttachmentKind, *CASE_READERS)
caseload_endpoints = caseload_router(caseload)
