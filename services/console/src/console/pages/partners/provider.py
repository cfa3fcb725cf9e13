"""The page of a provider: its tenders, the agreements to sign and its assignments, each with its forms.

It is all that a provider sees of a case, for as long as the services show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.commands.offered import form_address
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error

router = APIRouter()


@router.get("/dossiers/{case}/ma-mission")
async def mission_page(
    request: Request,
    case: UUID,
) -> Response:
    """Raises UpstreamError. A case without a parcours yet shows nothing to a provider."""
    reader, services = await get_reader(request, case), get_services(request)
    answer = await result_or_error(services.json(reader, "parcours", f"/api/v1/parcours/{case}/provider"))
    if isinstance(answer, UpstreamError) and answer.slug != "unknown-case":
        raise answer
    known = {} if isinstance(answer, UpstreamError) else answer
    return page(
        request,
        "partners/mission.html",
        case=case,
        answer=known,
        awaited=awaited_of(known),
        form=lambda href: form_address(case, "parcours", href),
        just_done=await just_recorded(request),
    )


def awaited_of(answer: Mapping[str, Any]) -> list[str]:
    """What waits for the provider, as the names of the sections: a proposal, a signature, a report."""
    tenders, agreements = answer.get("tenders") or (), answer.get("agreements") or ()
    assignments = answer.get("assignments") or ()
    found = ["proposal"] if any(each.get("href") and not each["proposal"] for each in tenders) else []
    found += ["agreement"] if any(each["href"] and not each["signed"] for each in agreements) else []
    return found + (["report"] if any(each.get("report") for each in assignments) else [])
