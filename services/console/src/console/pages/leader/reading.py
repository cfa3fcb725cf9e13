"""What the pages of a leader read: the states of the case, and the commands that the API offers in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from console.commands.offered import Offered, offered_commands
from console.upstream.phase_pages import CASE_PAGES
from console.upstream.services import Reader, Services, UpstreamError


@dataclass(frozen=True, slots=True)
class PhaseState:
    """`page`: the name of the phase in addresses. `state`: empty before the case has reached it, or while the service
    does not answer, as `error` says."""

    page: str
    service: str
    state: Mapping[str, Any]
    offered: list[Offered]
    error: UpstreamError | None = None


async def known_yet(call: Any) -> Any:
    """The result of a call, or its UpstreamError, 401 included: a service hears of a personal link that was just given
    some seconds after intake, which gave it. Raises UpstreamError when the session itself is over."""
    try:
        return await call
    except UpstreamError as error:
        if error.slug == "session-over":
            raise
        return error


async def read_phases(services: Services, reader: Reader, case: UUID) -> list[PhaseState]:
    """Of the four services. Raises UpstreamError when the case is not for the reader."""
    states = await asyncio.gather(
        *(known_yet(services.json(reader, each.service, each.path_of(case, case))) for each in CASE_PAGES.values())
    )
    first = states[0]
    if isinstance(first, UpstreamError) and not first.is_down:
        raise first
    return [_phase(case, name, state) for name, state in zip(CASE_PAGES, states, strict=True)]


def _phase(case: UUID, name: str, state: Any) -> PhaseState:
    service = CASE_PAGES[name].service
    if isinstance(state, UpstreamError):
        error = state if state.status != 404 else None  # a case that a service does not know yet is no fault
        return PhaseState(name, service, state={}, offered=[], error=error)
    return PhaseState(name, service, state=state, offered=offered_commands(case, service, state.get("links") or ()))


def offered_as(phases: list[PhaseState], *rels: str) -> Iterator[Offered]:
    """The commands of these names that are offered in any phase."""
    return (each for phase in phases for each in phase.offered if each.rel in rels)
