"""Endpoints of the units' engineering funds, one fund a unit and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Response

from parcours import figures, projections
from parcours.domain.funding import fund
from shared.kernel import Role
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections import add_figures, load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, case_router
from shared.web.resources import AggregateEndpoints

UNIT_READERS = (*STAFF, Role.AUDITOR, Role.SERVICE)

router = case_router("/funds", "funds")
add_figures(router, figures.fund_figures)
endpoints = AggregateEndpoints(router, fund.decider)
endpoints.create(fund.OpenFund, Role.MANAGER, stream=lambda command: fund.fund_id(command.unit, command.year))
endpoints.command("/adjustment", fund.AdjustFund, Role.MANAGER)
endpoints.get(*UNIT_READERS)
endpoints.list(projections.funds, *UNIT_READERS)


@dataclass(frozen=True, slots=True)
class Balance:
    """The sums of a unit's fund for a year. `version`: that of the fund."""

    id: UUID
    version: int
    unit: str
    year: int
    allocated_cents: int
    committed_cents: int
    paid_cents: int
    available_cents: int


@router.get("/{unit}/{year}", summary="Get the balance of a unit's fund")
def read_balance(
    unit: str,
    year: int,
    app: AppDep,
    caller: Annotated[Caller, requires(*UNIT_READERS)],
    point_in_time: PointInTimeDep,
    response: Response,
) -> Balance:
    """Sums allocated, committed, paid and available (cents) of a unit's fund for a year, now or in the past."""
    number = fund.fund_id(unit, year)
    authorize(caller, number, fund.decider.name)
    fund_at = load_case_for_response(app, fund.decider, number, point_in_time, response)
    state = fund_at.load(fund.decider, number).state
    return Balance(
        number,
        fund_at.version,
        unit=unit,
        year=year,
        allocated_cents=state.allocated_cents,
        committed_cents=state.committed_cents,
        paid_cents=state.paid_cents,
        available_cents=state.available_cents,
    )
