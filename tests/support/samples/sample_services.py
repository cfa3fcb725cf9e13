"""Two small services for transport tests: a desk registers steps of cases, a workshop applies each of them.
A step of the desk is public; a remark is not. The workshop cannot apply a faulty step until it is mended."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Event, Thread
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from tests.support.samples.note_aggregate import DEPLOYMENT_KEY

from embedded.processes import ports
from shared.contracts.base import PublicEvent
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.eventlog.maintenance.restored_log import take_new_log_id
from shared.kernel import Actor, Context, Decider, Refusal, Role, event, uuid7
from shared.kernel.events import command
from shared.messaging import CommandDispatch, Feed, FeedPage, Header, Inbox, Message, Reactions, messages_of
from shared.messaging.restored_publisher import decider as following
from shared.web.auth import Caller, get_caller
from shared.web.standard import feed_router

ADVISER = Actor("adviser-1", Role.ADVISER, unit="dla-44")
FAULTY = 13
REGION = "idf"
T = TypeVar("T")


@command
class Register:
    step: int
    remark: str | None = None


@event("step-registered", label="Étape enregistrée")
class Registered:
    step: int


@event("remark-recorded", label="Remarque consignée")
class RemarkRecorded:
    remark: str


@dataclass(frozen=True, slots=True)
class Steps:
    seen: tuple[int, ...] = ()


def register(_steps: Steps, command: Register, _context: Context) -> list[Registered | RemarkRecorded]:
    kept = [RemarkRecorded(command.remark)] if command.remark else []
    return [*kept, Registered(command.step)]


def registered(steps: Steps, event: Registered | RemarkRecorded) -> Steps:
    return replace(steps, seen=(*steps.seen, event.step)) if isinstance(event, Registered) else steps


DESK: Decider[Steps] = Decider(
    "desk", Steps(), decide=register, evolve=registered, commands=(Register,), events=(Registered, RemarkRecorded)
)


@command
class Follow:
    step: int


@event("step-followed", label="Étape suivie")
class Followed:
    step: int


FOLLOWED_BEFORE = Refusal("followed-before", "Étape déjà suivie")


def followed(steps: Steps, event: Followed) -> Steps:
    return replace(steps, seen=(*steps.seen, event.step))


@dataclass
class Desk:
    """A publisher of its own name: tests share one NATS, and must not hear each other."""

    app: ServiceApplication
    contract: type[PublicEvent]

    @property
    def name(self) -> str:
        return self.app.service

    def register(self, case: UUID, step: int, remark: str | None = None) -> None:
        self.app.handle(DESK, case, Register(step, remark), self.app.context(case, ADVISER))

    def to_integration_event(self, recorded: RecordedEvent[Any], _entry: LogEntry) -> PublicEvent | None:
        data = recorded.data
        return self.contract.model_validate({"step": data.step}) if isinstance(data, Registered) else None

    def messages(self, after: int = 0) -> list[Message]:
        entries = self.app.recorder.select_notifications(after, 100_000, inclusive_of_start=False)
        return messages_of(self.app, self.to_integration_event, entries)

    def steps(self) -> dict[UUID, list[int]]:
        return _by_case(self.app, Registered)

    def restore(self, position: int, *, new_log: bool) -> None:
        """Goes back to an older state, as from a back-up; ops give it a new log id, unless they forget."""
        self.app.recorder.fetch("DELETE FROM {events} WHERE position > %s", (position,))
        if new_log:
            take_new_log_id(self.app.recorder, position)


@dataclass
class Workshop:
    app: ServiceApplication
    inbox: Inbox
    mended: Event = field(default_factory=Event)

    def steps(self) -> dict[UUID, list[int]]:
        return _by_case(self.app, Followed)

    def followed(self) -> int:
        return self.app.recorder.max_notification_id() or 0

    def count(self, table: str) -> int:
        (row,) = self.app.recorder.fetch(f"SELECT count(*) FROM {{schema}}.{table}")
        return int(row["count"])


class DeskFeed(Feed):
    """The desk's feed without HTTP, in pages of two."""

    def __init__(self, desk: Desk) -> None:
        super().__init__({}, "")
        self.desk, self.asked = desk, 0

    def page(self, publisher: str, partition: int | None, after: int, limit: int = 2) -> FeedPage:
        assert publisher == self.desk.name
        self.asked += 1
        recorder = self.desk.app.recorder
        if partition is None:
            entries = recorder.select_notifications(after, limit, inclusive_of_start=False)
        else:
            entries = recorder.entries_of_partition(partition, after, limit)
        return FeedPage(
            recorder.identity().log_id, messages_of(self.desk.app, self.desk.to_integration_event, entries), None
        )


def desk_at(url: str, service: str) -> Desk:
    class StepRegistered(PublicEvent):
        """The desk has registered a step."""

        publisher: ClassVar[str] = service
        name: ClassVar[str] = "step-registered"
        step: int

    return Desk(ServiceApplication(service, [DESK], url, DEPLOYMENT_KEY), StepRegistered)


def workshop_at(url: str, desk: Desk, feed: Feed, *, whole: bool = False) -> Workshop:
    """Follows what the desk tells, each step once; `whole` follows everything, in the order of the desk's log."""
    mended = Event()

    def follow(steps: Steps, command: Follow, _context: Context) -> list[Followed]:
        if command.step == FAULTY and not mended.is_set():
            raise ValueError("faulty")
        if command.step in steps.seen and not whole:
            raise FOLLOWED_BEFORE("Une étape est suivie une seule fois.")
        return [Followed(command.step)]

    decider: Decider[Steps] = Decider(
        "workshop", Steps(), decide=follow, evolve=followed, commands=(Follow,), events=(Followed,)
    )
    name = "auditing" if whole else "workshop"
    reactions = Reactions(name)

    if whole:

        @reactions.on_any_event_of([desk.name])
        def follow_all(message: Message, _publisher: str) -> CommandDispatch:
            """Whatever the desk records is followed."""
            return CommandDispatch(decider, message.header.case, command=Follow(message.header.position))
    else:

        @reactions.on(desk.contract)
        def follow_step(event: Any, header: Header) -> CommandDispatch:
            """A step registered at the desk is followed in the workshop."""
            return CommandDispatch(decider, header.case, command=Follow(event.step))

    app = ServiceApplication(name, [decider, following], url, DEPLOYMENT_KEY)
    return Workshop(app, Inbox(app, reactions, feed), mended=mended)


def _by_case(app: ServiceApplication, kind: type) -> dict[UUID, list[int]]:
    steps: dict[UUID, list[int]] = {}
    for entry, recorded in app.events_of(app.recorder.select_notifications(None, 100_000)):
        if isinstance(recorded.data, kind):
            steps.setdefault(entry.case_id, []).append(recorded.data.step)  # type: ignore[attr-defined]
    return steps


def register_in_turn(desk: Desk, cases: int, steps: int, first: int = 100) -> None:
    """Interleaved: one step of each case after the other."""
    ids = [uuid7() for _ in range(cases)]
    for step in range(first, first + steps):
        for case in ids:
            desk.register(case, step)


@contextmanager
def feed_of(desk: Desk) -> Iterator[str]:
    """The address of the desk's feed over HTTP."""
    web = FastAPI()
    web.state.application = desk.app
    web.dependency_overrides[get_caller] = lambda: Caller(Actor("workshop", Role.SERVICE))
    web.include_router(feed_router(desk.to_integration_event, ()))
    port = ports.choose_ports({"feed": None})["feed"]
    server = uvicorn.Server(uvicorn.Config(web, host="127.0.0.1", port=port, log_config=None))
    thread = Thread(target=server.run, name="feed")
    thread.start()
    try:
        eventually(lambda: server.started)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def eventually(condition: Callable[[], T], seconds: float = 60) -> T:
    """Waits for a condition; fails when it does not come true in time."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return result
