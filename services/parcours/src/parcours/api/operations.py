"""Endpoints of collective operations."""

from __future__ import annotations

from parcours import projections
from parcours.api.funds import UNIT_READERS
from parcours.domain.collective import conclusion, operation
from shared.web.auth import STAFF
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints

router = case_router("/operations", "operations")
endpoints = AggregateEndpoints(router, operation.decider, names_cases=True)
endpoints.create(operation.PlanOperation, *STAFF)
endpoints.command("/closure", conclusion.CloseOperation, *STAFF)
endpoints.command("/cancellation", conclusion.CancelOperation, *STAFF)
endpoints.get(*UNIT_READERS)
endpoints.list(projections.operations, *STAFF)
