"""What a command is about to record: new events by aggregate, and the rows that are written with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.crypto import DataKeys
from shared.eventlog.deadlines import deadline_rows
from shared.eventlog.mapper import EventMetadata, RecordedEvent
from shared.kernel import Context, Decider, effective_time

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class LoadedAggregate(Generic[S]):
    """An aggregate as rebuilt from the log. `version`: the number of its events; 0 when there are none."""

    version: int
    state: S


@dataclass(slots=True)
class AggregateChanges(Generic[S]):
    """The new events of one aggregate. `state` is what they lead to from the `loaded` one; `steps` pairs each with the
    state before it, so that `evolve` runs once per event whatever is derived from them."""

    decider: Decider[S]
    stream: UUID
    loaded: LoadedAggregate[S]
    context: Context
    state: S
    steps: list[tuple[S, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, decider: Decider[S], stream: UUID, loaded: LoadedAggregate[S], context: Context) -> AggregateChanges[S]:
        return cls(decider, stream, loaded=loaded, context=context, state=loaded.state)

    def decide(self, command: Any) -> None:
        """Adds the events that the command leads to. Raises Refused."""
        for event in self.decider.decide(self.state, command, self.context):
            self.steps.append((self.state, event))
            self.state = self.decider.evolve(self.state, event)

    @property
    def events(self) -> list[Any]:
        return [event for _, event in self.steps]

    @property
    def version(self) -> int:
        """The aggregate's version once the events are recorded."""
        return self.loaded.version + len(self.steps)

    def recorded_events(self, data_keys: DataKeys) -> Iterator[RecordedEvent[Any]]:
        """The events as the mapper stores them, encrypted with these keys."""
        for version, (_, event) in enumerate(self.steps, self.loaded.version + 1):
            meta = _metadata(self.context, event)
            yield RecordedEvent(self.stream, version, meta=meta, data=event, data_keys=data_keys)

    def deadline_rows(self) -> list[dict[str, Any]]:
        """For append.sql: the last word on each deadline that the events set or withdraw."""
        days: dict[tuple[str, str], date | None] = {}
        for state, event in self.steps:
            days |= {(deadline.kind, deadline.key): deadline.on for deadline in self.decider.deadlines(state, event)}
        return deadline_rows(self.decider.name, self.stream, self.context.case, days)

    def unique_key_rows(self) -> Iterator[dict[str, Any]]:
        """For append.sql: the unique keys that the events reserve or release."""
        case = self.context.case
        for state, event in self.steps:
            for unique in self.decider.unique_keys(state, event):
                yield {"kind": unique.kind, "key": unique.key, "case_id": case, "reserved": unique.reserved}

    def destroyed_keys(self) -> list[UUID]:
        return [key_id for _, event in self.steps for key_id in self.decider.destroyed_keys(event)]


def case_rows(changes: Sequence[AggregateChanges[Any]]) -> dict[str, list[dict[str, Any]]]:
    """For append.sql, by table: the last word on each case, because one statement may write a row only once."""
    tables: dict[str, dict[UUID, Mapping[str, Any]]] = {}
    for change in changes:
        if change.decider.case_table is None:
            continue
        for state, event in change.steps:
            if (row := change.decider.case_row(state, event)) is not None:
                tables.setdefault(change.decider.case_table.name, {})[change.context.case] = row
    return {name: [{"case_id": case, **row} for case, row in by_case.items()] for name, by_case in tables.items()}


def _metadata(context: Context, event: Any) -> EventMetadata:
    return EventMetadata(
        id=next(context.ids),
        case=context.case,
        actor=context.actor.id,
        role=context.actor.role,
        unit=context.actor.unit,
        correlation=context.correlation or context.case,
        causation=context.causation,
        effective_at=context.effective_at or effective_time(event),
        rules=getattr(event, "rules", None),
    )
