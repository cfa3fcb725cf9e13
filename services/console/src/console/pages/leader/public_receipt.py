"""The public page of a fingerprint: which line of the ledger it is, and whether the decision still holds. Nothing else.

Nobody signs in, and the page names neither a person, a structure nor what was decided. What is unknown, and what is no
fingerprint, get one and the same answer."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.upstream.services import Reader, UpstreamError

router = APIRouter()
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
Typed = Annotated[str, Query(max_length=200)]


@router.get("/empreinte")
async def fingerprint_form(request: Request, numero: Typed = "", empreinte: Typed = "") -> Response:
    """`numero`, `empreinte`: as they stand on a receipt, typed or pasted."""
    if numero or empreinte:
        event, fingerprint = "".join(numero.split()).lower(), "".join(empreinte.split()).lower()
        if _is_id(event) and FINGERPRINT.fullmatch(fingerprint):
            return RedirectResponse(f"/empreinte/{event}/{fingerprint}", 303)
        return _unknown(request)
    return page(request, "leader/public_receipt.html", found=None, unknown=False, error=None)


@router.get("/empreinte/{event}/{fingerprint}")
async def fingerprint_page(request: Request, event: str, fingerprint: str) -> Response:
    fingerprint = fingerprint.lower()
    if not _is_id(event) or not FINGERPRINT.fullmatch(fingerprint):
        return _unknown(request)
    try:
        found = await get_services(request).json(Reader(None), "audit", f"/tlog/receipts/{event}/{fingerprint}")
    except UpstreamError as error:
        if error.status == 404:
            return _unknown(request)
        return page(request, "leader/public_receipt.html", error.status, found=None, unknown=False, error=error)
    return page(request, "leader/public_receipt.html", found=found, fingerprint=fingerprint, unknown=False, error=None)


def _unknown(request: Request) -> Response:
    return page(request, "leader/public_receipt.html", 404, found=None, unknown=True, error=None)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
