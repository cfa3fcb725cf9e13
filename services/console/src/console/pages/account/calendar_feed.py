"""« Mon agenda »: the secret address of one's due dates, and the calendar that it opens without a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.forms import read_form
from console.pages.reading.cases import STAFF_ROLES, get_services
from console.pages.rendering import page
from console.presentation.calendar_file import write_calendar
from console.upstream.reader import get_reader
from console.upstream.services import Reader, UpstreamError

router = APIRouter()
LINK = "/api/v1/calendar-feed"
COMMANDS = {"creer": "renewal", "retirer": "revocation"}
ANYBODY = Reader(None)
RETRY_SECONDS = 900


@router.get("/mon-agenda")
async def calendar_page(request: Request) -> Response:
    reader = await get_reader(request)
    if not _is_staff(request):
        return RedirectResponse("/", 303)
    link = await get_services(request).json(reader, "intake", LINK)
    shown = page(request, "account/calendar_feed.html", feed=_address(request, link["token"]))
    shown.headers["Cache-Control"] = "no-store"
    return shown


@router.post("/mon-agenda/{action}")
async def change_link(request: Request, action: str) -> Response:
    """Makes another address, or ends the one that there is."""
    reader = await get_reader(request)
    await read_form(request)
    if not _is_staff(request) or action not in COMMANDS:
        return RedirectResponse("/mon-agenda", 303)
    await get_services(request).post(reader, "intake", f"{LINK}/{COMMANDS[action]}", {}, json={})
    return RedirectResponse("/mon-agenda", 303)


@router.get("/agenda/{token}.ics")
async def calendar(request: Request, token: str) -> Response:
    """For a calendar program, which asks again and again: it keeps what it has when this cannot answer (503)."""
    try:
        tasks: Any = await get_services(request).post(
            ANYBODY, "intake", "/api/v1/calendar-tasks", {}, json={"token": token}
        )
    except UpstreamError as error:
        if error.status in (404, 422):
            return Response("Ce lien d’agenda n’ouvre rien.\n", 404, media_type="text/plain; charset=utf-8")
        headers = {"Retry-After": str(RETRY_SECONDS)}
        return Response(f"{error.detail}\n", 503, headers, media_type="text/plain; charset=utf-8")
    content = write_calendar(tasks, request.app.state.settings.address, datetime.now(UTC))
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'inline; filename="dla.ics"'}
    return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")


def _is_staff(request: Request) -> bool:
    right = get_session(request).session.right
    return right is not None and right.role in STAFF_ROLES


def _address(request: Request, token: str | None) -> str | None:
    return token and f"{request.app.state.settings.address.rstrip('/')}/agenda/{token}.ics"
