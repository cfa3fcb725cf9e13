"""Public pages about the site: legal notice, personal data, accessibility, site map, `security.txt` (RFC 9116)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from console.auth.request_session import get_session, is_cross_site
from console.pages.rendering import page
from console.public_information import AUDIT_VALID_YEARS, Compliance, PublicPagesSettings
from shared.kernel import paris_date


def keep_session(request: Request) -> None:
    """Somebody who follows a link of another site to a public page stays signed in: their browser held the session
    back, and must not be given an empty one instead."""
    if is_cross_site(request):
        get_session(request).set_aside()


router = APIRouter(dependencies=[Depends(keep_session)])


@router.get("/mentions-legales")
async def legal_notice(request: Request) -> HTMLResponse:
    return _page(request, "legal_notice")


@router.get("/donnees-personnelles")
async def personal_data(request: Request) -> HTMLResponse:
    return _page(request, "personal_data", hours=request.app.state.settings.hours)


@router.get("/accessibilite")
async def accessibility(request: Request) -> HTMLResponse:
    today = paris_date(datetime.now(UTC))
    settings: PublicPagesSettings = request.app.state.public
    return _page(
        request,
        "accessibility",
        state=settings.compliance(today),
        states=Compliance,
        findings=[each.strip() for each in (settings.audit_findings or "").split(";") if each.strip()],
        outdated=settings.audit_date is not None and settings.is_outdated(today),
        valid_years=AUDIT_VALID_YEARS,
    )


@router.get("/plan-du-site")
async def site_map(request: Request) -> HTMLResponse:
    return _page(request, "site_map", security=_security_txt(request) is not None)


@router.get("/.well-known/security.txt")
async def security_txt(request: Request) -> Response:
    """404 without a contact, and once it has expired: nobody knows then whether the contact is still right."""
    text = _security_txt(request)
    if text is None:
        raise HTTPException(404)
    return PlainTextResponse(text)


def _security_txt(request: Request) -> str | None:
    settings: PublicPagesSettings = request.app.state.public
    return settings.security_txt(request.app.state.settings.address, datetime.now(UTC))


def _page(request: Request, name: str, **context: Any) -> HTMLResponse:
    public, address = request.app.state.public, request.app.state.settings.address
    return page(request, f"public/{name}.html", public=public, address=address, **context)
