"""A call for tenders on one page: what was asked, each proposal beside the others, and how each was
scored; the candidates' questions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.commands.offered import Offered, offered_commands, split_by_part
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import result_or_error

router = APIRouter()


@dataclass(frozen=True, slots=True)
class CandidateColumn:
    """`points`: by line of the grid, what each scorer gave; `score`: out of 20, as the service weighs it. `rank`: among
    the scored proposals."""

    id: str
    state: Mapping[str, Any]
    points: tuple[tuple[int, ...], ...]
    score: float | None
    rank: int | None
    offered: list[Offered]


@dataclass(frozen=True, slots=True)
class QuestionItem:
    """`candidate`: the candidate's name, which the other candidates are not told."""

    state: Mapping[str, Any]
    candidate: str
    offered: list[Offered]


@router.get("/dossiers/{case}/consultations/{tender}")
async def tender_page(request: Request, case: UUID, tender: UUID) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    state, opened = await asyncio.gather(
        services.json(reader, "parcours", f"/api/v1/parcours/{case}/tenders/{tender}"),
        result_or_error(services.json(reader, "intake", f"/api/v1/requests/{case}")),
    )
    offered = offered_commands(case, "parcours", state.get("links") or ())
    parts = dict.fromkeys(state["candidates"], "providers") | dict.fromkeys(state["questions"], "questions")
    whole, by_part = split_by_part(offered, parts)
    questions = [
        QuestionItem(each, str(state["candidates"][each["provider"]]["name"]), offered=by_part.get(key, []))
        for key, each in state["questions"].items()
    ]
    return page(
        request,
        "work/tender.html",
        case=case,
        state=opened,
        tender=state,
        offered=whole,
        candidates=candidate_columns(state, by_part),
        questions=questions,
    )


def candidate_columns(state: Mapping[str, Any], offered: Mapping[str, list[Offered]]) -> list[CandidateColumn]:
    """The best score first, then those without one, by name."""
    scores: Mapping[str, float] = (state.get("extra") or {}).get("scores") or {}
    best = sorted(scores.values(), reverse=True)
    columns = [
        CandidateColumn(
            id_,
            candidate,
            points=tuple(zip(*candidate["scores"].values(), strict=True)),
            score=scores.get(id_),
            rank=best.index(scores[id_]) + 1 if id_ in scores else None,
            offered=offered.get(id_, []),
        )
        for id_, candidate in state["candidates"].items()
    ]
    return sorted(columns, key=lambda each: (each.rank or len(columns) + 1, str(each.state["name"])))
