"""Handing over cases: those of an adviser who leaves, or is away, are given to another one all at once; with a last
day, they come back by themselves. Each case records it for itself, with the reason; the form may be sent again, and
records no case twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.pages.forms import SentForm, read_long_form
from console.pages.manage.unit import open_cases
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError
from shared.kernel import Role, uuid7

router = APIRouter()
AT_ONCE = 4
"""Commands on their way at a time: a service has few processes."""
MOST_CASES = 500
"""In one form; the page says that others are left."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of one case. `error`: null when it is recorded."""

    case: Mapping[str, Any]
    error: UpstreamError | None


@dataclass(frozen=True, slots=True)
class HandOverForm:
    """What was typed. `until`: the last day of an absence, as YYYY-MM-DD, or empty. `faults`: what to correct, by
    field."""

    key: str
    to: str = ""
    reason: str = ""
    until: str = ""
    chosen: frozenset[str] | None = None
    faults: Mapping[str, str] = field(default_factory=dict)

    def is_chosen(self, case: str) -> bool:
        """All cases, until somebody unticks one."""
        return self.chosen is None or case in self.chosen


@router.get("/responsable/passation/{adviser}")
async def hand_over_page(request: Request, adviser: UUID) -> Response:
    return await _show(request, adviser, HandOverForm(str(uuid7())))


@router.post("/responsable/passation/{adviser}")
async def hand_over(request: Request, adviser: UUID) -> Response:
    sent = await read_long_form(request)
    form = read_hand_over(sent)
    if sent.stale:
        return await _show(request, adviser, form, 403, stale=True)
    if form.faults:
        return await _show(request, adviser, form, 422)
    reader, services = await get_reader(request), get_services(request)
    cases = [row for row in await open_cases(services, reader, adviser=str(adviser)) if form.is_chosen(row["id"])]
    gone = len((form.chosen or frozenset()) - {row["id"] for row in cases})
    results = await _assign_all(services, reader, form, cases)
    if any(each.error for each in results):
        return await _show(request, adviser, form, 409, results=results)
    return page(request, "manage/handed_over.html", results=results, gone=gone, until=form.until)


def read_hand_over(sent: SentForm) -> HandOverForm:
    chosen = frozenset(value for name, value in sent.pairs if name == "dossier")
    faults = {}
    if not sent.get("a"):
        faults["a"] = "Choisissez qui reprend les dossiers."
    if len(sent.get("motif").strip()) < 3:
        faults["motif"] = "Dites pourquoi\u00a0: départ, absence, répartition…"
    until = sent.get("fin").strip()
    if until and not is_day(until):
        faults["fin"] = "Donnez une date, comme 2026-12-24, ou rien."
    if not chosen:
        faults["dossier"] = "Choisissez au moins un dossier."
    return HandOverForm(
        sent.get("cle") or str(uuid7()),
        sent.get("a"),
        reason=sent.get("motif"),
        until=until,
        chosen=chosen,
        faults=faults,
    )


def is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


async def _assign_all(
    services: Services, reader: Reader, form: HandOverForm, cases: Sequence[Mapping[str, Any]]
) -> list[HandedOver]:
    """Each case for itself: one that is refused keeps no other back."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def assign(case: Mapping[str, Any]) -> HandedOver:
        headers = {"Idempotency-Key": key_of_case(form.key, case["id"]), "Prefer": "return=minimal"}
        body = {"adviser": form.to, "reason": form.reason} | ({"until": form.until} if form.until else {})
        operation = "stand-in" if form.until else "assignment"
        async with gate:
            try:
                await services.post(reader, "intake", f"/api/v1/requests/{case['id']}/{operation}", headers, json=body)
            except UpstreamError as error:
                return HandedOver(case, error)
        return HandedOver(case, None)

    return list(await asyncio.gather(*(assign(case) for case in cases)))


def key_of_case(key: str, case: str) -> str:
    """The idempotency key of one case in a form that is sent for many. Raises HTTPException for a key that no page of
    the console made."""
    try:
        return str(uuid5(UUID(key), case))
    except ValueError:
        raise HTTPException(400) from None


async def _show(
    request: Request,
    adviser: UUID,
    form: HandOverForm,
    status: int = 200,
    *,
    stale: bool = False,
    results: Sequence[HandedOver] = (),
) -> Response:
    """Who may not hand over cases gets the answer of intake, which lists nobody to them."""
    reader, services = await get_reader(request), get_services(request)
    advisers, cases = await asyncio.gather(
        services.json(reader, "intake", "/api/v1/identities", role=Role.ADVISER, limit=200),
        open_cases(services, reader, adviser=str(adviser)),
    )
    known = {each["id"]: each.get("name") for each in advisers["items"]}
    named = next((row["adviser"].get("name") for row in cases if row.get("adviser")), None)
    return page(
        request,
        "manage/hand_over.html",
        status,
        adviser=adviser,
        name=known.get(str(adviser)) or named,
        others={id_: name for id_, name in known.items() if id_ != str(adviser)},
        cases=cases[:MOST_CASES],
        left=max(0, len(cases) - MOST_CASES),
        form=form,
        stale=stale,
        results=results,
    )
