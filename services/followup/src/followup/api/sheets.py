"""Endpoints of the capitalisation sheets: submitted by advisers, published by resource centres."""

from __future__ import annotations

from followup import projections
from followup.domain.sheets import sheet
from shared.kernel import Role
from shared.web.auth import STAFF
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints

router = case_router("/sheets", "sheets")
sheets = AggregateEndpoints(router, sheet.decider)
sheets.create(sheet.SubmitSheet, *STAFF)
sheets.command("/submission", sheet.SubmitSheet, *STAFF)
sheets.command("/return", sheet.ReturnSheet, Role.RESOURCE_CENTRE)
sheets.command("/publication", sheet.PublishSheet, Role.RESOURCE_CENTRE)
sheets.get(*STAFF, Role.RESOURCE_CENTRE)
sheets.list(projections.sheets, *STAFF, Role.RESOURCE_CENTRE)
