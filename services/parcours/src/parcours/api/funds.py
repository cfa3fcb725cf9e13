"""Endpoints of the units' engineering funds, one fund a unit and year."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from parcours import figures, projections
from parcours.domain.funding import fund
from shared.kernel import Role
from shared.web.auth import STAFF, requires
from shared.web.collections import add_figures, load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, case_router
from shared.web.resources import AggregateEndpoints

UNIT_READERS = (*STAFF, Role.AUDITOR, Role.SERVICE)

router = case_router("/funds", "funds")
add_figures(router, figures.fund_figures)
endpoints = AggregateEndpoints(router, fund.decider, names_cases=True)
endpoints.create(fund.OpenFund, Role.MANAGER, stream=lambda command: fund.fund_id(command.unit, command.year))
endpoints.command("/adjustment", fund.AdjustFund, Role.MANAGER)
endpoints.get(*UNIT_READERS)
endpoints.list(projections.funds, *UNIT_READERS)


@router.get("/{unit}/{year}", dependencies=[requires(*UNIT_READERS)], response_model=dict[str, Any])
def read_balance(unit: str, year: int, app: AppDep, point_in_time: PointInTimeDep, response: Response) -> Any:
    """Sums allocated, committed, paid and available (cents) of a unit's fund for a year, now or in the past."""
    number = fund.fund_id(unit, year)
    fund_at = load_case_for_response(app, fund.decider, number, point_in_time, response)
    state = fund_at.load(fund.decider, number).state
    sums = {name: getattr(state, name) for name in ("allocated", "committed", "paid", "available")}
    return {"id": number, "version": fund_at.version, "unit": unit, "year": year, **sums}
