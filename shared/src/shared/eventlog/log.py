"""A service's log: how it is opened, and aggregates are rebuilt from it."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.utils import Environment, EnvType
from psycopg.sql import SQL

from shared.crypto import ErasureList, KeyErased, KeyStore, TransitCipher
from shared.eventlog.entries import LogEntry
from shared.eventlog.errors import EventLogError, UnreadableEvent
from shared.eventlog.mapper import EventMapper, RecordedEvent
from shared.eventlog.pending_changes import LoadedAggregate
from shared.eventlog.people_index import index_people
from shared.eventlog.receipts import UnknownCase
from shared.eventlog.storage.factory import environment, with_time_limits
from shared.eventlog.storage.privileges import find_alterable_tables, grant_privileges
from shared.eventlog.storage.recorder import LogRecorder
from shared.eventlog.storage.table_version import check_table_version, record_table_version
from shared.eventlog.stream_locks import StreamLocks
from shared.kernel import Actor, CaseTable, Clock, Decider, Encrypted, event_name

S = TypeVar("S")
MayKnowCase = Callable[["ServiceLog", UUID, Actor], bool]
LAST_VERSION = 2**62
log = logging.getLogger(__name__)


def _always(_app: ServiceLog, _case: UUID, _actor: Actor) -> bool:
    return True


class ServiceLog(Application[UUID]):
    """A service's log with its deciders.

    `url`: of PostgreSQL; `pool_size`: connections at most; `connection_name`: their `application_name`. `sealing_key`:
    32 bytes; `former_key`: the one before, while data keys are rewrapped. `tables`: SQL for tables of
    the service's own, with `{schema}` filled in. `erasure_list`: the list of destroyed keys outside the database.
    `may_know_case`: whether a refusal may name another case to an actor. `transit_keys`: encrypt names and texts on
    their way to other services, the newest first."""

    SNAPSHOT_EVERY = 50

    def __init__(
        self,
        service: str,
        deciders: Sequence[Decider[Any]],
        url: str,
        sealing_key: bytes,
        clock: Clock | None = None,
        pool_size: int = 8,
        connection_name: str = "",
        tables: str = "",
        erasure_list: ErasureList | None = None,
        former_key: bytes | None = None,
        may_know_case: MayKnowCase = _always,
        transit_keys: Sequence[bytes] = (),
    ) -> None:
        self.service = service
        self._transit_keys = transit_keys
        self.deciders = deciders
        self.clock = clock or Clock()
        self.url, self.conninfo = url, with_time_limits(url, connection_name)
        self.erasure_list = erasure_list
        self._sealing_key, self._former_key = sealing_key, former_key
        self.stream_locks = StreamLocks()
        self._loaded: dict[tuple[str, UUID], LoadedAggregate[Any]] | None = None
        self._case_rows: dict[UUID, dict[str, dict[str, Any]]] = {}
        self._opened: dict[tuple[UUID, str], list[UUID]] = {}
        self._opening = {d.name: event_name(d.opened_in_case).name for d in deciders if d.opened_in_case}
        self._topics = {d.name: {event_name(event).name for event in d.events} for d in deciders}
        self._snapshot_topics = {d.name: f"snapshot/{d.name}:{_shape(d)}" for d in deciders}
        self.may_know_case = may_know_case
        self.name = service
        try:
            super().__init__(environment(self.conninfo, pool_size))
        except BaseException:
            self.close()  # left to the garbage collector, the pool would be closed in any thread, even one of its own
            raise
        self.recorder.declare_case_tables([d.case_table for d in deciders if d.case_table])
        if tables:
            self.recorder.sql_create_statements.append(SQL(tables).format(schema=self.recorder.schema))

    recorder: LogRecorder

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Our settings alone. The library would add the environment variables of the machine."""
        return Environment(name, dict(env or {}))

    def construct_mapper(self) -> EventMapper:
        transit = TransitCipher(self._transit_keys)
        self.key_store = KeyStore(self._sealing_key, self._wrapped_keys, self._former_key, transit)
        states = {self._snapshot_topics[d.name]: type(d.initial) for d in self.deciders}
        return EventMapper((event for d in self.deciders for event in d.events), states)

    mapper: EventMapper

    def encrypt_in_transit(self, text: Encrypted, aad: str) -> str | None:
        """A stored name or text for another service, under the transit key; null once it is erased."""
        try:
            return self.key_store.transit.encrypt(self.key_store.decrypt(text), aad)
        except KeyErased:
            return None

    def _wrapped_keys(self, key_ids: list[UUID]) -> dict[UUID, bytes | None]:
        return self.recorder.wrapped_keys(key_ids)

    def create_tables(self, serving_role: str | None = None) -> None:
        """The migration step: creates the tables that are missing. One program at a time.

        `serving_role`: the role that serves with what the owner, who is connected, leaves it. Raises TablesUnusable
        when a newer release has migrated already."""
        with self.recorder.datastore.get_connection() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('migrate ' || current_schema(), 0))")
            record_table_version(connection, self.recorder.schema, self.service)
            for statement in self.recorder.sql_create_statements:
                connection.execute(statement)
            if serving_role is not None:
                grant_privileges(connection, self.recorder.schema, serving_role)
        index_people(self.recorder, self.mapper, self.key_store)

    def check_tables(self) -> None:
        """Raises TablesUnusable when this program cannot serve on the tables as they are."""
        with self.recorder.datastore.get_connection() as connection:
            check_table_version(connection, self.recorder.schema, self.service)

    def alterable_tables(self) -> list[str]:
        """The append-only tables that the connected role could alter: none, where it only serves."""
        with self.recorder.datastore.get_connection() as connection:
            return find_alterable_tables(connection)

    def close(self) -> None:
        if self._loaded is not None:
            return  # a request's copy owns nothing, and the library closes what is garbage-collected
        recorder = getattr(self, "recorder", None)
        if recorder is not None:
            recorder.close()
        if hasattr(self, "factory"):
            super().close()

    def for_request(self) -> Self:
        """The same application for one request: it loads each aggregate once, however many of its parts ask for it.

        A copy that shares the log and the keys; only what was loaded is its own. One thread at a time uses it."""
        session = copy(self)
        session._loaded, session._case_rows, session._opened = {}, {}, {}
        return session

    def assume_new(self, decider: Decider[Any], stream: UUID) -> None:
        """In one request: nothing is recorded under an id that was made for it. The append would refuse otherwise."""
        if self._loaded is None:
            return
        self._loaded[decider.name, stream] = LoadedAggregate(0, decider.initial)
        self._case_rows[stream] = {}

    def forget_loaded(self, streams: Collection[UUID]) -> None:
        """Has these aggregates loaded anew, because they changed; with every row of a case, which may be another
        aggregate's."""
        if self._loaded is None:
            return
        self._case_rows.clear()
        self._opened.clear()
        for key in [key for key in self._loaded if key[1] in streams]:
            del self._loaded[key]

    def remember(self, decider: Decider[S], stream: UUID, loaded: LoadedAggregate[S]) -> None:
        """In one request: what it has just appended needs no reading. No row of the case has changed by it."""
        if self._loaded is None:
            return
        before = self._loaded.get((decider.name, stream))
        if before is None or before.version == 0:
            self._opened.clear()
        self._loaded[decider.name, stream] = loaded

    def case_row(self, table: CaseTable, case: UUID) -> dict[str, Any] | None:
        """The row of a case in a table that its events write; null while none did. In one request, as it was read with
        the aggregate of this id."""
        if case in self._case_rows:
            return self._case_rows[case].get(table.name)
        return self.recorder.case_row(table, case)

    def streams_of_case(self, case: UUID, event: type) -> list[UUID]:
        """The aggregate of each event of one kind in a case, in order. In one request, as they were read with the case
        where its decider says so (`opened_in_case`)."""
        name = event_name(event).name
        found = self._opened.get((case, name))
        return self.recorder.streams_of_case(case, name) if found is None else found

    def load(
        self, decider: Decider[S], stream: UUID, until: int = LAST_VERSION, *, snapshots: bool = True
    ) -> LoadedAggregate[S]:
        """The state of one aggregate, rebuilt from the log; at version 0 when it has no event.

        `until`: its version at most. Raises UnknownCase when the stream is another kind of aggregate's."""
        if self._loaded is None or until != LAST_VERSION or not snapshots:
            return self._rebuild(decider, stream, until, snapshots=snapshots)
        key = (decider.name, stream)
        if key not in self._loaded:
            self._loaded[key] = self._rebuild(decider, stream, until, snapshots=True)
        return self._loaded[key]

    def _rebuild(self, decider: Decider[S], stream: UUID, until: int, *, snapshots: bool) -> LoadedAggregate[S]:
        topic = self._snapshot_topics[decider.name] if snapshots else ""
        version, state, evolve, to_data, stream_text = (
            0,
            decider.initial,
            decider.evolve,
            self.mapper.to_data,
            str(stream),
        )
        own = self._topics[decider.name]
        for version, name, stored in self._history(decider.name, stream, topic, until):
            if version == 1 and _event_name(name) not in own:
                raise UnknownCase(f"{stream} is another aggregate than {decider.name}")
            if name == topic:
                try:
                    state = self.mapper.to_state(topic, stored)
                except UnreadableEvent:  # a snapshot only saves time: the log says the same, and the next one is whole
                    log.exception("discarding the snapshot of %s at %d: it cannot be read", stream, version)
                    self.recorder.discard_snapshot(stream, topic, stored)
                    return self._rebuild(decider, stream, until, snapshots=False)
            else:
                state = evolve(state, to_data(stream_text, version, name, stored))
        return LoadedAggregate(version, state)

    def _history(self, kind: str, stream: UUID, topic: str, until: int) -> list[tuple[int, str, bytes]]:
        """Of the newest state, with what a command asks for next: the key and the rows of the case of this id."""
        if until != LAST_VERSION or not topic:
            return self.recorder.history(stream, topic, until)
        opening = self._opening.get(kind) if self._loaded is not None else None
        reading = self.recorder.read_stream(stream, topic, opening)
        self.key_store.add_wrapped(reading.data_keys)
        if self._loaded is not None:
            self._case_rows[stream] = reading.case_rows
        if opening:
            self._opened[stream, opening] = reading.opened
        return reading.history

    def load_each(self, decider: Decider[S], streams: Sequence[UUID]) -> dict[UUID, S]:
        """The states of several aggregates by id, in one statement; without those that are of another kind, or have no
        event."""
        states: dict[UUID, S] = {}
        for stream, version, name, stored in self.recorder.histories(streams):
            if version == 1 and _event_name(name) in self._topics[decider.name]:
                states[stream] = decider.initial
            if stream in states:
                states[stream] = decider.evolve(states[stream], self.mapper.to_data(str(stream), version, name, stored))
        return states

    def load_opened(
        self, case: UUID, opened_by: Mapping[type, Decider[Any]]
    ) -> dict[type, list[tuple[UUID, LoadedAggregate[Any]]]]:
        """The aggregates of a case that events of these kinds have opened, in that order, in one statement.
        `opened_by`: each kind of event with the decider of what it opens."""
        kinds = {event_name(event).name: event for event in opened_by}
        loaded: dict[UUID, tuple[type, LoadedAggregate[Any]]] = {}
        for stream, version, topic, stored in self.recorder.histories_opened(case, [*kinds]):
            kind = loaded[stream][0] if stream in loaded else kinds[_event_name(topic)]
            decider = opened_by[kind]
            state = loaded[stream][1].state if stream in loaded else decider.initial
            state = decider.evolve(state, self.mapper.to_data(str(stream), version, topic, stored))
            loaded[stream] = kind, LoadedAggregate(version, state)
        found: dict[type, list[tuple[UUID, LoadedAggregate[Any]]]] = {kind: [] for kind in opened_by}
        for stream, (kind, aggregate) in loaded.items():
            found[kind].append((stream, aggregate))
        return found

    def load_existing(self, decider: Decider[S], stream: UUID) -> LoadedAggregate[S]:
        """Like `load`. Raises UnknownCase when nothing was recorded."""
        loaded = self.load(decider, stream)
        if loaded.version == 0:
            raise UnknownCase(str(stream))
        return loaded

    def kind_of(self, stream: UUID) -> str | None:
        """The name of the aggregate that the first event of a stream belongs to; null for a stream without any."""
        topic = self.recorder.first_topic(stream)
        return self.kind_of_event(topic) if topic else None

    def kind_of_event(self, topic: str) -> str | None:
        """The name of the aggregate that records events of this name, or of the first one that does; null for a name
        that the service does not know."""
        return next((kind for kind, names in self._topics.items() if _event_name(topic) in names), None)

    def records(self, decider: Decider[Any], topic: str) -> bool:
        """Whether the aggregate records events of this name."""
        return _event_name(topic) in self._topics[decider.name]

    def events_of(self, entries: Iterable[LogEntry]) -> Iterator[tuple[LogEntry, RecordedEvent[Any]]]:
        """Each entry with its decoded event. Raises UnreadableEvent."""
        for entry in entries:
            yield entry, self.mapper.to_domain_event(entry)

    def _snapshot_every_so_often(self, decider: Decider[S], stream: UUID, before: int, after: int) -> None:
        if before // self.SNAPSHOT_EVERY == after // self.SNAPSHOT_EVERY:
            return
        loaded = self._rebuild(decider, stream, LAST_VERSION, snapshots=True)  # as it is stored, not as it was decided
        topic = self._snapshot_topics[decider.name]
        try:
            self.recorder.save_snapshot(stream, loaded.version, topic, self.mapper.to_snapshot(loaded.state))
        except EventLogError:  # the command is recorded, so it must not look as if it had failed
            log.warning("no snapshot of %s at %d", stream, loaded.version, exc_info=True)


def _event_name(topic: str) -> str:
    return topic.partition(":v")[0]


def _shape(decider: Decider[Any]) -> str:
    """A hash that changes with the state's fields and the domain's code: a new program reads no old snapshot."""
    return _digest(type(decider.initial), decider.evolve)  # type: ignore[arg-type]  # mypy: a type is not hashable


@cache
def _digest(state: type, evolve: Callable[..., Any]) -> str:
    """Computed once a process, whose code stays as it was loaded: each time it costs 4 ms of a processor."""
    schema = msgspec.json.schema(state, schema_hook=lambda _: {"type": "object"})
    digest = hashlib.sha256(json.dumps(schema, sort_keys=True).encode())
    for module in domain_sources(evolve):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:12]


def domain_sources(evolve: Callable[..., Any]) -> list[Path]:
    """The files whose change makes snapshots of this decider stale: its whole domain package (else the folder of its
    `evolve`), and the kernel on which every domain rests."""
    module = Path(inspect.getfile(evolve))
    folder = next((each for each in module.parents if each.name == "domain"), module.parent)
    kernel = Path(inspect.getfile(Decider)).parent
    return sorted({*folder.rglob("*.py"), *kernel.rglob("*.py")})
