"""« Aujourd’hui »: what is due or late, for whom one waits, and the structures in difficulty with their legal date."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.reading.cases import STAFF_ROLES, get_services
from console.pages.rendering import page
from console.pages.work.command_form import just_recorded
from console.upstream.reader import get_reader
from console.upstream.services import UpstreamError, result_or_error
from shared.kernel import DifficultyLevel, paris_date

router = APIRouter()
PAGE_TASKS = 100
CRISES = (DifficultyLevel.INSOLVENT, DifficultyLevel.CRITICAL)
OPEN_STATUSES = ("received", "admitted")
MOST_CRISES = 80
WAITING_FOR = {
    "leader_to_answer": "la structure",
    "orientation_to_chase": "l’organisme destinataire",
    "operation_structures_to_sign": "les structures de l’opération",
    "agreement_to_sign": "les signataires",
    "transfer_not_taken_over": "l’unité qui reprend",
    "action_to_end": "qui mène l’action",
}
"""By the code of a task: whose move it is. All others are the adviser's own."""


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """`key`: late, today, week, later or waiting."""

    key: str
    title: str
    tasks: list[Mapping[str, Any]]


@router.get("/aujourdhui")
async def today_page(request: Request, qui: str = "moi") -> Response:
    """`qui`: one's own tasks, or the unit's."""
    reader = await get_reader(request)
    right = get_session(request).session.right
    if right is None or right.role not in STAFF_ROLES:
        return RedirectResponse("/", 303)
    services = get_services(request)
    mine = qui != "unite"
    caseload, crises = await asyncio.gather(
        result_or_error(
            services.json(reader, "audit", "/api/v1/caseload", limit=PAGE_TASKS, adviser="me" if mine else None)
        ),
        result_or_error(
            services.json(
                reader, "intake", "/api/v1/requests", difficulty=CRISES, status=OPEN_STATUSES, limit=MOST_CRISES
            )
        ),
    )
    down = isinstance(caseload, UpstreamError)
    return page(
        request,
        "work/today.html",
        mine=mine,
        caseload=caseload,
        groups=[] if down else group_tasks(caseload["items"], paris_date(datetime.now(UTC))),
        unavailable=[] if down else caseload["unavailable"],
        more=not down and caseload["next"] is not None,
        crises=[] if isinstance(crises, UpstreamError) else nearest_deadline_first(crises["items"]),
        crises_error=crises if isinstance(crises, UpstreamError) else None,
        just_done=await just_recorded(request),
    )


def group_tasks(tasks: Iterable[Mapping[str, Any]], today: date) -> list[TaskGroup]:
    """In the order of the due days, as audit gives them. What one waits for stands apart until it is late."""
    groups = [
        TaskGroup("late", "En retard", tasks=[]),
        TaskGroup("today", "Aujourd’hui", tasks=[]),
        TaskGroup("week", "Dans les sept jours", tasks=[]),
        TaskGroup("waiting", "On attend une réponse", tasks=[]),
        TaskGroup("later", "Plus tard", tasks=[]),
    ]
    by_key = {group.key: group.tasks for group in groups}
    for task in tasks:
        waiting_for = WAITING_FOR.get(task["what"])
        by_key[_group_of(task, today, waiting_for)].append({**task, "waiting_for": waiting_for})
    return [group for group in groups if group.tasks]


def _group_of(task: Mapping[str, Any], today: date, waiting_for: str | None) -> str:
    due = date.fromisoformat(str(task["due_on"]))
    if task["late"]:
        return "late"
    if waiting_for:
        return "waiting"
    if due <= today:
        return "today"
    return "week" if due <= today + timedelta(days=7) else "later"


def nearest_deadline_first(crises: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those without a legal date come last."""
    return sorted(crises, key=lambda row: (row.get("legal_deadline") or "9999", str(row["received_at"])))
