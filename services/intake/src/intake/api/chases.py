"""GET /api/v1/requests/chases: orientations that their target has not acknowledged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from intake import projections
from intake.bootstrap import Deployment
from intake.domain.chasing import Chase, ChasedStructure, compute_due_time, sort_by_urgency
from shared.access import ROWS, RowScope, scope_condition
from shared.eventlog import ServiceApplication
from shared.kernel import DifficultyLevel
from shared.queries import CURRENT_ROWS, reference_instant
from shared.temporal import PRESENT, PointInTime, load_past_rows
from shared.web.auth import StaffDep, authorize
from shared.web.collections import NO_NUL_PATTERN, PAST_TURN
from shared.web.requests import AppDep, AsOfOrOnDep, case_router


def build_router(deployment: Deployment) -> APIRouter:
    router = case_router("/requests/chases", "requests")

    @router.get("", dependencies=[PAST_TURN], summary="List the orientations to chase")
    def list_chases(
        app: AppDep,
        caller: StaffDep,
        at: AsOfOrOnDep,
        unit: Annotated[str | None, Query(max_length=200, pattern=NO_NUL_PATTERN)] = None,
    ) -> list[Chase]:
        """Orientations that were sent and not acknowledged by their target, the most urgent first, now or in the
        past."""
        authorize(caller)
        chases = find_chases(app, caller.list_scope, unit, at, deployment.settings.chase_days)
        caller.record_rows(len(chases))
        return chases

    return router


def find_chases(
    app: ServiceApplication,
    scope: RowScope | None,
    unit: str | None,
    at: PointInTime,
    chase_days: Mapping[DifficultyLevel, int],
) -> list[Chase]:
    """Orientations of the cases in `scope`, or of those of one unit. In the past too, due times follow today's
    `chase_days`. About the past it raises like `load_past_rows`."""
    condition, values = scope_condition(scope)
    source, now = CURRENT_ROWS, app.clock.now()
    if at != PRESENT:
        past = load_past_rows(app, projections.chases, at, None if scope is None else scope.units)
        source, now = past.source(), reference_instant(at)
    rows = app.recorder.fetch(
        f"{source.before}SELECT document FROM {ROWS} WHERE projection = %(projection)s"  # noqa: S608
        " AND document->>'status' = 'waiting'"
        f" AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s) AND {condition}",
        {"projection": projections.chases.name, "unit": unit, **values, **source.values},
    )
    return sort_by_urgency(
        _build_chase(row["document"], orientation_id, sent, now, chase_days)
        for row in rows
        for orientation_id, sent in row["document"]["orientations"].items()
        if "sent_at" in sent
    )


def _build_chase(
    row: dict[str, Any],
    orientation_id: str,
    sent: dict[str, Any],
    now: datetime,
    chase_days: Mapping[DifficultyLevel, int],
) -> Chase:
    level, sent_at = DifficultyLevel(row.get("level", DifficultyLevel.NONE)), datetime.fromisoformat(sent["sent_at"])
    deadline = row.get("legal_deadline")
    chased_at = datetime.fromisoformat(sent["chased_at"]) if "chased_at" in sent else None
    due_at = compute_due_time(level, chased_at or sent_at, chase_days)
    return Chase(
        UUID(row["id"]),
        UUID(orientation_id),
        structure=ChasedStructure(UUID(row["structure_id"]), row["structure"]),
        unit=row["unit"],
        target=sent["target"],
        difficulty=level,
        legal_deadline=date.fromisoformat(deadline) if deadline else None,
        sent_at=sent_at,
        due_at=due_at,
        overdue=now > due_at,
        chased_at=chased_at,
        chases=sent.get("chases", 0),
    )
