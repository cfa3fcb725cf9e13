"""/api/v1/provider-cases: what is a provider's own over all cases, its accesses, tenders and assignments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from parcours.api.provider_parts import load_provider_parts
from parcours.domain import parcours
from parcours.domain.state import Action, ActionStatus
from parcours.domain.tender.state import Tender
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import LabelledEnum, Right, Role
from shared.temporal import PRESENT, load_case_at
from shared.web.auth import Caller, OwnRight, authorize, under_every_right
from shared.web.requests import AppDep, case_router

router = case_router("/provider-cases", "provider cases")


class AgreementStatus(LabelledEnum):
    """Where the agreement of a provider that was chosen stands."""

    TO_SIGN = "to_sign", "convention à signer"
    SIGNED = "signed", "convention signée"


@dataclass(frozen=True, slots=True)
class ListedTender:
    """A tender that the provider was invited to. `href`: where its proposal goes, by `deadline`; null for the tender of
    a collective `operation`, whose unit records what the provider hands in. `retained` is null until it has been
    informed of the result."""

    id: UUID
    operation: UUID | None
    status: str
    status_label: str
    deadline: datetime
    answered: bool
    informed_on: date | None
    retained: bool | None
    href: str | None


@dataclass(frozen=True, slots=True)
class ListedAssignment:
    """What the provider was chosen for, by the case or by its collective `operation`. `days` and `days_left` are null
    until the agreement is signed; `report_due_on`: by the end of the action, null once the report was received."""

    action: UUID
    operation: UUID | None
    title: str
    status: ActionStatus
    status_label: str
    agreement: AgreementStatus
    agreement_label: str
    starts_on: date
    ends_on: date
    days: int | None
    days_done: int
    days_left: int | None
    report_due_on: date | None
    report_received_on: date | None
    report_accepted: bool


@dataclass(frozen=True, slots=True)
class ProviderCase:
    """A case that one right opens: `right` names it in DLA-Right, `until` is its last day. `href`: the provider's page
    of the case, with the terms of reference, the proposal and the amounts."""

    case: UUID
    right: UUID
    until: date | None
    href: str
    tenders: list[ListedTender]
    assignments: list[ListedAssignment]


class ProviderCases(BaseModel):
    """In the order in which the rights were given; give `next` back as `after` to go on, until it is null."""

    items: list[ProviderCase]
    next: UUID | None


class ProviderCasesParams(BaseModel, extra="forbid"):
    after: UUID | None = Field(None, description="The `next` of the page before")
    limit: int = Field(50, ge=1, le=100)


@router.get("", summary="List what is a provider's own over all cases")
def list_provider_cases(
    app: AppDep,
    own: Annotated[list[OwnRight], under_every_right(Role.PROVIDER)],
    params: Annotated[ProviderCasesParams, Query()],
) -> ProviderCases:
    """The cases that your rights open today, each with the tenders that you were invited to and what you were chosen
    for. A personal link opens one case, an account each case to which it was given a right."""
    left = [each for each in own if params.after is None or each.right.id > params.after]
    page = left[: params.limit]
    items = [build_provider_case(app, each.right, each.caller) for each in page if can_read(each.caller)]
    return ProviderCases(items=items, next=page[-1].right.id if len(left) > len(page) else None)


def can_read(caller: Caller) -> bool:
    """Not a case that has become an archive."""
    return caller.case is not None and not caller.is_hidden(caller.case)


def build_provider_case(app: ServiceApplication, right: Right, caller: Caller) -> ProviderCase:
    """The read is recorded, as that of the provider's page."""
    assert caller.case is not None
    case = caller.case
    try:
        authorize(caller, case)
        now = load_case_at(app, parcours.decider, case, PRESENT)
    except UnknownCase:  # it has no parcours yet
        return ProviderCase(case, right.id, until=right.until, href=_page(case), tenders=[], assignments=[])
    parts, account = list(load_provider_parts(app, case, now)), caller.actor.id
    return ProviderCase(
        case,
        right.id,
        until=right.until,
        href=_page(case),
        tenders=[
            _tender(case, number, state, key, part.operation)
            for part in parts
            for number, state, key in part.candidacies(account)
        ],
        assignments=[
            _assignment(app, key, part.actions[key], part.operation)
            for part in parts
            for key in part.actions
            if key in part.assigned(account) and is_announced(part.actions[key])
        ],
    )


def is_announced(action: Action) -> bool:
    """Whether the provider knows that it was chosen: no award is shown before every candidate is informed."""
    assert action.retained is not None
    return action.retained.tender is None or action.retained.all_informed


def _page(case: UUID) -> str:
    return f"/api/v1/parcours/{case}/provider"


def _tender(case: UUID, number: UUID, state: Tender, key: UUID, operation: UUID | None) -> ListedTender:
    assert state.deadline is not None
    candidate = state.candidates[key]
    return ListedTender(
        number,
        operation,
        status=state.status,
        status_label=state.status.label,
        deadline=state.deadline,
        answered=candidate.proposal is not None,
        informed_on=candidate.informed_on,
        retained=key == state.winner if candidate.informed_on else None,
        href=None if operation else f"/api/v1/parcours/{case}/tenders/{number}/providers/{key}/proposal",
    )


def _assignment(app: ServiceApplication, key: UUID, action: Action, operation: UUID | None) -> ListedAssignment:
    signed = action.agreement if action.is_agreed else None
    agreement = AgreementStatus.SIGNED if signed else AgreementStatus.TO_SIGN
    received = action.report_received_on
    return ListedAssignment(
        key,
        operation,
        title=app.key_store.display_text(action.planned.title),
        status=action.status,
        status_label=action.status.label,
        agreement=agreement,
        agreement_label=agreement.label,
        starts_on=action.planned.starts_on,
        ends_on=action.planned.ends_on,
        days=signed.terms.days if signed else None,
        days_done=action.days,
        days_left=signed.terms.days - action.days if signed else None,
        report_due_on=action.planned.ends_on if signed and received is None else None,
        report_received_on=received,
        report_accepted=action.report_accepted,
    )
