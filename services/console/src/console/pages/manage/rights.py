"""« Droits »: the register of rights, as a list and a person at a time, for the roles that read it.

What is given and revoked goes through the forms of the API's own operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.auth.session import ChosenRight
from console.commands.offered import form_address
from console.pages.reading.cases import get_services
from console.pages.rendering import first_page, page
from console.pages.work.command_form import just_recorded
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error
from shared.kernel import Role, paris_date

router = APIRouter()
READERS = (Role.MANAGER, Role.REGIONAL, Role.DPO, Role.AUDITOR, Role.OPS)
"""Of the list; the operator opens nobody's own page, and is shown no name."""
GRANTERS = (Role.MANAGER, Role.REGIONAL)
ROLES_OVER_UNITS = tuple(
    role for role in Role if role not in (Role.LEADER, Role.PROVIDER, Role.RECIPIENT, Role.SERVICE, Role.OPS)
)
"""Whose rights the list may be narrowed to; a right to one case is read with that case."""
ALL, IN_FORCE = "tous", "en-vigueur"
ORDERS = {"recents": "-granted_at", "terme": "until"}
PAGE_IDENTITIES = 50


@dataclass(frozen=True, slots=True)
class RightDecision:
    """When a right was granted or revoked, by whom and why. `by`: null where no name is known."""

    at: str
    by: str | None
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class RightLine:
    """A right of one identity. `state`: in force, not yet begun, ended or revoked. `covers`: what it is over, in words.
    `granted`, `revoked`: null in the list, which does not say. `revocation`: the address of the form, where the API
    offers it."""

    right: Mapping[str, Any]
    state: str
    covers: str
    granted: RightDecision | None = None
    revoked: RightDecision | None = None
    revocation: str | None = None


@router.get("/droits")
async def rights_page(
    request: Request,
    role: Annotated[str, Query(max_length=40)] = "",
    unite: Annotated[str, Query(max_length=200)] = "",
    quand: str = IN_FORCE,
    ordre: str = "recents",
    apres: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """`unite`: the code of a unit that the rights are over. `quand`: rights in force today, or all that were ever
    granted."""
    reader = await get_reader(request)
    right = get_session(request).session.right
    if right is None or right.role not in READERS:
        return RedirectResponse(first_page(right), 303)
    today = paris_date(datetime.now(UTC))
    chosen = role if role in ROLES_OVER_UNITS else ""
    order = ordre if ordre in ORDERS else "recents"
    services = get_services(request)
    units = unit_options(right, await result_or_error(services.json(reader, "intake", "/api/v1/units")))
    unit = unite if unite in units else ""
    found = await result_or_error(
        services.json(
            reader,
            "intake",
            "/api/v1/identities",
            role=chosen or None,
            unit=unit or None,
            active_on=None if quand == ALL else today.isoformat(),
            sort=ORDERS[order],
            after=apres or None,
            limit=PAGE_IDENTITIES,
        )
    )
    filters = {"role": chosen, "unite": unit, "quand": ALL if quand == ALL else IN_FORCE, "ordre": order}
    down = isinstance(found, UpstreamError)
    return page(
        request,
        "manage/rights.html",
        role=chosen,
        roles=ROLES_OVER_UNITS,
        unit=unit,
        units=units,
        filters=urlencode({name: value for name, value in filters.items() if value}),
        all=quand == ALL,
        order=order,
        error=found if down else None,
        people=[] if down else [(each, list_lines(each["rights"], today)) for each in found["items"]],
        next=None if down else found["next"],
        after=apres,
        may_grant=right.role in GRANTERS,
        may_open=right.role != Role.OPS,
        just_done=await just_recorded(request),
    )


@router.get("/droits/{identity}")
async def identity_page(request: Request, identity: UUID) -> Response:
    reader = await get_reader(request, identity)
    right = get_session(request).session.right
    if right is None or right.role not in READERS or right.role == Role.OPS:
        return RedirectResponse(first_page(right), 303)
    services, path = get_services(request), f"/api/v1/identities/{identity}"
    state = await services.json(reader, "intake", path)
    history = await result_or_error(services.json(reader, "intake", f"{path}/history"))
    entries = [] if isinstance(history, UpstreamError) else history
    return page(
        request,
        "manage/identity.html",
        identity=identity,
        name=state.get("name"),
        lines=identity_lines(state, entries, paris_date(datetime.now(UTC))),
        error=history if isinstance(history, UpstreamError) else None,
        may_grant=right.role in GRANTERS,
        just_done=await just_recorded(request),
    )


def unit_options(right: ChosenRight, listed: Any) -> dict[str, str]:
    """The units that a reader may narrow the list to, by code, with their names: those that their right covers, all for
    the operator; none where there is only one. `listed`: the deployment's units, or the error instead."""
    names = {} if isinstance(listed, UpstreamError) else {each["code"]: each["name"] for each in listed}
    covered = set(names) if right.role == Role.OPS else {*right.units, right.unit} - {None}
    options = {
        code: name if (name := names.get(code, code)) == code else f"{name} ({code})" for code in covered if code
    }
    return dict(sorted(options.items(), key=lambda each: each[1])) if len(options) > 1 else {}


def list_lines(rights: Iterable[Mapping[str, Any]], today: date) -> list[RightLine]:
    return [
        RightLine(each, state_of(each, today, revoked=each["revoked"]), covers=what_it_covers(each)) for each in rights
    ]


def identity_lines(state: Mapping[str, Any], history: Iterable[Mapping[str, Any]], today: date) -> list[RightLine]:
    """The rights of one identity, the latest first, each with who granted and revoked it."""
    granted: dict[str, RightDecision] = {}
    revoked: dict[str, RightDecision] = {}
    for entry in history:
        decision = RightDecision(
            entry["recorded_at"],
            entry["names"].get(entry["actor"]),
            role=entry["role"],
            reason=entry["data"].get("reason") or "",
        )
        match entry["event"]:
            case "right-granted":
                granted[entry["data"]["right"]["id"]] = decision
            case "right-revoked":
                revoked[entry["data"]["right"]] = decision
    offered = {link["href"] for link in state.get("links") or ()}
    lines = []
    for right in reversed(state["rights"]):
        path = f"/api/v1/identities/{state['id']}/rights/{right['id']}/revocation"
        lines.append(
            RightLine(
                right,
                state_of(right, today, revoked=right["id"] in state["revoked"]),
                covers=what_it_covers(right),
                granted=granted.get(right["id"]),
                revoked=revoked.get(right["id"]),
                revocation=form_address(None, "intake", path) if path in offered else None,
            )
        )
    return lines


def state_of(right: Mapping[str, Any], today: date, *, revoked: bool) -> str:
    """in_force, future, ended or revoked."""
    if revoked:
        return "revoked"
    if right["until"] and date.fromisoformat(right["until"]) < today:
        return "ended"
    if right["since"] and date.fromisoformat(right["since"]) > today:
        return "future"
    return "in_force"


def what_it_covers(right: Mapping[str, Any]) -> str:
    """The names by which a territory was given, else the units; empty for a right without either."""
    if right.get("case"):
        return "un seul dossier"
    covered = right["territories"] or right["units"]
    return ", ".join(dict.fromkeys(each for each in (right["unit"], *covered) if each))
