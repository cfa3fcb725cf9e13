"""The one command path: load, decide, append. Every change of every service comes through here, HTTP or NATS alike."""

from __future__ import annotations

import hashlib
import inspect
import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.application import Application
from eventsourcing.persistence import PersistenceError
from eventsourcing.utils import Environment, EnvType, get_topic
from psycopg import Connection
from psycopg.sql import SQL

from shared.clock import Clock
from shared.decider import Actor, Context, Decider, InCharge, Refused, Role
from shared.eventlog import people
from shared.eventlog.dues import Firing, due_rows
from shared.eventlog.entries import LogEntry
from shared.eventlog.erased import ErasedList, ListDamaged
from shared.eventlog.factory import LogFactory, reached_by
from shared.eventlog.keys import Erased, KeyRing, Vault, key_rows
from shared.eventlog.mapper import EventMapper, Meta, RecordedEvent
from shared.eventlog.partitions import PartitionTracking
from shared.eventlog.recorder import LogRecorder
from shared.eventlog.refused import AlreadyAnswered, ClaimTaken, KeyDestroyed, VersionTaken
from shared.events import happened_at, name_of
from shared.ids import uuid7
from shared.sealed import sealed_in

S = TypeVar("S")
ATTEMPTS = 20
log = logging.getLogger(__name__)


class StaleVersion(Exception):
    """The case has moved on since the caller read it; `current` is its version."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the case is at version {current}")
        self.current = current


class UnknownCase(Exception):
    """No event of this aggregate under this id."""


class KeyReused(Exception):
    """An idempotency key that was given with another request."""


@dataclass(frozen=True, slots=True)
class CommandKey:
    """An idempotency key, and the fingerprint of the request it came with."""

    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    version: int
    state: S


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a command led to. `repeated`: this is the first answer, given again, without its `state`."""

    id: UUID
    version: int
    events: tuple[str, ...]
    repeated: bool = False
    state: Any = field(default=None, compare=False, repr=False)


@dataclass(slots=True)
class Part(Generic[S]):
    """What one aggregate has to record: `state` is what `events` lead to from what was `loaded`."""

    decider: Decider[S]
    stream: UUID
    loaded: Loaded[S]
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


class Beside(Protocol):
    """What stands beside the log and changes with these events; sealed with the keys of their append."""

    def __call__(self, connection: Connection[Any], events: Sequence[Any], ring: KeyRing) -> None: ...


class _Conflict(Exception):
    """Somebody else was faster; `streams` are all those that the command turned out to change."""

    def __init__(self, streams: set[UUID]) -> None:
        super().__init__(f"somebody else changed one of {len(streams)} streams")
        self.streams = streams


class ServiceApplication(Application[UUID]):
    """A service's log with its deciders. `url` is a PostgreSQL URL, `deployment_key` 32 bytes, `former_key` the one
    before, while keys are wrapped anew; `tables` the service's own, as SQL where `{schema}` is filled in; `erased`: the
    list of destroyed keys that is kept outside the database."""

    SNAPSHOT_EVERY = 50

    def __init__(
        self,
        service: str,
        deciders: Sequence[Decider[Any]],
        url: str,
        deployment_key: bytes,
        clock: Clock | None = None,
        pool_size: int = 8,
        tables: str = "",
        erased: ErasedList | None = None,
        former_key: bytes | None = None,
    ) -> None:
        self.service = service
        self.deciders = deciders
        self.clock = clock or Clock()
        self.url = url
        self.erased = erased
        self._deployment_key, self._former_key = deployment_key, former_key
        # Commands of one process on one aggregate take turns: six at once starved one of them for twenty attempts.
        self._turns = [Lock() for _ in range(64)]
        self._topics = {d.name: {name_of(event).name for event in d.events} for d in deciders}
        self._snapshot_topics = {d.name: f"snapshot/{d.name}:{_shape(d)}" for d in deciders}
        self.name = service
        super().__init__(_environment(service, url, pool_size))
        if tables:
            self.recorder.sql_create_statements.append(SQL(tables).format(schema=self.recorder.schema))

    recorder: LogRecorder

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Only what we say: the machine's own variables would reach the library otherwise."""
        return Environment(name, dict(env or {}))

    def construct_mapper(self) -> EventMapper:
        self.vault = Vault(self._deployment_key, self._wrapped_keys, self._former_key)
        states = {self._snapshot_topics[d.name]: type(d.initial) for d in self.deciders}
        return EventMapper((event for d in self.deciders for event in d.events), states)

    mapper: EventMapper

    def _wrapped_keys(self, key_ids: list[UUID]) -> dict[UUID, bytes | None]:
        return self.recorder.wrapped_keys(key_ids)

    def create_tables(self) -> None:
        """The migration step: makes what is missing, and leaves the rest as it is; one program at a time."""
        with self.recorder.datastore.get_connection() as connection, connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('migrate ' || current_schema(), 0))")
            for statement in self.recorder.sql_create_statements:
                connection.execute(statement)
        people.index(self)

    def close(self) -> None:
        recorder = getattr(self, "recorder", None)
        if recorder is not None:
            recorder.close()
        super().close()

    # -- reading

    def load(self, decider: Decider[S], stream: UUID, until: int = 2**62, *, snapshots: bool = True) -> Loaded[S]:
        """The state of one aggregate, rebuilt from the log; at version 0 if there is none."""
        topic = self._snapshot_topics[decider.name] if snapshots else ""
        version, state, evolve, to_data, named = 0, decider.initial, decider.evolve, self.mapper.to_data, str(stream)
        own = self._topics[decider.name]
        for version, name, stored in self.recorder.history(stream, topic, until):
            if version == 1 and name.partition(":v")[0] not in own:
                raise UnknownCase(f"{stream} is another aggregate than {decider.name}")
            if name == topic:
                state = self.mapper.to_state(topic, stored)
            else:
                state = evolve(state, to_data(named, version, name, stored))
        return Loaded(version, state)

    def existing(self, decider: Decider[S], stream: UUID) -> Loaded[S]:
        """Like `load`; raises UnknownCase when nothing was recorded."""
        loaded = self.load(decider, stream)
        if loaded.version == 0:
            raise UnknownCase(str(stream))
        return loaded

    def events_of(self, entries: Iterable[LogEntry]) -> Iterator[tuple[LogEntry, RecordedEvent[Any]]]:
        for entry in entries:
            yield entry, self.mapper.to_domain_event(entry)

    # -- writing

    def context(
        self, case: UUID, actor: Actor, causation: UUID | None = None, correlation: UUID | None = None
    ) -> Context:
        return Context(
            case, self.clock.now(), actor, causation=causation, correlation=correlation, pseudonym=self.vault.pseudonym
        )

    def handle(
        self,
        decider: Decider[S],
        stream: UUID,
        command: Any,
        context: Context,
        *,
        expected: int | None = None,
        key: CommandKey | None = None,
        tracking: PartitionTracking | None = None,
        firing: Firing | None = None,
        exists: bool = False,
        beside: Beside | None = None,
    ) -> Receipt:
        """Decides on the newest state and appends, again from the start when somebody else was faster.

        `expected`: the version the caller saw, else StaleVersion. `key`: the first answer is given again. `tracking`:
        the message that causes this, counted in the same transaction. `firing`: the due date that causes this, taken
        in the same transaction, else DueSettled. `exists`: UnknownCase if nothing was recorded yet. `beside` writes
        what these events need in their own transaction. Raises Refused when the domain says no."""
        streams = {stream}
        for _ in range(ATTEMPTS):
            try:
                with ExitStack() as turns:
                    for turn in sorted({hash(each) % len(self._turns) for each in streams}):
                        turns.enter_context(self._turns[turn])
                    return self._handled(
                        decider, stream, command, context, expected, key, tracking, firing, exists, beside
                    )
            except _Conflict as conflict:
                streams = conflict.streams
        raise StaleVersion(self.load(decider, stream).version)

    def _handled(
        self,
        decider: Decider[S],
        stream: UUID,
        command: Any,
        context: Context,
        expected: int | None,
        key: CommandKey | None,
        tracking: PartitionTracking | None,
        firing: Firing | None,
        exists: bool,
        beside: Beside | None,
    ) -> Receipt:
        part = self._part(decider, stream, context)
        try:
            if exists and part.loaded.version == 0:
                raise UnknownCase(str(stream))
            if expected not in (None, part.loaded.version):
                raise StaleVersion(part.loaded.version)
            part.asked(command)
            parts = [part, *self._alongside(part)]
        except Exception:
            if key and (first := self._first_answer(key)):
                return first
            raise
        recorded = tuple(name_of(event).name for event in part.events)
        receipt = Receipt(stream, part.version, recorded, state=part.state)
        if not (part.events or tracking or key or firing):
            return receipt
        try:
            self._append(parts, key, receipt, tracking, firing, beside)
        except AlreadyAnswered:
            assert key is not None
            first = self._first_answer(key)
            assert first is not None
            return first
        except ClaimTaken as taken:
            raise self._claimed(decider, UUID(taken.holder), context.actor) from taken
        except VersionTaken as conflict:  # another process was faster
            raise _Conflict({each.stream for each in parts}) from conflict
        for each in parts:
            self._snapshot_now_and_then(each.decider, each.stream, each.loaded.version, each.version)
        return receipt

    def _claimed(self, decider: Decider[Any], holder: UUID, actor: Actor) -> Refused:
        """Which case holds it is not told of one that is confidential, but to who is in charge of it and managers."""
        told = self.recorder.in_charge(holder)
        if told and told.confidential and told.adviser != actor.id and actor.role is not Role.MANAGER:
            return decider.claimed("Voyez avec la ou le responsable de votre unité, qui sait à qui il est confié.")
        return decider.claimed("Reprenez celui qui est ouvert\u00a0: la suite s’y écrit.", case=str(holder))

    def _part(self, decider: Decider[S], stream: UUID, context: Context) -> Part[S]:
        loaded = self.load(decider, stream)
        return Part(decider, stream, loaded, context, loaded.state, [])

    def _alongside(self, part: Part[Any]) -> Iterable[Part[Any]]:
        """What the events of this part ask of other aggregates, decided on their newest state."""
        others: dict[UUID, Part[Any]] = {}
        state = part.loaded.state
        for event in part.events:
            for ask in part.decider.alongside(state, event, part.context):
                if ask.stream not in others:
                    context = replace(part.context, case=ask.case or ask.stream)
                    others[ask.stream] = self._part(ask.decider, ask.stream, context)
                others[ask.stream].asked(ask.command)
            state = part.decider.evolve(state, event)
        return others.values()

    def _append(
        self,
        parts: Sequence[Part[Any]],
        key: CommandKey | None,
        receipt: Receipt,
        tracking: PartitionTracking | None,
        firing: Firing | None,
        beside: Beside | None,
    ) -> None:
        fresh = parts[0].context.minted | {part.stream for part in parts if part.loaded.version == 0}
        clear = (s for part in parts for event in part.events for _, s in sealed_in(event) if s.clear is not None)
        ring = self.vault.keys({UUID(str(s.key)) for s in clear}, fresh)
        recorded = [
            RecordedEvent(part.stream, version, self._meta(part.context, event), event, ring)
            for part in parts
            for version, event in enumerate(part.events, part.loaded.version + 1)
        ]
        forgotten = [key_id for part in parts for event in part.events for key_id in part.decider.forgets(event)]
        extras: dict[str, list[dict[str, Any]]] = {
            "keys": key_rows(ring.new),
            "sealed": [{"key_id": str(key_id)} for key_id in ring.known.keys() - ring.new.keys()],
            "people": [row for each in recorded for row in people.people_rows(self.vault, each)],
            "forgotten": [{"key_id": str(key_id)} for key_id in forgotten],
            "claims": [row for part in parts for row in _claim_rows(part)],
            "in_charge": _in_charge_rows(parts),
            "dues": [*(row for part in parts for row in _due_rows(part)), *([firing.row()] if firing else [])],
        }
        if key:
            response = json.dumps({"id": str(receipt.id), "version": receipt.version, "events": receipt.events})
            extras["command"] = [{"key": key.key, "request": key.request, "response": response}]
        if ahead := self.clock.ahead():
            extras["ahead"] = [{"seconds": ahead}]
        cases = [part.context.case for part in parts for _ in part.events]
        events = parts[0].events
        written = partial(beside, events=events, ring=ring) if beside and events else None
        try:
            self.events.put(recorded, cases=cases, extras=extras, tracking=tracking, beside=written)
        except KeyDestroyed as destroyed:
            for key_id in ring.known:
                self.vault.forget(key_id)
            raise Erased(str(destroyed)) from destroyed
        self.vault.keep(ring)
        for key_id in forgotten:
            self.vault.forget(key_id)
        self._note_outside(forgotten)

    def _note_outside(self, forgotten: Sequence[UUID]) -> None:
        """Once it is done, and not before: what was not recorded after all must not be destroyed at the next start."""
        if self.erased is None or not forgotten:
            return
        try:
            self.erased.add(forgotten)
        except (OSError, ListDamaged):  # it is recorded all the same, and is added at the next start
            log.critical("the list outside the database lacks %s", forgotten, exc_info=True)

    @staticmethod
    def _meta(context: Context, event: Any) -> Meta:
        return Meta(
            id=uuid7(),
            case=context.case,
            actor=context.actor.id,
            role=context.actor.role,
            unit=context.actor.unit,
            correlation=context.correlation or context.case,
            causation=context.causation,
            effective_at=context.effective_at or happened_at(event),
            rules=getattr(event, "rules", None),
        )

    def _first_answer(self, key: CommandKey) -> Receipt | None:
        found = self.recorder.answer(key.key)
        if found is None:
            return None
        request, response = found
        if request != key.request:
            raise KeyReused(key.key)
        first = json.loads(response)
        return Receipt(UUID(first["id"]), first["version"], tuple(first["events"]), repeated=True)

    # -- snapshots: one of an old shape is never read, for its topic names the shape

    def _snapshot_now_and_then(self, decider: Decider[S], stream: UUID, before: int, after: int) -> None:
        if before // self.SNAPSHOT_EVERY == after // self.SNAPSHOT_EVERY:
            return
        loaded = self.load(decider, stream)
        topic = self._snapshot_topics[decider.name]
        try:
            self.recorder.keep_snapshot(stream, loaded.version, topic, self.mapper.to_snapshot(loaded.state))
        except PersistenceError:  # the command is recorded: it is not to look as if it had failed
            log.warning("no snapshot of %s at %d", stream, loaded.version, exc_info=True)


def _due_rows(part: Part[Any]) -> list[dict[str, Any]]:
    days: dict[tuple[str, str], date | None] = {}
    state = part.loaded.state
    for event in part.events:
        days |= {(due.kind, due.key): due.on for due in part.decider.dues(state, event)}
        state = part.decider.evolve(state, event)
    return due_rows(part.decider.name, part.stream, part.context.case, days)


def _claim_rows(part: Part[Any]) -> Iterator[dict[str, Any]]:
    state = part.loaded.state
    for event in part.events:
        for claim in part.decider.claims(state, event):
            yield {"kind": claim.kind, "key": claim.key, "case_id": str(part.context.case), "held": claim.held}
        state = part.decider.evolve(state, event)


def _in_charge_rows(parts: Sequence[Part[Any]]) -> list[dict[str, Any]]:
    """The last word on each case: a row is written once in a statement."""
    told: dict[UUID, InCharge] = {}
    for part in parts:
        state = part.loaded.state
        for event in part.events:
            if by_name := part.decider.in_charge(state, event):
                told[part.context.case] = by_name
            state = part.decider.evolve(state, event)
    return [
        {"case_id": str(case), "adviser": each.adviser, "confidential": each.confidential}
        for case, each in told.items()
    ]


def _shape(decider: Decider[Any]) -> str:
    """Changes when the state's fields or the domain's code do: then a new program rebuilds, and reads no old state."""
    schema = msgspec.json.schema(type(decider.initial), schema_hook=lambda _: {"type": "object"})
    told = hashlib.sha256(json.dumps(schema, sort_keys=True).encode())
    for module in sorted(Path(inspect.getfile(decider.evolve)).parent.glob("*.py")):
        told.update(module.read_bytes())
    return told.hexdigest()[:12]


def _environment(service: str, url: str, pool_size: int) -> dict[str, str]:
    """The library's own settings. Its insert function is never enabled: it takes no lock and drops the tracking."""
    return {
        "PERSISTENCE_MODULE": get_topic(LogFactory),
        "APPLICATION_RECORDER_TOPIC": get_topic(LogRecorder),
        "CREATE_TABLE": "no",
        **reached_by(url),
        "POSTGRES_POOL_SIZE": "2",
        "POSTGRES_MAX_OVERFLOW": str(pool_size - 2),
        "POSTGRES_MAX_WAITING": "0",
        "POSTGRES_CONNECT_TIMEOUT": "3",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
    }
