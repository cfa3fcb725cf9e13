"""Emergency access: the form that opens a confidential case for three hours.

The page that says that there is no such case leads to it. The service records who opens it, and why, before it shows
anything."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.forms import read_long_form
from console.pages.reading.cases import get_services
from console.pages.rendering import EMERGENCY_ROLES, page
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError
from shared.kernel import uuid7

router = APIRouter()
NOT_NEEDED = "emergency-access-not-needed"
MAX_REASON_CHARACTERS = 2000
"""As the service takes it."""


@router.get("/dossiers/{case}/urgence")
async def emergency_form(request: Request, case: UUID) -> Response:
    await get_reader(request, case)
    return _show(request, case) if _may_open(request) else RedirectResponse(f"/dossiers/{case}", 303)


@router.post("/dossiers/{case}/urgence")
async def open_case(request: Request, case: UUID) -> Response:
    """What was typed is shown again with every refusal."""
    sent = await read_long_form(request)
    reader = await get_reader(request, case)
    if not _may_open(request):
        return RedirectResponse(f"/dossiers/{case}", 303)
    key, reason = sent.get("cle") or str(uuid7()), sent.get("motif").strip()
    if sent.stale:
        return _show(request, case, 403, reason=reason, key=key, stale=True)
    path = f"/api/v1/requests/{case}/emergency-access"
    try:
        await get_services(request).post(reader, "intake", path, {"Idempotency-Key": key}, json={"reason": reason})
    except UpstreamError as error:
        if error.status == 401:
            raise
        if error.slug != NOT_NEEDED:
            return _show(request, case, error.status, reason=reason, key=key, error=error)
    return RedirectResponse(f"/dossiers/{case}/travail", 303)


def _may_open(request: Request) -> bool:
    right = get_session(request).session.right
    return right is not None and right.role in EMERGENCY_ROLES


def _show(
    request: Request,
    case: UUID,
    status: int = 200,
    *,
    reason: str = "",
    key: str = "",
    error: UpstreamError | None = None,
    stale: bool = False,
) -> Response:
    return page(
        request,
        "work/emergency.html",
        status,
        case=case,
        reason=reason,
        key=key or str(uuid7()),
        error=error,
        stale=stale,
        max_reason=MAX_REASON_CHARACTERS,
    )
