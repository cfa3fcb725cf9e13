"""The past of one aggregate: its state at a point in time, and what changed between two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from shared.eventlog import ServiceApplication, to_plain
from shared.kernel import Decider, Role, event_name
from shared.temporal import PRESENT, PointInTime, changes_between, collect_erased, load_aggregate_at
from shared.web.collections import NAMES_DESCRIPTION, name_part, name_state
from shared.web.requests import parse_bound


class StateAt(BaseModel):
    """What an answer about the past rests on. `version` and `position`: the last event recorded by then, in the
    aggregate and in this service's log. `events`: those that were folded. `erased`: the keys of the values shown as
    erased; the answer is the same for ever, byte for byte, until one more is."""

    version: int
    position: int
    recorded_at: datetime
    log_id: UUID
    as_of: datetime | None
    on: date | None
    events: list[UUID]
    erased: list[UUID]


class ChangedField(BaseModel):
    """Where in the state, dotted, and what stood there before and after; null for nothing."""

    path: str
    before: Any
    after: Any


class EventEffect(BaseModel):
    """An event, and what it changed. `erased`: the keys of the values that are shown as erased in `changes`; two
    of them are distinguished by their ciphertext, as nobody can tell any more whether they said the same."""

    id: UUID
    version: int
    position: int
    event: str
    label: str
    recorded_at: datetime
    effective_at: datetime | None
    actor: str
    role: Role
    changes: list[ChangedField]
    erased: list[UUID] = []
    names: dict[str, str] = Field(default={}, description=NAMES_DESCRIPTION)


def state_at(
    app: ServiceApplication,
    decider: Decider[Any],
    stream: UUID,
    *,
    at: PointInTime,
    case: UUID,
    redact: Callable[[Any], Any],
    part: Callable[[Any], Any] | None = None,
) -> dict[str, Any]:
    """The state, or a `part` of it, with the names as they were known then, or first known after, and under `replayed`
    its basis. `redact`: applied before anybody in it is named. Raises like `shared.temporal.load_aggregate_at`."""
    replay = load_aggregate_at(app, decider, stream, at)
    show, erased = collect_erased(app.key_store.display_text)
    entry = replay.recorded[-1][0]
    until = entry.id if at.version else app.recorder.position_at(at.as_of)[0]
    if part:
        state = name_part(app, redact(to_plain(part(replay.state), show)), until, show)
    else:
        state = name_state(app, case, redact(to_plain(replay.state, show)), until, show)
    basis = StateAt(
        version=entry.originator_version,
        position=entry.id,
        recorded_at=entry.recorded_at,
        log_id=app.recorder.identity().log_id,
        as_of=at.as_of,
        on=at.on,
        events=[event.meta.id for _, event in replay.counted],
        erased=erased,
    )
    return {
        "id": str(stream),
        "version": entry.originator_version,
        **state,
        "replayed": basis.model_dump(mode="json"),
    }


def effects_between(
    app: ServiceApplication, decider: Decider[Any], stream: UUID, since: str, until: str | None
) -> list[EventEffect]:
    """Each event that counts at `until` and not at `since`, with what it changed. Raises like `temporal.steps`."""
    return [
        EventEffect(
            id=step.event.meta.id,
            version=step.event.originator_version,
            position=step.entry.id,
            event=event_name(step.event.data).name,
            label=event_name(step.event.data).label,
            recorded_at=step.entry.recorded_at,
            effective_at=step.event.meta.effective_at,
            actor=step.event.meta.actor,
            role=step.event.meta.role,
            changes=[ChangedField(path=one.path, before=one.before, after=one.after) for one in step.changes],
            erased=step.erased,
        )
        for step in changes_between(
            app, decider, stream, parse_bound(since), PRESENT if until is None else parse_bound(until)
        )
    ]
