"""Faults planted in the protocol, one at a time, and a seed that finds each. A fault that no seed finds is a promise
that the simulation does not check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import tests.simulation.running
from tests.simulation import protocol_statements
from tests.simulation.clients import ADVISER
from tests.simulation.running import Plant
from tests.simulation.simulation import Simulation
from tests.simulation.stream import Client
from tests.simulation.tables import Appending, Row

import shared.eventlog.storage.appender
import shared.messaging.inbox
import shared.messaging.lease
import shared.messaging.relay
from shared.eventlog import CommandOptions, PartitionTracking
from shared.messaging import Inbox, Message, Relay, encode
from shared.messaging.inbox import ConsumerPosition
from shared.messaging.lease import Lease
from shared.messaging.receiving import Receiver


@dataclass(frozen=True)
class Mutant:
    """`what`: the rule that is broken. `seed`: one that finds it."""

    what: str
    plant: Plant
    seed: int


def replacing(where: Any, name: str, value: Any, appending: type[Appending] = Appending) -> Plant:
    return Plant(lambda _: [(where, name, value)], appending)


# The relay and its lease


class UnfencedClient(Client):
    """Sends without the expected last sequence."""

    async def request(self, subject: str, data: bytes, headers: dict[str, str], **options: Any) -> Any:
        return await super().request(subject, data, _unfenced(headers), **options)

    async def publish(self, subject: str, data: bytes, headers: dict[str, str] | None = None) -> None:
        await super().publish(subject, data, _unfenced(headers or {}))


def _unfenced(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Nats-Expected-Last-Sequence"}


async def resume_after_the_log(relay: Any, jetstream: Any) -> None:
    """Believes that all of the log has arrived, instead of reading the last message."""
    relay._sequence = (await jetstream.stream_info("desk")).state.last_seq
    relay._position = relay._app.recorder.max_notification_id() or 0


async def compare_nothing(relay: Any, connection: Any, _jetstream: Any) -> None:
    """Announces the head without looking at the end of the stream."""
    mark = relay._announcer.read_mark()
    await connection.publish("dla.idf.desk.head", encode(mark))


def believe_any_message(_relay: Any, last: Message | None, _max_age: float) -> int:
    """Goes on from the position of the last message, whatever log and event it is of."""
    return last.header.position if last else 0


class WallClock:
    """A clock that is set back every few seconds."""

    def __init__(self, simulation: Simulation) -> None:
        self._world = simulation.world

    def monotonic(self) -> float:
        return 1000 + self._world.now - 3 * (self._world.now // 4)


def set_back(simulation: Simulation) -> list[tuple[Any, str, Any]]:
    return [(shared.messaging.lease, "time", WallClock(simulation))]


def keep_log_id(_: Simulation) -> list[tuple[Any, str, Any]]:
    return [(Simulation, "_new_log_id", lambda _: None), (Relay, "_position_of", believe_any_message)]


# The inbox


async def acknowledge_first(receiver: Any, publisher: str, message: Any) -> None:
    await message.ack()
    await RECEIVE(receiver, publisher, message)


RECEIVE = Receiver.receive


def track_afterwards(inbox: Any, message: Message, tracking: PartitionTracking) -> None:
    """The effect in one transaction, its tracking in the next."""
    _react_apart(inbox, message)
    inbox._app.recorder.insert_events([], tracking=tracking)


def track_first(inbox: Any, message: Message, tracking: PartitionTracking) -> None:
    """The tracking in one transaction, the effect in the next."""
    inbox._app.recorder.insert_events([], tracking=tracking)
    _react_apart(inbox, message)


def _react_apart(inbox: Any, message: Message) -> None:
    app, header = inbox._app, message.header
    if dispatch := inbox.reactions.command_for(message, app):
        context = app.context(header.case, ADVISER, header.id, header.correlation)
        app.handle(dispatch.decider, dispatch.stream, dispatch.command, context, CommandOptions())


def no_gap(inbox: Any, publisher: str, log_id: Any, partition: int, case: Any = None) -> ConsumerPosition:
    """Takes each message that comes as the next one."""
    found = FIND_POSITION(inbox, publisher, log_id, partition, case)
    return (
        found if inbox._coming is None or found.reached >= inbox._coming else replace(found, reached=inbox._coming - 1)
    )


FIND_POSITION, APPLY = Inbox._find_position, Inbox._apply


def apply_as_it_comes(inbox: Any, message: Message, publisher: str) -> None:
    inbox._coming = inbox._number(message.header)
    APPLY(inbox, message, publisher)


def trust_order(_: Simulation) -> list[tuple[Any, str, Any]]:
    return [
        (Inbox, "_find_position", no_gap),
        (Inbox, "_apply", apply_as_it_comes),
    ]


def never_parked(*arguments: Any) -> ConsumerPosition:
    return replace(FIND_POSITION(*arguments), parked=False)


def follow_any_log(inbox: Any, publisher: str, log_id: Any, partition: int, case: Any = None) -> ConsumerPosition:
    """Counts the messages of each log by themselves, whichever was followed."""
    reached = inbox._app.recorder.tracked_number(publisher, log_id, partition)
    return ConsumerPosition(reached, parked=False)


# The append


class LaterThan(Appending):
    def may_follow(self, reached: int | None, number: int) -> bool:
        return number > (reached or 0)


class Uncompared(Appending):
    def may_follow(self, reached: int | None, number: int) -> bool:
        return True


class NothingParked(Appending):
    def track(self, row: Row) -> None:
        super().track(row if row["unparks"] else row | {"parks": True})


class FiredAgain(Appending):
    def has_fired(self, row: Row) -> bool:
        return False


class NeverWithdrawn(Appending):
    def set_deadline(self, row: Row) -> None:
        if row["due_at"]:
            super().set_deadline(row)


class ForgottenKeys(Appending):
    def _append(self, now: Any, arrays: Any, extras: Any) -> int | None:
        return super()._append(now, arrays, {name: rows for name, rows in extras.items() if name != "command"})


async def no_watermark(_receiver: Any, _publisher: str, _message: Any) -> None: ...


def appending(broken: type[Appending]) -> Plant:
    return Plant(appending=broken)


MUTANTS: dict[str, Mutant] = {
    "unfenced": Mutant(
        "the fence: the expected last sequence", replacing(tests.simulation.running, "Client", UnfencedClient), seed=10
    ),
    "resume-after-the-log": Mutant(
        "the relay resumes from the stream's last message", replacing(Relay, "_resume", resume_after_the_log), seed=3
    ),
    "compare-nothing": Mutant(
        "the relay compares the end of the stream", replacing(Relay, "_compare", compare_nothing), seed=13
    ),
    "believe-any-message": Mutant(
        "the last message is of this log", replacing(Relay, "_position_of", believe_any_message), seed=5
    ),
    "same-log-after-restore": Mutant("a restored log takes a new id", Plant(keep_log_id), seed=46),
    "lease-on-a-clock-set-back": Mutant("a lease is counted on a monotonic clock", Plant(set_back), seed=6),
    "lease-without-end": Mutant(
        "a leader looks at its clock",
        replacing(Lease, "is_held", property(lambda lease: lease._expires_at > 0)),
        seed=7,
    ),
    "lease-kept-by-a-clock-set-back": Mutant(
        "a lease that ends later than one taken now is not believed",
        replacing(protocol_statements, "is_held", lambda until, now, _: now <= until),
        seed=96,
    ),
    "acknowledged-first": Mutant(
        "acknowledged after the commit", replacing(Receiver, "receive", acknowledge_first), seed=1
    ),
    "tracked-afterwards": Mutant(
        "effect and tracking are one transaction", replacing(Inbox, "_react", track_afterwards), seed=4
    ),
    "tracked-first": Mutant("effect and tracking are one transaction", replacing(Inbox, "_react", track_first), seed=5),
    "order-of-delivery-trusted": Mutant("compare and set, from n - 1 to n only", Plant(trust_order, LaterThan), seed=4),
    "uncompared": Mutant("tracking is compared", appending(Uncompared), seed=6),
    "gap-not-filled": Mutant("a gap is back-filled", replacing(Inbox, "_back_fill", lambda *_: None), seed=4),
    "no-watermark": Mutant(
        "the announced head shows a lost tail", replacing(Receiver, "receive_high_water_mark", no_watermark), seed=15
    ),
    "overtaken": Mutant(
        "later events of a parked case wait behind it",
        replacing(Inbox, "_find_position", never_parked, NothingParked),
        seed=10,
    ),
    "any-log-followed": Mutant(
        "another log halts its receivers", replacing(Inbox, "_find_position", follow_any_log), seed=3
    ),
    "fired-again": Mutant("a deadline is compared and set", appending(FiredAgain), seed=6),
    "never-withdrawn": Mutant("a withdrawn deadline does not fire", appending(NeverWithdrawn), seed=4),
    "forgotten-keys": Mutant("an idempotency key is kept", appending(ForgottenKeys), seed=6),
    "own-commit-unknown": Mutant(
        "an append whose answer was lost is recognized",
        replacing(shared.eventlog.storage.appender.Appender, "_find_committed_positions", lambda *_: None),
        seed=39,
    ),
}
