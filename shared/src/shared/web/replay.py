"""How does an HTTP call ask for a past moment, and what is answered with it?"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator

from shared.decider import Decider, Role
from shared.eventlog.application import ServiceApplication
from shared.eventlog.mapper import plain
from shared.events import name_of
from shared.replay import Moment, replayed, showing, steps
from shared.web.problems import ProblemError

LAST = 10**9


def _plus(text: Any) -> Any:
    """In an address typed by hand the + of an offset arrives as a space."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", text) if isinstance(text, str) else text


Instant = Annotated[AwareDatetime, BeforeValidator(_plus)]


class Replayed(BaseModel):
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


class Changed(BaseModel):
    """Where in the state, dotted, and what stood there before and after; null for nothing."""

    path: str
    before: Any
    after: Any


class ChangedBy(BaseModel):
    """An event, and what it changed."""

    id: UUID
    version: int
    position: int
    event: str
    label: str
    recorded_at: datetime
    effective_at: datetime | None
    actor: str
    role: Role
    changes: list[Changed]


async def _moment(
    version: Annotated[int | None, Query(ge=1, le=LAST, description="After that many of its events")] = None,
    as_of: Annotated[Instant | None, Query(description="As it was recorded by this instant")] = None,
    on: Annotated[
        date | None, Query(description="Of what was recorded, what had happened by the end of this day")
    ] = None,
) -> Moment:
    return Moment(version, as_of, on)


Asking = Annotated[Moment, Depends(_moment)]
Bound = Annotated[
    str, Query(max_length=40, description="A version, or an instant (ISO 8601 with its offset)", examples=["3"])
]


def as_it_was(asked: ServiceApplication, decider: Decider[Any], stream: UUID, moment: Moment) -> dict[str, Any]:
    """The state, and under `replayed` what it rests on. Raises like `shared.replay.replayed`."""
    replay = replayed(asked, decider, stream, moment)
    show, erased = showing(asked.vault.shown)
    state = plain(replay.state, show)
    entry = replay.recorded[-1][0]
    rests_on = Replayed(
        version=entry.originator_version,
        position=entry.id,
        recorded_at=entry.recorded_at,
        log_id=asked.recorder.identity().log_id,
        as_of=moment.as_of,
        on=moment.on,
        events=[event.meta.id for _, event in replay.told],
        erased=erased,
    )
    return {
        "id": str(stream),
        "version": entry.originator_version,
        **state,
        "replayed": rests_on.model_dump(mode="json"),
    }


def changed_between(
    asked: ServiceApplication, decider: Decider[Any], stream: UUID, since: str, until: str | None
) -> list[ChangedBy]:
    """Each event after `since` and through `until`, with what it changed. Raises like `shared.replay.steps`."""
    return [
        ChangedBy(
            id=step.event.meta.id,
            version=step.event.originator_version,
            position=step.entry.id,
            event=name_of(step.event.data).name,
            label=name_of(step.event.data).label,
            recorded_at=step.entry.recorded_at,
            effective_at=step.event.meta.effective_at,
            actor=step.event.meta.actor,
            role=step.event.meta.role,
            changes=[Changed(path=one.path, before=one.before, after=one.after) for one in step.changes],
        )
        for step in steps(asked, decider, stream, _bound(since), Moment() if until is None else _bound(until))
    ]


def _bound(text: str) -> Moment:
    if re.fullmatch(r"\d{1,9}", text):
        return Moment(version=int(text))
    try:
        instant = datetime.fromisoformat(_plus(text))
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ProblemError(
            422,
            "invalid-request",
            "Données invalides",
            "Un numéro de version, ou une date et une heure avec leur fuseau, sont attendus.",
        )
    return Moment(as_of=instant)
