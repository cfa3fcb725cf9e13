"""Follow-up over HTTP: it opens by itself, and its reviews and new needs are recorded here."""

from __future__ import annotations

from followup import documents, views
from followup.aggregates import release
from followup.caseload import caseload
from followup.domain import commands, follow_up, sheet
from followup.domain.attachments import AttachmentKind
from followup.figures import figures
from shared.kernel import Role
from shared.web.auth import EVERYONE_AT_WORK, WHO_READS_A_CASE
from shared.web.collections import offer_aggregates, offer_figures, router_of
from shared.web.requests import case_router
from shared.web.resources import Documents, Endpoints, attachments_router

router = case_router("/follow-ups", "follow-ups")
follow_ups = Endpoints(router, follow_up.decider)
follow_ups.does("/reviews", commands.RecordReview, *EVERYONE_AT_WORK)
follow_ups.does("/reviews/correction", commands.CorrectReview, *EVERYONE_AT_WORK)
follow_ups.does("/reviews/cancellation", commands.CancelReview, *EVERYONE_AT_WORK)
follow_ups.does("/reviews/planning", commands.PlanReview, *EVERYONE_AT_WORK)
follow_ups.does("/reviews/unreachable", commands.RecordUnreachable, *EVERYONE_AT_WORK)
follow_ups.does("/parcours-update", commands.RequestParcoursUpdate, *EVERYONE_AT_WORK)
follow_ups.does("/parcours-update/withdrawal", commands.WithdrawParcoursUpdate, *EVERYONE_AT_WORK)
follow_ups.does("/closing-down", commands.RecordClosedDown, *EVERYONE_AT_WORK)
follow_ups.does("/closing-down/correction", commands.CorrectClosingDown, *EVERYONE_AT_WORK)
follow_ups.does("/needs", commands.FindNeed, *EVERYONE_AT_WORK)
follow_ups.does("/closure", commands.CloseFollowUp, *EVERYONE_AT_WORK)

offer_figures(router, figures, name="figures")
offer_aggregates(router, release)

follow_ups.reads(*WHO_READS_A_CASE)
follow_ups.lists(views.follow_ups, *EVERYONE_AT_WORK)
Documents(router, follow_up.decider).writes(documents.of_follow_up, *WHO_READS_A_CASE)

follow_up_attachments = attachments_router("/follow-ups", follow_ups, AttachmentKind, *WHO_READS_A_CASE)
caseload_router = router_of(caseload)

learning = case_router("/sheets", "sheets")
sheets = Endpoints(learning, sheet.decider)
sheets.opens(sheet.SubmitSheet, *EVERYONE_AT_WORK)
sheets.does("/revision", sheet.SubmitSheet, *EVERYONE_AT_WORK)
sheets.does("/return", sheet.ReturnSheet, Role.RESOURCE_CENTRE)
sheets.does("/publication", sheet.PublishSheet, Role.RESOURCE_CENTRE)
sheets.reads(*EVERYONE_AT_WORK, Role.RESOURCE_CENTRE)
sheets.lists(views.sheets, *EVERYONE_AT_WORK, Role.RESOURCE_CENTRE)
