"""The timeline of one unit: its dossiers side by side, in the order in which things happen, through all services.

A *story* is a generator: it handles commands at the current time, and yields the instant at which it goes on. Messages
between services lead to commands as in the inbox, and deadlines fire as in the scheduler."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from deploy.history.bulk_log import BulkLog
from deploy.history.plan import working_time
from shared.eventlog import CommandOptions, FiredDeadline, LogEntry, Receipt, RecordedEvent
from shared.kernel import PHASE_SERVICES, Actor, Clock, Decider, Role, paris_date, uuid7_at
from shared.messaging.wire import Message, message_of, takes_application
from shared.runtime import Service

S = TypeVar("S")
Story = Iterator[datetime]
Listener = Callable[["Timeline", str, LogEntry, RecordedEvent[Any]], None]
DELIVERY = timedelta(milliseconds=40)
"""From an event to its effect in the next service."""
SITTING_SECONDS = (15.0, 90.0)
"""Between two commands of one sitting."""
TICK = timedelta(microseconds=1)


class _TimelineClock(Clock):
    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now

    def now(self) -> datetime:
        return self._now()


@dataclass(frozen=True, slots=True)
class Secrets:
    """Of the deployment. `sealing`: by service; `identity`: from which pseudonyms are computed."""

    sealing: Mapping[str, bytes]
    transit: Sequence[bytes]
    identity: bytes


class Timeline:
    """`services`: the four phases by name. `listeners` see each event once it is recorded."""

    def __init__(self, services: Mapping[str, Service], secrets: Secrets, rng: Random, until: datetime) -> None:
        self.now = datetime.min.replace(tzinfo=until.tzinfo)
        self.until = until
        self.rng = rng
        self.listeners: list[Listener] = []
        self._order = count()
        self._waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        ids = iter(self.new_id, None)
        clock = _TimelineClock(self._tick)
        self.services = services
        self.logs = {
            name: BulkLog(services[name], secrets.sealing[name], secrets.transit, clock=clock, ids=ids)
            for name in PHASE_SERVICES
        }

    def new_id(self) -> UUID:
        return uuid7_at(self.now, self.rng.getrandbits(80))

    def _tick(self) -> datetime:
        """No two readings are the same, so that the order of what is recorded is never in doubt."""
        self.now += TICK
        return self.now

    @property
    def today(self) -> date:
        return paris_date(self.now)

    def in_days(self, first: float, last: float) -> datetime:
        """A working hour so many days from now."""
        return working_time(self.rng, self.today + timedelta(days=self.rng.uniform(first, last)))

    def on_day(self, day: date) -> datetime:
        """A working hour of that day or the next working day; of today, a little later."""
        return max(working_time(self.rng, day), self.now)

    # What happens.

    def start(self, at: datetime, story: Callable[[], Story]) -> None:
        """A story that begins then."""
        self.at(at, lambda: self._go_on(story()))

    def at(self, at: datetime, happens: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (at, next(self._order), happens))

    def run(self) -> None:
        """Everything that happens by `until`."""
        while self._waiting and self._waiting[0][0] <= self.until:
            at, _, happens = heapq.heappop(self._waiting)
            self.now = max(self.now, at)
            happens()

    def _go_on(self, story: Story) -> None:
        if (at := next(story, None)) is not None:
            self.at(at, lambda: self._go_on(story))

    # Commands.

    def handle(
        self,
        service: str,
        decider: Decider[Any],
        stream: UUID,
        command: Any,
        actor: Actor,
        *,
        case: UUID | None = None,
        options: CommandOptions = CommandOptions(),  # noqa: B008  frozen
        effective_at: datetime | None = None,
    ) -> Receipt:
        """By a person or the scheduler, with all that it leads to elsewhere. Raises Refused."""
        self.now += timedelta(seconds=self.rng.uniform(*SITTING_SECONDS))
        log = self.logs[service]
        context = log.context(case or stream, actor)
        context.effective_at = effective_at
        receipt = log.handle(decider, stream, command, context, options)
        self._deliver(service)
        return receipt

    def state(self, service: str, decider: Decider[S], stream: UUID) -> S:
        return self.logs[service].load(decider, stream).state

    def _deliver(self, service: str) -> None:
        messages = [*self._messages(service)]
        while messages:
            message = messages.pop(0)
            for name, consumer in self.services.items():
                if message.header.publisher in consumer.reactions.publishers and self._react(name, message):
                    messages += self._messages(name)

    def _messages(self, name: str) -> Iterator[Message]:
        """What a service publishes of what it has recorded since the last time."""
        log, bridge = self.logs[name], self.services[name].to_integration_event
        also = (log,) if takes_application(bridge) else ()
        for entry, recorded in [*log.take_appended()]:
            for listener in self.listeners:
                listener(self, name, entry, recorded)
            self._follow_deadlines(name)
            if (body := bridge(recorded, entry, *also)) is not None:
                yield message_of(name, log.collected.identity(), entry, recorded, body)

    def _react(self, name: str, message: Message) -> bool:
        """As the inbox does: one command, caused by the event."""
        log, header = self.logs[name], message.header
        dispatch = self.services[name].reactions.command_for(message, log)
        if dispatch is None:
            return False
        self.now += DELIVERY
        context = log.context(dispatch.case or header.case, service_actor(name), header.id, header.correlation)
        log.handle(dispatch.decider, dispatch.stream, dispatch.command, context)
        return True

    # Deadlines.

    def _follow_deadlines(self, name: str) -> None:
        for key in self.logs[name].collected.take_new_deadlines():
            row = self.logs[name].collected.rows.deadlines.get(key)
            if row is not None:
                due_at = datetime.fromisoformat(row["due_at"])
                self.at(due_at, lambda key=key, due_at=due_at: self._fire(name, key, due_at))  # type: ignore[misc]

    def _fire(self, name: str, key: tuple[UUID, str, str], due_at: datetime) -> None:
        """As the scheduler does, unless the deadline was moved, withdrawn or has fired."""
        row = self.logs[name].collected.rows.deadlines.get(key)
        if row is None or row["fired_at"] is not None or datetime.fromisoformat(row["due_at"]) != due_at:
            return
        stream, kind, of = key
        decider = next(each for each in self.logs[name].deciders if each.name == row["aggregate"])
        firing = FiredDeadline(stream, kind, key=of, due_at=due_at, fired_at=self.now)
        self.handle(
            name,
            decider,
            stream,
            decider.deadline_command(kind, of),
            service_actor(name),
            case=row["case_id"],
            options=CommandOptions(deadline=firing),
            effective_at=due_at,
        )


def service_actor(name: str) -> Actor:
    return Actor(f"service:{name}", Role.SERVICE)
