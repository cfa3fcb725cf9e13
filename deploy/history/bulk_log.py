"""A service's log in memory: the production command path, whose appends are collected instead of written.

Only the database is left out: positions, partition numbers and tracking are given once all is recorded. Decisions,
sealing, stored bytes, unique keys, deadlines and case rows are those of a running service. Each state is folded from
what was stored, not from what was decided."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

from shared.eventlog import (
    LogEntry,
    LogIdentity,
    RecordedEvent,
    ServiceApplication,
    UnknownCase,
    partition_of,
)
from shared.eventlog.errors import UniqueKeyTaken
from shared.eventlog.pending_changes import LoadedAggregate
from shared.kernel import Actor, CaseTable, Clock, Context, Decider, event_name
from shared.runtime import Service

S = TypeVar("S")
NO_DATABASE = "postgresql://history.invalid/none"
"""Never connected to."""
DeadlineKey = tuple[UUID, str, str]
"""Stream, kind and key."""
Append = tuple[datetime, StoredEvent, UUID]
"""When it was recorded, the event, and its case."""


@dataclass
class CollectedRows:
    """The rows beside the events. `keys`: wrapped data keys; `people`: rows of the people index; the others hold what
    is left at the end."""

    keys: dict[UUID, bytes] = field(default_factory=dict)
    people: list[dict[str, Any]] = field(default_factory=list)
    unique_keys: dict[tuple[str, str], UUID] = field(default_factory=dict)
    deadlines: dict[DeadlineKey, dict[str, Any]] = field(default_factory=dict)
    case_tables: dict[str, dict[UUID, dict[str, Any]]] = field(default_factory=dict)


class CollectingRecorder:
    """In place of the LogRecorder: takes what the appender would send to PostgreSQL. It refuses a unique key that is
    taken, as append.sql does."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._tables: set[str] = set()
        self.rows = CollectedRows()
        self.appended: list[Append] = []
        self._new_deadlines: list[DeadlineKey] = []

    def declare_case_tables(self, tables: Collection[CaseTable]) -> None:
        self._tables = {table.name for table in tables}

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        cases: Sequence[UUID] = kwargs["cases"]
        extras: dict[str, list[dict[str, Any]]] = kwargs["extras"]
        self._take_unique_keys(extras.get("unique_keys", []))
        for key in extras.get("keys", []):
            self.rows.keys[key["key_id"]] = b64decode(key["wrapped"])
        self.rows.people += extras.get("people", [])
        for deadline in extras.get("deadlines", []):
            self._take_deadline(deadline)
        for name in self._tables & extras.keys():
            table = self.rows.case_tables.setdefault(name, {})
            table |= {row["case_id"]: row for row in extras[name]}
        at = self._now()
        self.appended += [(at, event, case) for event, case in zip(stored_events, cases, strict=True)]
        return range(1, len(stored_events) + 1)

    def _take_unique_keys(self, rows: list[dict[str, Any]]) -> None:
        holders = self.rows.unique_keys
        for row in rows:
            if row["reserved"] and holders.get((row["kind"], row["key"]), row["case_id"]) != row["case_id"]:
                taken = UniqueKeyTaken(f"{row['kind']} is reserved by another case")
                taken.holder = str(holders[row["kind"], row["key"]])
                raise taken
        for row in rows:
            if row["reserved"]:
                holders[row["kind"], row["key"]] = row["case_id"]
            elif holders.get((row["kind"], row["key"])) == row["case_id"]:
                del holders[row["kind"], row["key"]]

    def _take_deadline(self, row: dict[str, Any]) -> None:
        key = (row["stream"], row["kind"], row["key"])
        known = self.rows.deadlines.get(key)
        if "fired_at" in row:
            self.rows.deadlines[key] = {**self.rows.deadlines[key], "fired_at": row["fired_at"]}
        elif row["due_at"] is None:
            self.rows.deadlines.pop(key, None)
        elif known is None or known["due_at"] != row["due_at"]:
            self.rows.deadlines[key] = {**row, "fired_at": None}
            self._new_deadlines.append(key)

    def fetch(self, query: str, parameters: Any = ()) -> list[dict[str, Any]]:
        """Of the lists, which are made at the end: nobody is found there, as before they have followed. So nothing is
        mailed about the past. Raises NotImplementedError for any other table."""
        if "FROM projection_rows" not in query:
            raise NotImplementedError(f"a history in the making is not asked: {query}")
        return []

    def take_new_deadlines(self) -> list[DeadlineKey]:
        """Those that were set or moved since the last time."""
        new, self._new_deadlines = self._new_deadlines, []
        return new

    def wrapped_keys(self, key_ids: list[UUID]) -> dict[UUID, bytes | None]:
        return {key_id: self.rows.keys[key_id] for key_id in key_ids if key_id in self.rows.keys}

    def case_row(self, table: CaseTable, case: UUID) -> dict[str, Any] | None:
        row = self.rows.case_tables.get(table.name, {}).get(case)
        return {name: value for name, value in row.items() if name != "case_id"} if row else None

    def identity(self) -> LogIdentity:
        """A stand-in until the events are in a database, which names the log."""
        return LogIdentity(UUID(int=0), since=0, ancestors={})

    def close(self) -> None:
        """Nothing was opened."""


class BulkLog(ServiceApplication):
    """One service, for one unit. `ids`: new ids, of the time that `clock` tells."""

    def __init__(
        self, service: Service, sealing_key: bytes, transit_keys: Sequence[bytes], clock: Clock, ids: Iterator[UUID]
    ) -> None:
        self.collected = CollectingRecorder(clock.now)
        super().__init__(service.name, service.deciders, NO_DATABASE, sealing_key, clock, transit_keys=transit_keys)
        self._ids = ids
        self._aggregates: dict[UUID, tuple[Decider[Any], LoadedAggregate[Any]]] = {}
        self._by_event = {name: d for d in reversed(service.deciders) for name in self._topics[d.name]}

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The library's own in memory, of which nothing is used: ours would connect to PostgreSQL."""
        return InfrastructureFactory.construct(Environment(env.name, {"PERSISTENCE_MODULE": "eventsourcing.popo"}))

    def construct_recorder(self) -> Any:
        return self.collected

    def context(
        self, case: UUID, actor: Actor, causation: UUID | None = None, correlation: UUID | None = None
    ) -> Context:
        context = super().context(case, actor, causation, correlation)
        context.ids = self._ids
        return context

    def load(self, decider: Decider[S], stream: UUID, until: int = 0, *, snapshots: bool = True) -> LoadedAggregate[S]:
        known = self._aggregates.get(stream)
        if known is None:
            return LoadedAggregate(0, decider.initial)
        if known[0].name != decider.name:
            raise UnknownCase(f"{stream} is another aggregate than {decider.name}")
        return known[1]

    def take_appended(self) -> Iterator[tuple[LogEntry, RecordedEvent[Any]]]:
        """What was appended since the last time, decoded from its stored bytes, and folded into the states."""
        appended, self.collected.appended = self.collected.appended, []
        for at, stored, case in appended:
            recorded = self.mapper.to_domain_event(stored)
            self._fold(recorded)
            yield entry_of(at, stored, case), recorded

    def _fold(self, recorded: RecordedEvent[Any]) -> None:
        stream = recorded.originator_id
        if (known := self._aggregates.get(stream)) is None:
            decider = self._by_event[event_name(recorded.data).name]
            known = decider, LoadedAggregate(0, decider.initial)
        decider, loaded = known
        state = decider.evolve(loaded.state, recorded.data)
        self._aggregates[stream] = decider, LoadedAggregate(recorded.originator_version, state)

    def _snapshot_every_so_often(self, decider: Decider[S], stream: UUID, before: int, after: int) -> None:
        """A snapshot only saves time: the service makes its own with the next command."""


def entry_of(at: datetime, stored: StoredEvent, case: UUID) -> LogEntry:
    """Without position and number, which nothing that is asked here depends on."""
    stream = stored.originator_id
    assert isinstance(stream, UUID)
    return LogEntry(
        originator_id=stream,
        originator_version=stored.originator_version,
        topic=stored.topic,
        state=stored.state,
        id=1,
        case_id=case,
        partition=partition_of(case),
        number=1,
        recorded_at=at.astimezone(UTC),
    )
