"""The leader's first page: where the accompaniment stands, what is waited for, their papers and their receipts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.commands.offered import Offered, offered_commands
from console.pages.leader.reading import PhaseState, known_yet, offered_as, read_phases
from console.pages.reading.cases import fetch_timeline, get_services
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.presentation.case_path import case_path
from console.presentation.leader_words import standing
from console.presentation.receipts import receipts_of
from console.upstream.phase_pages import CASE_PAGES
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error

router = APIRouter()
HOME = "/dossiers/{case}/mon-accompagnement"
DECISIONS = (
    ("diagnostic", "submitted", "Donner votre avis sur le diagnostic", "diagnostic partagé"),
    ("parcours", "shared", "Donner votre avis sur le parcours", "parcours d’accompagnement"),
)
"""By phase: in which status a version waits for the leaders."""
COMMENTS = ("comment-diagnosis", "comment-parcours", "comment-follow-up")
OWN_PAGES = frozenset(
    {
        "validate-diagnosis",
        "contest-diagnosis",
        "validate-parcours",
        "contest-parcours",
        "sign-for-structure",
        "record-consent",
    }
)
"""What the page names by itself."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something that waits for the leader: its `title` leads to `address`; `why`: one sentence."""

    title: str
    address: str
    why: str


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """A document that can be written now, read at `address` with `.html` and `.pdf`."""

    title: str
    address: str
    version: str


@router.get("/dossiers/{case}/mon-accompagnement")
async def leader_home(
    request: Request,
    case: UUID,
) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    phases = await read_phases(services, reader, case)
    documents, orientations, timeline = await asyncio.gather(
        _documents(services, reader, case, phases),
        _orientations(services, reader, case),
        known_yet(fetch_timeline(services, reader, case)),
    )
    down = isinstance(timeline, UpstreamError)
    return page(
        request,
        "leader/home.html",
        case=case,
        state=phases[0].state or phases[0].error,
        standing=standing(*(each.state for each in phases)),
        path=case_path(*(each.state for each in phases)),
        awaited=[*_awaited(case, phases), *orientations],
        comments=list(offered_as(phases, *COMMENTS)),
        others=_others(phases),
        actions=_actions(phases[2].state),
        documents=documents,
        receipts=[] if down else receipts_of(timeline["events"], timeline["names"]),
        errors=_errors(phases, timeline),
        just_done=await just_recorded(request),
    )


def _awaited(case: UUID, phases: list[PhaseState]) -> Iterator[Awaited]:
    states = {each.page: each.state for each in phases}
    for name, status, title, what in DECISIONS:
        if states[name].get("status") == status:
            version = states[name].get("content_version")
            yield Awaited(
                title,
                f"/dossiers/{case}/avis/{name}",
                why=f"La version {version} du {what} vous est soumise\u00a0: lisez-la, puis validez-la ou"
                " contestez-la.",
            )
    titles = states["parcours"].get("actions") or {}
    for each in offered_as(phases, "sign-for-structure"):
        action = each.href.split("/actions/")[1].partition("/")[0]
        title = titles[action]["planned"]["title"]
        yield Awaited(
            "Signer la convention tripartite",
            f"/dossiers/{case}/convention/{action}",
            why=f"Pour «\u202f{title}\u202f»\u00a0: la convention attend la signature de votre structure.",
        )


async def _orientations(services: Services, reader: Reader, case: UUID) -> list[Awaited]:
    """The orientations that wait for the structure's consent."""
    path = f"/api/v1/requests/{case}/orientations"
    rows = await result_or_error(services.json(reader, "intake", path))
    if isinstance(rows, UpstreamError):
        return []
    found = await asyncio.gather(
        *(result_or_error(services.json(reader, "intake", f"{path}/{row['id']}")) for row in rows)
    )
    return [
        Awaited(
            "Dire si vous acceptez une orientation",
            offered.address,
            why=f"Nous proposons de vous mettre en relation avec {state.get('target') or state.get('other')}.",
        )
        for state in found
        if not isinstance(state, UpstreamError)
        for offered in offered_commands(case, "intake", state.get("links") or ())
        if offered.rel == "record-consent"
    ]


def _others(phases: list[PhaseState]) -> list[Offered]:
    """What else the leader may do, what ends something last."""
    found = [each for phase in phases for each in phase.offered if each.rel not in {*OWN_PAGES, *COMMENTS}]
    return sorted(found, key=lambda each: each.ends_something)


def _actions(parcours: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The actions of a parcours that the structure has seen."""
    if parcours.get("status") in (None, "building"):
        return []
    return list((parcours.get("actions") or {}).values())


async def _documents(services: Services, reader: Reader, case: UUID, phases: list[PhaseState]) -> list[OwnDocument]:
    """Those that can be written now, phase by phase."""
    reached = [each.page for each in phases if each.state]
    lists = await asyncio.gather(
        *(
            result_or_error(
                services.json(reader, CASE_PAGES[name].service, f"{CASE_PAGES[name].path_of(case, case)}/documents")
            )
            for name in reached
        )
    )
    return [
        OwnDocument(
            each["title"],
            f"/dossiers/{case}/documents/{name}/{each['name']}",
            version=str(each["html"]).partition("?version=")[2],
        )
        for name, listed in zip(reached, lists, strict=True)
        if not isinstance(listed, UpstreamError)
        for each in listed
        if each["html"]
    ]


def _errors(phases: list[PhaseState], timeline: Any) -> list[UpstreamError]:
    errors = [each.error for each in phases if each.error]
    return [*errors, timeline] if isinstance(timeline, UpstreamError) and timeline.is_down else errors
