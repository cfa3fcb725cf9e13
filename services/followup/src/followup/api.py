"""Follow-up over HTTP: it opens by itself, and its reviews and new needs are recorded here."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from followup import documents, views
from followup.caseload import caseload
from followup.domain import commands, follow_up, sheet
from followup.domain.attachments import AttachmentKind
from followup.figures import FigureEvents, Figures, events_behind, figures_of
from shared.attachments.endpoints import attachments_router
from shared.decider import Role
from shared.web.callers import Caller, Calling, allowed
from shared.web.caseload import router_of
from shared.web.documents import Documents
from shared.web.endpoints import EVERYONE_AT_WORK, WHO_READS_A_CASE, Asked, Endpoints, case_router

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


@router.get("/figures", summary="The unit's figures, each with its formula")
def figures(
    asked: Asked,
    caller: Calling,
    unit: Annotated[str | None, Query(max_length=100, description="For the DLA régional: one of its units")] = None,
) -> Figures:
    """Satisfaction with its response rate, matched job change since the diagnosis, reviews by outcome."""
    allowed(caller, frozenset(EVERYONE_AT_WORK))
    return figures_of(asked.recorder, views.follow_ups, *_counted(caller, unit))


@router.get("/figures/{code}/events", summary="What was recorded behind a figure")
def figure_events(
    code: str,
    asked: Asked,
    caller: Calling,
    unit: Annotated[str | None, Query(max_length=100, description="For the DLA régional: one of its units")] = None,
    review: Annotated[str | None, Query(max_length=40, description="For a figure of one kind of review")] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FigureEvents:
    """Case after case: the events that the figure counts, as its `events` address names them."""
    allowed(caller, frozenset(EVERYONE_AT_WORK))
    found = figures_of(asked.recorder, views.follow_ups, *_counted(caller, unit))
    return events_behind(asked, found, code, review, after, limit)


def _counted(caller: Caller, unit: str | None) -> tuple[str | None, tuple[str, ...]]:
    """The unit asked for, and the units that may count: for the DLA régional those of its region, else the own one."""
    if caller.actor.role is Role.REGIONAL:
        return unit, caller.actor.territory
    own = caller.actor.unit or ""
    return own, (own,)


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
