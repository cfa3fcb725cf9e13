"""/api/v1/shares and /api/v1/advice: what is shared with a committee, and what a resource centre is asked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from diagnostic import inbox
from diagnostic.domain.advice import QuestionStatus
from shared.kernel import Role
from shared.web.auth import Caller, authorize, requires
from shared.web.collections import PAST_TURN, list_params, list_rows, page_of
from shared.web.requests import AppDep, case_router

shares = case_router("/shares", "diagnoses")
advice = case_router("/advice", "diagnoses")
SHARE_PARAMS = list_params(inbox.shares)
ADVICE_PARAMS = list_params(
    inbox.advice, status=(QuestionStatus | None, Field(None, description="Questions of this status"))
)


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
    unit = caller.actor.unit
    status: QuestionStatus | None = params.status  # type: ignore[attr-defined]  # made of the projection's fields
    page = list_rows(app, caller, inbox.advice, params, contains={status.value: unit or ""} if status else {})
    return page.model_copy(update={"items": [inbox.questions_to(row, unit, status) for row in page.items]})
