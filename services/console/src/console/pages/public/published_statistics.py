"""/stats: the statistics that the services publish to everybody, masked as they are for pilots."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from console.pages.public.information import keep_session
from console.pages.rendering import page
from console.upstream.published_statistics import PublishedStatistics
from console.upstream.services import UpstreamError

router = APIRouter(dependencies=[Depends(keep_session)])
Period = Annotated[str, Query(pattern=r"^(\d{4}(-T[1-4])?)?$")]


@router.get("/stats")
async def statistics_page(request: Request, periode: Period = "") -> HTMLResponse:
    published: PublishedStatistics = request.app.state.published
    answers = await published.of_all_services(periode or None)
    tables = {service: answer for service, answer in answers.items() if isinstance(answer, dict)}
    periods = sorted({period for answer in tables.values() for period in answer["periods"]}, reverse=True)
    return page(
        request,
        "public/statistics.html",
        tables=tables,
        errors=[each for each in answers.values() if isinstance(each, UpstreamError)],
        periods=periods,
        chosen=periode,
    )
