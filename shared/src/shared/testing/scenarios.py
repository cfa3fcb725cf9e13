"""Scenarios for deciders: given(events).when(command).then(events), and an in-memory log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Generic, TypeVar
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from shared.crypto import KeyStore
from shared.eventlog import EventMapper, EventMetadata, RecordedEvent, to_plain
from shared.kernel import (
    Actor,
    Context,
    Decider,
    Encrypted,
    Refused,
    Role,
    effective_time,
    encrypted_values,
    paris_date,
)
from shared.temporal import effective_by

S = TypeVar("S")
CASE = UUID(int=1)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
UNIT = "unit-35"


def new_id(n: int) -> UUID:
    """The n-th id, from 1, that a decision under test takes from its context."""
    return UUID(int=1000 + n)


def text(plaintext: str) -> Encrypted:
    """Free text of the case under test, as its events hold it."""
    return Encrypted(CASE, plaintext)


def by_role(role: Role) -> Actor:
    return Actor(f"some-{role}", role, unit=UNIT)


def context(by: Role | Actor = Role.ADVISER, at: datetime = NOW, ids: Iterable[UUID] = ()) -> Context:
    """The same world each time: case 1, a fixed instant, ids that are counted."""
    fresh: Iterator[UUID] = iter(ids) if ids else map(new_id, count(1))
    return Context(CASE, at, actor=by if isinstance(by, Actor) else by_role(by), ids=fresh)


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What a command led to: `events`, or else `refused_as`."""

    events: tuple[Any, ...] = ()
    refused_as: Refused | None = None

    def then(self, *expected: Any) -> None:
        """Exactly these events; none means that the command changes nothing."""
        assert self.refused_as is None, f"refused: {self.refused_as}"
        assert self.events == expected

    def refused(self, slug: str) -> Refused:
        """The refusal, so that a test can check its French words or its extra members."""
        assert self.refused_as is not None, f"{slug} expected, and accepted: {self.events}"
        assert self.refused_as.slug == slug, f"{slug} expected: {self.refused_as}"
        return self.refused_as


@dataclass(frozen=True, slots=True)
class History(Generic[S]):
    """What happened to an aggregate so far."""

    decider: Decider[S]
    events: tuple[Any, ...]

    @property
    def state(self) -> S:
        return self.decider.state(self.events)

    def when(self, command: Any, by: Role | Actor = Role.ADVISER, at: datetime = NOW) -> CommandOutcome:
        """Decides twice, to hold the decision to its word: same state, same command, same world, same events."""
        first, again = (self._decide(command, context(by, at)) for _ in range(2))
        assert first.events == again.events, "the decision is not deterministic"
        return first

    def _decide(self, command: Any, world: Context) -> CommandOutcome:
        try:
            return CommandOutcome(tuple(self.decider.decide(self.state, command, world)))
        except Refused as refused:
            return CommandOutcome(refused_as=refused)


@dataclass(frozen=True, slots=True)
class Scenarios(Generic[S]):
    """`given = Scenarios(decider)` in a test module."""

    decider: Decider[S]

    def __call__(self, *events: Any) -> History[S]:
        return History(self.decider, events)


class MemoryLog(Generic[S]):
    """A log without a server: events are encrypted, stored and read back as they are with PostgreSQL."""

    def __init__(self, decider: Decider[S], sibling: MemoryLog[Any] | None = None) -> None:
        """`sibling`: the log of another aggregate of the same case, whose keys it shares."""
        self.decider = decider
        self.stored: list[StoredEvent] = []
        self._wrapped: dict[UUID, bytes | None] = sibling._wrapped if sibling else {}
        self._ids = map(new_id, count(1))
        self.key_store = KeyStore(bytes(range(32)), self._stored_keys)
        self._mapper = EventMapper(decider.events, {"snapshot": type(decider.initial)})

    @property
    def events(self) -> list[Any]:
        """As read back: encrypted values are ciphertext."""
        return [self._mapper.to_domain_event(stored).data for stored in self.stored]

    @property
    def state(self) -> S:
        return self.decider.state(self.events)

    def shown(self, value: Any) -> Any:
        """An event or a state as plain data, with decrypted values."""
        return to_plain(value, self.key_store.display_text)

    def append(self, *events: Any) -> None:
        data_keys = self.key_store.keys_for(
            {UUID(str(value.key)) for event in events for _, value in encrypted_values(event)}
        )
        self._wrapped |= data_keys.new
        meta = EventMetadata(UUID(int=2), CASE, "some-adviser", Role.ADVISER, UUID(int=2))
        for event in events:
            recorded = RecordedEvent(CASE, len(self.stored) + 1, meta=meta, data=event, data_keys=data_keys)
            self.stored.append(self._mapper.to_stored_event(recorded))

    def do(self, command: Any, by: Role | Actor = Role.ADVISER, at: datetime = NOW) -> CommandOutcome:
        """Decides on what was read back, and stores what comes of it; a refusal stores nothing."""
        world = context(by, at, self._ids)
        try:
            events = tuple(self.decider.decide(self.state, command, world))
        except Refused as refused:
            return CommandOutcome(refused_as=refused)
        self.append(*events)
        return CommandOutcome(events)

    def on_every_day(self) -> list[S]:
        """The state at the end of each day that an event names, and of the day before."""
        events = self.events
        times = [(effective_time(event), NOW) for event in events]
        days = {paris_date(effective or recorded) for effective, recorded in times}
        return [
            self.decider.state(event for event, counts in zip(events, effective_by(day, times), strict=True) if counts)
            for day in days | {day - timedelta(days=1) for day in days}
        ]

    def from_snapshot(self) -> S:
        """The state as a snapshot of it gives it back."""
        state: S = self._mapper.to_state("snapshot", self._mapper.to_snapshot(self.state))
        return state

    def _stored_keys(self, key_ids: list[UUID]) -> dict[UUID, bytes | None]:
        return {key_id: self._wrapped[key_id] for key_id in key_ids if key_id in self._wrapped}
