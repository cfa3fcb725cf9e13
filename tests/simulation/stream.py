"""A simulated JetStream: one stream, its consumers, and the connections of relays and receivers.

It keeps its promises only as far as the real one does, and may lose whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.errors import NotFoundError
from tests.simulation.world import World

from shared.messaging import topology

WRONG_LAST_SEQUENCE, BATCH_INCOMPLETE = 10071, 10176
MAX_AGE_SECONDS = 0


@dataclass(frozen=True)
class Stored:
    sequence: int
    subject: str
    data: bytes

    @property
    def partition(self) -> int:
        return int(self.subject.split(".")[3])


@dataclass
class Consumer:
    """A durable consumer: one message at a time (`max_ack_pending=1`)."""

    partition: int | None
    next_sequence: int = 1
    pending: int | None = None
    again_at: float = 0.0


@dataclass
class Disorder:
    """Probabilities, for each pull: another message than the next one, or the next one passed over."""

    stray: float = 0.0
    lost: float = 0.0
    announcement_lost: float = 0.0


@dataclass
class Stream:
    world: World
    name: str
    messages: dict[int, Stored] = field(default_factory=dict)
    last_sequence: int = 0
    consumers: dict[str, Consumer] = field(default_factory=dict)
    batches: dict[str, list[tuple[int, str, bytes, str | None]]] = field(default_factory=dict)
    disorder: Disorder = field(default_factory=Disorder)
    on_stored: Callable[[list[Stored]], None] = lambda _: None
    on_announced: Callable[[bytes], None] = lambda _: None

    # As the server does it

    def publish(self, subject: str, data: bytes, headers: dict[str, str]) -> dict[str, Any]:
        batch, expected = headers.get("Nats-Batch-Id"), headers.get("Nats-Expected-Last-Sequence")
        parts = [(1, subject, data, expected)]
        if batch is not None:
            self.batches.setdefault(batch, []).append((int(headers["Nats-Batch-Sequence"]), subject, data, expected))
            if "Nats-Batch-Commit" not in headers:
                return {}
            parts = self.batches.pop(batch)
            if [part[0] for part in parts] != list(range(1, len(parts) + 1)):
                return {"error": {"code": 400, "err_code": BATCH_INCOMPLETE}}
        if (wanted := parts[0][3]) is not None and int(wanted) != self.last_sequence:
            return {"error": {"code": 400, "err_code": WRONG_LAST_SEQUENCE}}
        first = self.last_sequence + 1
        new = [Stored(first + n, part[1], data=part[2]) for n, part in enumerate(parts)]
        self.on_stored(new)
        self.messages |= {each.sequence: each for each in new}
        self.last_sequence = new[-1].sequence
        return {"stream": self.name, "seq": self.last_sequence}

    def pull(self, durable: str) -> Stored | None:
        consumer, world = self.consumers[durable], self.world
        if world.chance(self.disorder.stray) and (mine := self._of(consumer)):
            return world.random.choice(mine)
        if consumer.pending is not None:
            if world.now < consumer.again_at:
                return None
            message = self.messages.get(consumer.pending)
            if message is None:
                consumer.pending = None
                return None
        else:
            mine = [each for each in self._of(consumer) if each.sequence >= consumer.next_sequence]
            if world.chance(self.disorder.lost):
                mine = mine[1:]
            if not mine:
                return None
            message = mine[0]
        consumer.pending, consumer.next_sequence = message.sequence, max(consumer.next_sequence, message.sequence + 1)
        consumer.again_at = world.now + topology.ACK_WAIT_SECONDS
        return message

    def answer(self, durable: str, sequence: int, delay: float | None) -> None:
        """An acknowledgement, or with a delay a refusal: it comes again then."""
        consumer = self.consumers[durable]
        if consumer.pending == sequence:
            if delay is None:
                consumer.pending = None
            else:
                consumer.again_at = self.world.now + delay

    def _of(self, consumer: Consumer) -> list[Stored]:
        return [each for each in self.messages.values() if consumer.partition in (None, each.partition)]

    # Disasters

    def wipe(self) -> None:
        """All is lost; the deploy step makes stream and consumers anew."""
        self.messages.clear()
        self.batches.clear()
        self.last_sequence = 0
        self.consumers = {name: Consumer(each.partition) for name, each in self.consumers.items()}

    def purge(self) -> None:
        self.messages.clear()

    def lose_tail(self) -> None:
        """A power failure: acknowledged messages are lost, and their sequences given again. A consumer may keep what it
        knew, and so pass over those that come in their place."""
        kept = max(0, self.last_sequence - self.world.random.randint(1, 5))
        self.messages = {n: each for n, each in self.messages.items() if n <= kept}
        self.last_sequence = kept
        for consumer in self.consumers.values():
            if self.world.chance(0.5):
                consumer.next_sequence = min(consumer.next_sequence, kept + 1)
            if consumer.pending is not None and consumer.pending > kept:
                consumer.pending = None


class Client:
    """A connection of nats-py."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._world = stream, stream.world

    def jetstream(self, **_: Any) -> Client:
        return self

    async def stream_info(self, _name: str) -> Any:
        return self._ask("stream_info", lambda: Info(self._stream.last_sequence))

    async def get_msg(self, _name: str, sequence: int, **_: Any) -> Any:
        def get() -> Any:
            if sequence not in self._stream.messages:
                raise NotFoundError
            return self._stream.messages[sequence]

        return self._ask("get_msg", get)

    async def publish(self, subject: str, data: bytes, headers: dict[str, str] | None = None) -> None:
        self._world.step(f"nats: publish {subject}")
        if self._world.chance(self._world.faults.lost_before):
            return  # nobody notices
        if subject.endswith(".head"):
            self._stream.on_announced(data)
        else:
            self._stream.publish(subject, data, headers or {})

    async def request(self, subject: str, data: bytes, headers: dict[str, str], **options: Any) -> Any:
        return self._ask("request", lambda: Answer(json.dumps(self._stream.publish(subject, data, headers)).encode()))

    async def close(self) -> None: ...

    def _ask(self, what: str, happen: Callable[[], Any]) -> Any:
        return self._world.effect(f"nats: {what}", happen, NatsTimeoutError)


class Info:
    """`stream_info`."""

    def __init__(self, last_sequence: int) -> None:
        self.state, self.config = State(last_sequence), Config()


@dataclass(frozen=True)
class State:
    last_seq: int


@dataclass(frozen=True)
class Config:
    max_age: float = MAX_AGE_SECONDS


@dataclass(frozen=True)
class Answer:
    data: bytes


@dataclass(frozen=True)
class RawMessage:
    subject: str


class Delivered:
    """A message as FastStream gives it to a handler. `durable`: None for an announcement."""

    def __init__(
        self,
        stream: Stream,
        durable: str | None,
        stored: Stored,
        on_acknowledged: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._stream, self._durable, self._stored = stream, durable, stored
        self._on_acknowledged = on_acknowledged
        self.body, self.raw_message = stored.data, RawMessage(stored.subject)

    async def ack(self) -> None:
        self._on_acknowledged(self.body)
        self._answer("ack", None)

    async def reject(self) -> None:
        self._answer("reject", None)

    async def nack(self, delay: float | None = None) -> None:
        self._answer("nack", delay or 0.0)

    async def in_progress(self) -> None: ...

    def _answer(self, what: str, delay: float | None) -> None:
        world, durable = self._stream.world, self._durable
        world.step(f"nats: {what} {self._stored.sequence}")
        if durable is not None and not world.chance(world.faults.lost_before):
            self._stream.answer(durable, self._stored.sequence, delay)
