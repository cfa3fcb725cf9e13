"""The working page of a case: where it stands on its path, what may be done next, people, papers and recent history."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.auth.request_session import get_session
from console.commands.offered import Offered, form_address, offered_commands, split_by_part
from console.pages.reading.cases import get_services
from console.pages.recipient.transmission import RECIPIENT_ROLE, transmission_page
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.presentation.calendar import Calendar, draw_calendar
from console.presentation.case_path import case_path
from console.presentation.comparison import ReviewComparison, compare_reviews
from console.presentation.radar import Radar, draw_radar
from console.upstream.phase_pages import CASE_PAGES
from console.upstream.reader import get_reader
from console.upstream.services import Reader, Services, UpstreamError, result_or_error
from shared.kernel import paris_date

router = APIRouter()
RECENT_EVENTS = 8
UNSEEN_EVENTS = {
    "person-name-recorded",
    "structure-name-recorded",
    "right-replicated",
    "revocation-replicated",
    "emergency-access-replicated",
}
"""What services tell each other, which is no act of anybody."""
PAGE_EVENTS = 25
"""Of the timeline: they hold the last acts of most cases."""


@dataclass(frozen=True, slots=True)
class CasePart:
    """A part of a case with commands of its own: an orientation, an action, a tender, a review, a personal link."""

    id: str
    title: str
    facts: str
    state: Mapping[str, Any]
    offered: list[Offered] = field(default_factory=list)
    parts: list[CasePart] = field(default_factory=list)
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class PhaseWork:
    """What a service says of the case. `state`: null before the case has reached it; `error`: why it cannot be read."""

    name: str
    title: str
    service: str
    state: Mapping[str, Any] | None
    error: UpstreamError | None
    offered: list[Offered]
    parts: dict[str, list[CasePart]]
    radar: Radar | None = None
    calendar: Calendar | None = None
    comparison: ReviewComparison | None = None


@router.get("/dossiers/{case}/travail")
async def case_work_page(
    request: Request,
    case: UUID,
) -> Response:
    reader, services = await get_reader(request, case), get_services(request)
    if (right := get_session(request).session.right) and right.role == RECIPIENT_ROLE:
        return await transmission_page(request, services, reader, case, done="fait" in request.query_params)
    *answers, recent = await asyncio.gather(
        *(
            result_or_error(services.json(reader, each.service, f"{each.path_of(case, case)}/with-parts"))
            for each in CASE_PAGES.values()
        ),
        result_or_error(recent_acts(services, reader, case)),
    )
    if isinstance(answers[0], UpstreamError) and not answers[0].is_down:
        raise answers[0]
    states = [each if isinstance(each, UpstreamError) else each["state"] for each in answers]
    known = [each if isinstance(each, Mapping) else {} for each in answers]
    intake, _, parcours, followup = known
    parts: list[dict[str, list[CasePart]]] = [
        {
            "orientations": _orientation_parts(case, intake.get("orientations") or []),
            "links": _link_parts(case, intake.get("access_links") or []),
        },
        {},
        {"actions": [], "tenders": _tender_parts(case, parcours.get("tenders") or [])},
        {},
    ]
    phases = [_phase(case, name, state, own) for (name, state, own) in zip(CASE_PAGES, states, parts, strict=True)]
    phases = [_with_drawings(phase, followup.get("state") or {}) for phase in phases]
    return page(
        request,
        "work/case_work.html",
        case=case,
        state=states[0],
        path=case_path(*states),
        phases=phases,
        papers=_papers(case, known),
        recent=[] if isinstance(recent, UpstreamError) else recent,
        recent_error=_not_reached_aside(recent),
        names=(intake.get("state") or {}).get("names") or {},
        just_done=await just_recorded(request),
        form_address=form_address,
    )


def _phase(case: UUID, name: str, state: Any, parts: dict[str, list[CasePart]]) -> PhaseWork:
    described = CASE_PAGES[name]
    known = state if isinstance(state, Mapping) else None
    offered = offered_commands(case, described.service, known.get("links") or ()) if known else []
    whole = offered
    if known:
        actions, reviews = known.get("actions") or {}, known.get("reviews") or {}
        segments = dict.fromkeys(actions, "actions") | dict.fromkeys(reviews, "reviews")
        whole, by_part = split_by_part(offered, segments)
        parts = parts | {
            "actions": _action_parts(known, by_part),
            "reviews": _review_parts(known, by_part),
        }
    error = _not_reached_aside(state)
    return PhaseWork(
        name, described.title, service=described.service, state=known, error=error, offered=whole, parts=parts
    )


def _with_drawings(phase: PhaseWork, follow_up: Mapping[str, Any]) -> PhaseWork:
    """What the phase shows as a drawing or a table, from its state."""
    state = phase.state or {}
    ratings = {axis: each["rating"] for axis, each in ((state.get("content") or {}).get("axes") or {}).items()}
    match phase.name:
        case "diagnostic":
            return replace(phase, radar=draw_radar(ratings))
        case "parcours":
            return replace(phase, calendar=draw_calendar(state, follow_up, paris_date(datetime.now(UTC))))
        case "suivi":
            return replace(phase, comparison=compare_reviews(state))
    return phase


def _not_reached_aside(answer: Any) -> UpstreamError | None:
    """The error of a service that did not answer; a case that it does not know yet is none."""
    return answer if isinstance(answer, UpstreamError) and answer.status != 404 else None


def _papers(case: UUID, answers: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any], list[Offered]]]:
    """The attachments of each phase that the case has reached: its service, the attachment, what may be done."""
    return [
        (each.service, paper, offered_commands(case, each.service, paper.get("links") or ()))
        for each, answer in zip(CASE_PAGES.values(), answers, strict=True)
        for paper in answer.get("attachments") or ()
    ]


def _orientation_parts(case: UUID, found: list[Mapping[str, Any]]) -> list[CasePart]:
    return [
        CasePart(
            each["id"],
            each.get("target") or each.get("other") or "Orientation",
            facts=each["status"],
            state=each,
            offered=offered_commands(case, "intake", each.get("links") or ()),
        )
        for each in found
    ]


def _link_parts(case: UUID, found: list[Mapping[str, Any]]) -> list[CasePart]:
    return [
        CasePart(
            each["id"],
            each["name"],
            facts=each["role"],
            state=each,
            offered=offered_commands(case, "intake", each.get("links") or ()),
        )
        for each in found
    ]


def _tender_parts(case: UUID, found: list[Mapping[str, Any]]) -> list[CasePart]:
    """Each with the providers consulted as its parts."""
    parts = []
    for each in found:
        offered = offered_commands(case, "parcours", each.get("links") or ())
        candidates = each.get("candidates") or {}
        whole, by_candidate = split_by_part(offered, dict.fromkeys(candidates, "providers"))
        inner = [
            CasePart(id_, candidate["name"], facts="", state=candidate, offered=by_candidate[id_])
            for id_, candidate in candidates.items()
        ]
        title = each.get("terms_of_reference") or "Consultation"
        parts.append(CasePart(each["id"], title, facts=each["status"], state=each, offered=whole, parts=inner))
    return parts


def _action_parts(state: Mapping[str, Any], offered: Mapping[str, list[Offered]]) -> list[CasePart]:
    return [
        CasePart(
            id_,
            each["planned"]["title"],
            facts=each["status"],
            state=each,
            offered=offered[id_],
            anchor=f"action-{id_}",
        )
        for id_, each in (state.get("actions") or {}).items()
    ]


def _review_parts(state: Mapping[str, Any], offered: Mapping[str, list[Offered]]) -> list[CasePart]:
    return [
        CasePart(code, f"Bilan {code}", facts=each["status"], state=each, offered=offered[code])
        for code, each in (state.get("reviews") or {}).items()
    ]


async def recent_acts(services: Services, reader: Reader, case: UUID) -> list[Mapping[str, Any]]:
    """The last acts, newest first, each with the name of who did it. Raises UpstreamError."""
    acts: list[Mapping[str, Any]] = []
    after = None
    while len(acts) < RECENT_EVENTS:
        found = await services.json(
            reader, "audit", f"/api/v1/cases/{case}/timeline", order="newest", limit=PAGE_EVENTS, after=after
        )
        names = found["names"] or {}
        acts += [
            each | {"actor_name": names.get(each["actor"])}
            for each in found["events"]
            if each["event"] not in UNSEEN_EVENTS
        ]
        if (after := found["next"]) is None:
            break
    return acts[:RECENT_EVENTS]
