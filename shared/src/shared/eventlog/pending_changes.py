"""What does a command change, aggregate by aggregate, and what stands beside the log because of it?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.crypto import DataKeys
from shared.eventlog.deadlines import deadline_rows
from shared.eventlog.mapper import EventMetadata, RecordedEvent
from shared.kernel import CaseAccess, Context, Decider, effective_time, uuid7

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class LoadedAggregate(Generic[S]):
    version: int
    state: S


@dataclass(slots=True)
class AggregateChanges(Generic[S]):
    """What one aggregate has to record: `state` is what `events` lead to from what was `loaded`."""

    decider: Decider[S]
    stream: UUID
    loaded: LoadedAggregate[S]
    context: Context
    state: S
    events: list[Any]

    def asked(self, command: Any) -> None:
        events = self.decider.decide(self.state, command, self.context)
        self.events += events
        for event in events:
            self.state = self.decider.evolve(self.state, event)

    @property
    def version(self) -> int:
        return self.loaded.version + len(self.events)

    def steps(self) -> Iterator[tuple[S, Any]]:
        """Each event, after the state that it happens to."""
        state = self.loaded.state
        for event in self.events:
            yield state, event
            state = self.decider.evolve(state, event)

    def recorded(self, data_keys: DataKeys) -> Iterator[RecordedEvent[Any]]:
        """As they are stored, sealed with the keys of the data_keys."""
        for version, event in enumerate(self.events, self.loaded.version + 1):
            yield RecordedEvent(self.stream, version, meta=_meta(self.context, event), data=event, data_keys=data_keys)

    def deadline_rows(self) -> list[dict[str, Any]]:
        days: dict[tuple[str, str], date | None] = {}
        for state, event in self.steps():
            days |= {(due.kind, due.key): due.on for due in self.decider.deadlines(state, event)}
        return deadline_rows(self.decider.name, self.stream, self.context.case, days)

    def unique_key_rows(self) -> Iterator[dict[str, Any]]:
        case = str(self.context.case)
        for state, event in self.steps():
            for unique in self.decider.unique_keys(state, event):
                yield {"kind": unique.kind, "key": unique.key, "case_id": case, "reserved": unique.reserved}

    def forgotten(self) -> list[UUID]:
        return [key_id for event in self.events for key_id in self.decider.destroyed_keys(event)]


def case_access_rows(parts: Sequence[AggregateChanges[Any]]) -> list[dict[str, Any]]:
    """The last word on each case: a row is written once in a statement."""
    told: dict[UUID, CaseAccess] = {}
    for part in parts:
        for state, event in part.steps():
            if by_name := part.decider.case_access(state, event):
                told[part.context.case] = by_name
    return [
        {
            "case_id": str(case),
            "adviser": each.adviser,
            "confidential": each.confidential,
            "archived": each.archived,
        }
        for case, each in told.items()
    ]


def _meta(context: Context, event: Any) -> EventMetadata:
    return EventMetadata(
        id=uuid7(),
        case=context.case,
        actor=context.actor.id,
        role=context.actor.role,
        unit=context.actor.unit,
        correlation=context.correlation or context.case,
        causation=context.causation,
        effective_at=context.effective_at or effective_time(event),
        rules=getattr(event, "rules", None),
    )
