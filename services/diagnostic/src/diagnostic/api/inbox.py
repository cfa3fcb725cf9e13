"""/api/v1/shares and /api/v1/advice: what is shared with a committee, and what a resource centre is asked."""

from __future__ import annotations

from typing import Annotated, Any

from diagnostic import inbox
from shared.kernel import Role
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import PAST_TURN, list_params, list_rows, page_of
from shared.web.requests import AppDep, case_router

shares = case_router("/shares", "diagnoses")
advice = case_router("/advice", "diagnoses")
SHARE_PARAMS = list_params(inbox.shares)
ADVICE_PARAMS = list_params(inbox.advice)


@shares.get(
    "",
    dependencies=[PAST_TURN],
    response_model=page_of(inbox.shares),
    summary="List the diagnoses shared with the committee",
)
def list_shares(
    app: AppDep,
    caller: Annotated[Caller, requires(Role.COMMITTEE)],
    params: SHARE_PARAMS,  # type: ignore[valid-type]  # made from the projection's fields
) -> Any:
    """Those of your territory that a structure agreed to share and has not withdrawn; `until`: the last day. Read each
    at `/diagnoses/{id}/shared`."""
    authorize(caller)
    return list_rows(app, caller, inbox.shares, params)


@advice.get(
    "",
    dependencies=[PAST_TURN],
    response_model=page_of(inbox.advice),
    summary="List the questions to a resource centre",
)
def list_questions(
    app: AppDep,
    caller: Annotated[Caller, requires(Role.RESOURCE_CENTRE)],
    params: ADVICE_PARAMS,  # type: ignore[valid-type]  # made from the projection's fields
) -> Any:
    """By diagnosis, those that name your centre's code and no other; read and answer them at
    `/diagnoses/{id}/advice`."""
    authorize(caller)
    page = list_rows(app, caller, inbox.advice, params)
    unit = caller.actor.unit
    items = [
        row | {"questions": [each for each in row["questions"] if each["unit"] == unit], "units": [unit]}
        for row in page.items
    ]
    return page.model_copy(update={"items": items})
