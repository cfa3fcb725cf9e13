"""Follow-up over HTTP: it opens by itself, and its reviews and new needs are recorded here."""

from __future__ import annotations

from followup import views
from followup.domain import commands, follow_up
from shared.web.endpoints import EVERYONE_AT_WORK, WHO_READS_A_CASE, Endpoints, case_router

router = case_router("/follow-ups", "follow-ups")
follow_ups = Endpoints(router, follow_up.decider)
follow_ups.does("/reviews", commands.RecordReview, *EVERYONE_AT_WORK)
follow_ups.does("/reviews/planning", commands.PlanReview, *EVERYONE_AT_WORK)
follow_ups.does("/reviews/unreachable", commands.RecordUnreachable, *EVERYONE_AT_WORK)
follow_ups.does("/closing-down", commands.RecordClosedDown, *EVERYONE_AT_WORK)
follow_ups.does("/needs", commands.FindNeed, *EVERYONE_AT_WORK)
follow_ups.does("/closure", commands.CloseFollowUp, *EVERYONE_AT_WORK)
follow_ups.reads(*WHO_READS_A_CASE)
follow_ups.lists(views.follow_ups, *EVERYONE_AT_WORK)
