"""Endpoints of the advice that resource centres (CRDLA) give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Response

from diagnostic.api.diagnoses import diagnoses, router
from diagnostic.domain import advice
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.state import Diagnosis
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import Actor, Role
from shared.temporal import CaseAt
from shared.web.auth import CASE_READERS, STAFF, Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep

ADVICE_READERS = frozenset({*CASE_READERS, Role.RESOURCE_CENTRE})

diagnoses.command("/advice", advice.RequestAdvice, *STAFF)
advice_parts = diagnoses.parts(
    "advice",
    advice.AdviceRequest,
    "/advice/{advice}",
    lambda diagnosis: {each.advice: each for each in diagnosis.advice},
    *CASE_READERS,
    advice=UUID,
)


def check_centre(app: ServiceApplication, caller: Caller, case: UUID, _command: advice.ReceiveAdvice) -> None:
    """Raises UnknownCase to a centre that has no question of this case: it learns of no other."""
    _visible_to(caller.actor, case, app.load_existing(decider, case).state)


advice_parts.command("/answer", advice.ReceiveAdvice, *STAFF, Role.RESOURCE_CENTRE, check=check_centre)


@dataclass(frozen=True, slots=True)
class ListedAdvice:
    """A question to a resource centre, and its answer once there is one."""

    advice: UUID
    centre: str
    question: str
    received_on: date | None
    answer: str | None


@router.get("/{id}/advice", summary="List the questions to resource centres and their answers")
def list_advice(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*ADVICE_READERS)],
    point_in_time: PointInTimeDep,
    response: Response,
) -> list[ListedAdvice]:
    """A resource centre reads the questions addressed to it, and nothing else of the diagnosis."""
    authorize(caller, id, decider.name)
    return _advice_for(app, load_case_for_response(app, decider, id, point_in_time, response), id, caller.actor)


def _advice_for(app: ServiceApplication, case_at: CaseAt, case: UUID, reader: Actor) -> list[ListedAdvice]:
    """What the reader may see of it. Raises UnknownCase to a centre that has no question of this case."""
    visible = _visible_to(reader, case, case_at.load(decider, case).state)
    shown = app.key_store.display_text
    return [
        ListedAdvice(
            each.advice,
            shown(each.centre),
            question=shown(each.question),
            received_on=each.received_on,
            answer=shown(each.answer) if each.answer else None,
        )
        for each in visible
    ]


def _visible_to(reader: Actor, case: UUID, state: Diagnosis) -> tuple[advice.AdviceRequest, ...]:
    visible = advice.visible_to(reader, state.advice)
    if reader.role is Role.RESOURCE_CENTRE and not visible:
        raise UnknownCase(str(case))
    return visible
