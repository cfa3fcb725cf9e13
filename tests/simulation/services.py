"""The two services of the simulation. A desk registers steps of cases and is reminded of some; a workshop follows each
step, and audit each event of the whole log. None of their deciders guards against a step that comes twice: only the
protocol does."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import EventStore, InfrastructureFactory
from eventsourcing.utils import Environment
from tests.simulation.database import Database, Datastore, SimulatedRecorder
from tests.simulation.world import START
from tests.support.samples.sample_services import Follow, Followed

from shared.contracts.base import PublicEvent
from shared.crypto import KeyStore
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.eventlog.stream_locks import StreamLocks
from shared.kernel import Clock, Context, Deadline, Decider, event, paris_date
from shared.kernel.events import command
from shared.messaging import CommandDispatch, Feed, FeedPage, FeedUnavailable, Header, Message, Reactions, messages_of
from shared.messaging.provenance import MessageSource, check_page
from shared.messaging.restored_publisher import decider as following

KEY = b"k" * 32
FAULTY = 13
TOMORROW = paris_date(START) + timedelta(days=1)
"""The simulated midnight comes a few seconds after the start."""
PAGE_EVENTS = 3


@command
class Register:
    """`remind_on`: sets or moves the reminder; `forget`: withdraws it."""

    step: int
    remind_on: date | None = None
    forget: bool = False
    remark: str | None = None


@command
class Remind: ...


@event("remark-recorded", label="Remarque consignée")
class RemarkRecorded:
    remark: str


@event("step-registered", label="Étape enregistrée")
class Registered:
    step: int


@event("reminder-set", label="Rappel prévu")
class ReminderSet:
    on: date | None


@event("reminded", label="Rappel donné")
class Reminded:
    on: date


@dataclass(frozen=True, slots=True)
class DeskState:
    steps: int = 0


def decide_at_desk(_state: DeskState, command: Register | Remind, _context: Context) -> list[Any]:
    if isinstance(command, Remind):
        return [Reminded(TOMORROW)]
    remark = [RemarkRecorded(command.remark)] if command.remark else []
    reminder = [ReminderSet(command.remind_on)] if command.remind_on or command.forget else []
    return [*remark, Registered(command.step), *reminder]


def evolve_desk(state: DeskState, event: Any) -> DeskState:
    return DeskState(state.steps + 1) if isinstance(event, Registered) else state


def desk_deadlines(_state: DeskState, event: Any) -> Iterable[Deadline]:
    if isinstance(event, ReminderSet):
        yield Deadline("reminder", "", on=event.on)


DESK: Decider[DeskState] = Decider(
    "desk",
    DeskState(),
    decide=decide_at_desk,
    evolve=evolve_desk,
    commands=(Register, Remind),
    events=(Registered, RemarkRecorded, ReminderSet, Reminded),
    deadlines=desk_deadlines,
    deadline_command=lambda _kind, _key: Remind(),
)


class StepRegistered(PublicEvent):
    """The desk has registered a step."""

    publisher: ClassVar[str] = "desk"
    name: ClassVar[str] = "step-registered"
    step: int


def to_integration_event(recorded: RecordedEvent[Any], _entry: LogEntry) -> PublicEvent | None:
    return StepRegistered(step=recorded.data.step) if isinstance(recorded.data, Registered) else None


@dataclass(frozen=True, slots=True)
class Steps:
    count: int = 0


class Mended:
    """Whether a faulty step can be followed by now."""

    def __init__(self) -> None:
        self.value = False


def workshop_decider(mended: Mended) -> Decider[Steps]:
    def follow(_steps: Steps, command: Follow, _context: Context) -> list[Followed]:
        if command.step % 100 == FAULTY and not mended.value:
            raise ValueError("faulty")
        return [Followed(command.step)]

    return Decider(
        "workshop",
        Steps(),
        decide=follow,
        evolve=lambda steps, _: Steps(steps.count + 1),
        commands=(Follow,),
        events=(Followed,),
    )


def workshop_reactions(decider: Decider[Steps]) -> Reactions:
    reactions = Reactions("workshop")

    @reactions.on(StepRegistered)
    def follow_step(event: StepRegistered, header: Header) -> CommandDispatch:
        """A step registered at the desk is followed in the workshop."""
        return CommandDispatch(decider, header.case, command=Follow(event.step))

    return reactions


def audit_reactions(decider: Decider[Steps]) -> Reactions:
    reactions = Reactions("auditing")

    @reactions.on_any_event_of(["desk"])
    def follow_all(message: Message, _publisher: str) -> CommandDispatch:
        """Whatever the desk records is followed."""
        return CommandDispatch(decider, message.header.case, command=Follow(message.header.position * 100))

    return reactions


class SimulatedClock(Clock):
    """The service's clock, which its processes share."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def now(self) -> Any:
        return self._database.world.time


class SimulatedApplication(ServiceApplication):
    """The application of production, on a simulated database."""

    SNAPSHOT_EVERY = 4

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return InfrastructureFactory.construct(Environment("simulated", {"PERSISTENCE_MODULE": "eventsourcing.popo"}))

    def construct_recorder(self) -> Any:
        return SimulatedRecorder(Datastore(None))

    def on(self, database: Database) -> SimulatedApplication:
        """The same application as another process runs it: what it keeps in memory is its own."""
        app = copy(self)
        app.conninfo = app.url = database.name
        app.recorder = SimulatedRecorder(Datastore(database))
        app.events = EventStore(app.mapper, app.recorder)
        app.key_store = KeyStore(KEY, app.recorder.wrapped_keys)
        app.stream_locks, app.clock = StreamLocks(), SimulatedClock(database)
        return app


@cache
def template(service: str) -> tuple[SimulatedApplication, Reactions | None, Mended]:
    """Built once: what a process keeps in memory is made anew by `on`."""
    mended = Mended()
    if service == "desk":
        return SimulatedApplication("desk", [DESK], "", KEY), None, mended
    decider = workshop_decider(mended if service == "workshop" else _never_faulty())
    reactions = workshop_reactions(decider) if service == "workshop" else audit_reactions(decider)
    return SimulatedApplication(service, [decider, following], "", KEY), reactions, mended


def _never_faulty() -> Mended:
    mended = Mended()
    mended.value = True
    return mended


class SimulatedFeed(Feed):
    """The desk's feed without HTTP, in small pages, checked as the client of production does."""

    def __init__(self, app: ServiceApplication) -> None:  # no HTTP client: making one costs more than a run
        self._app = app

    def page(self, publisher: str, partition: int | None, after: int, limit: int = PAGE_EVENTS) -> FeedPage:
        recorder, limit = self._app.recorder, min(limit, PAGE_EVENTS)
        try:
            before = recorder.identity()
            if partition is None:
                entries = recorder.select_notifications(after, limit, inclusive_of_start=False)
            else:
                entries = recorder.entries_of_partition(partition, after, limit)
            messages = messages_of(self._app, to_integration_event, entries)
            identity = recorder.identity()
        except Exception as error:
            raise FeedUnavailable(str(error)) from error
        if identity != before:
            raise FeedUnavailable("the desk was stopped, and restored meanwhile")
        following = None
        if len(entries) == limit:
            following = entries[-1].id if partition is None else entries[-1].number
        page = FeedPage(identity.log_id, messages, following, since=identity.since, ancestors=dict(identity.ancestors))
        check_page(page.events, MessageSource(publisher, page.log_id, partition=partition), after, page.next)
        return page


assert issubclass(SimulatedApplication, Application)


def case_of(partition: int, nth: int) -> UUID:
    """A case of one partition: the nth of a fixed series."""
    return _cases(partition)[nth]


@cache
def _cases(partition: int) -> list[UUID]:
    from shared.eventlog.partitions import partition_of

    cases: list[UUID] = []
    number = 0
    while len(cases) < 8:
        number += 1
        case = UUID(int=number << 80 | 0x7 << 76 | 0b10 << 62 | number)
        if partition_of(case) == partition:
            cases.append(case)
    return cases
