"""A leader's decision on one version of the diagnosis or the parcours: the text, what changed in it, and the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from console.commands.offered import Offered, offered_commands
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.upstream.phase_pages import CASE_PAGES
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error
from shared.kernel import uuid7

router = APIRouter()
LAST_VERSION = 10**6


@dataclass(frozen=True, slots=True)
class Subject:
    """What leaders decide on. `submission`: the field of the state that names the version and its hash. `open`: the
    status in which it waits. `consequences`: what validating and contesting lead to."""

    title: str
    the: str
    document: str
    submission: str
    open: str
    validate: str
    contest: str
    comment: str
    consequences: tuple[str, str]


SUBJECTS = {
    "diagnostic": Subject(
        "Votre avis sur le diagnostic",
        "le diagnostic partagé",
        document="diagnostic-partage",
        submission="submission",
        open="submitted",
        validate="validate-diagnosis",
        contest="contest-diagnosis",
        comment="comment-diagnosis",
        consequences=(
            "vous dites que ses constats et ses préconisations sont justes. Nous conviendrons ensuite ensemble du plan"
            " d’accompagnement.",
            "vous dites ce qui ne va pas. La personne du DLA le reprend avec vous, puis vous soumet une version"
            " nouvelle.",
        ),
    ),
    "parcours": Subject(
        "Votre avis sur le parcours",
        "le parcours d’accompagnement",
        document="feuille-de-route",
        submission="shared",
        open="shared",
        validate="validate-parcours",
        contest="contest-parcours",
        comment="comment-parcours",
        consequences=(
            "vous acceptez ces actions, leur ordre et leur calendrier. Elles pourront commencer.",
            "vous dites ce qui ne va pas. La personne du DLA le reprend avec vous, puis vous partage une version"
            " nouvelle.",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class SubmittedVersion:
    """A version that leaders were asked about. `decision`: what they said of it, in French."""

    number: int
    submitted_at: str
    decision: str


@router.get("/dossiers/{case}/avis/{name}")
async def decision_page(
    request: Request, case: UUID, name: str, depuis: Annotated[int | None, Query(ge=0, le=LAST_VERSION)] = None
) -> Response:
    """`depuis`: the version to compare with; by default the last one that leaders decided on, or were asked about."""
    reader, services = await get_reader(request, case), get_services(request)
    if (subject := SUBJECTS.get(name)) is None:
        raise HTTPException(404)
    place = CASE_PAGES[name]
    path = place.path_of(case, case)
    state = await services.json(reader, place.service, path)
    document, versions = await asyncio.gather(
        result_or_error(
            services.json(reader, place.service, f"{path}/documents/{subject.document}.json", version=state["version"])
        ),
        result_or_error(services.json(reader, place.service, f"{path}/versions")),
    )
    number = (state.get(subject.submission) or {}).get("version") or state.get("content_version") or 0
    earlier = [] if isinstance(versions, UpstreamError) else submitted_before(versions, number)
    since = depuis if depuis is not None else last_seen(earlier)
    changes = await _changes(services, reader, place.service, f"{path}/versions/{number}/changes", since, number)
    offered = {
        each.rel: each
        for each in offered_commands(case, place.service, state.get("links") or ())
        if each.rel in (subject.validate, subject.contest, subject.comment)
    }
    return page(
        request,
        "leader/decision.html",
        case=case,
        subject=subject,
        name=name,
        state=state,
        number=number,
        submission=state.get(subject.submission) or {},
        waits=state.get("status") == subject.open,
        document=document,
        earlier=earlier,
        since=since,
        changes=changes if isinstance(changes, UpstreamError) else list(by_section(changes)),
        **_forms(subject, offered),
    )


def _forms(subject: Subject, offered: Mapping[str, Offered]) -> dict[str, Any]:
    """Each form has a key of its own, so that a second sending records nothing more."""
    return {
        "validate": offered.get(subject.validate),
        "contest": offered.get(subject.contest),
        "comment": offered.get(subject.comment),
        "keys": {"validate": str(uuid7()), "contest": str(uuid7())},
    }


def submitted_before(versions: Sequence[Mapping[str, Any]], number: int) -> list[SubmittedVersion]:
    """The versions before this one that leaders were asked about, the newest first."""
    return [
        SubmittedVersion(each["version"], each["submitted_at"], decision=_decision(each))
        for each in reversed(versions)
        if each["submitted_at"] and each["version"] < number
    ]


def _decision(version: Mapping[str, Any]) -> str:
    if version["contested"]:
        return "que vous avez contestée"
    return "que vous avez validée" if version["validated"] else ""


def last_seen(earlier: Sequence[SubmittedVersion]) -> int | None:
    """The last version that leaders decided on, so that they have read it; else the last one they were asked about."""
    decided = next((each.number for each in earlier if each.decision), None)
    return decided if decided is not None else next((each.number for each in earlier), None)


async def _changes(services: Services, reader: Reader, service: str, path: str, since: int | None, number: int) -> Any:
    """The changes since an earlier version; none without one."""
    if since is None or since >= number:
        return []
    answer = await result_or_error(services.json(reader, service, path, since=str(since)))
    return answer if isinstance(answer, UpstreamError) else answer["changes"]


def by_section(changes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    for title, rows in groupby(changes, key=lambda each: str(each["section_label"])):
        yield title, list(rows)
