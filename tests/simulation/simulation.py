"""One run: a seed chooses the processes, the commands, the faults and the disasters; then all faults end, and what was
promised must hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from uuid import UUID, uuid4

from tests.simulation.account import Account, BrokenPromise, require
from tests.simulation.clients import Desk, choose_clients
from tests.simulation.database import Database
from tests.simulation.loop import drive
from tests.simulation.services import SimulatedApplication, SimulatedFeed, template, to_integration_event
from tests.simulation.statements import restore
from tests.simulation.stream import Consumer, Delivered, Stored, Stream
from tests.simulation.tables import Appending, Tables
from tests.simulation.world import Faults, LivenessLost, Process, World

from shared.eventlog import DATABASE_ERRORS
from shared.messaging import FeedUnavailable, Inbox, NotFollowed, PublisherHalted, Relay, halted_publishers
from shared.messaging.follow_restored_log import find_restored_log, follow_restored, lift_halt
from shared.messaging.receiving import Receiver
from shared.messaging.wire import decode
from shared.runtime.scheduler import Scheduler
from shared.settings import NatsAccess

REGION = "idf"
HEAL_SECONDS = 90.0
OPERATOR_ERRORS = (*DATABASE_ERRORS, FeedUnavailable, NotFollowed, PublisherHalted, ValueError)


class Simulation:
    def __init__(
        self, seed: int, appending: Callable[[Tables], Appending] = Appending, *, tracing: bool = False
    ) -> None:
        self.world = World(seed, tracing=tracing)
        self.desk = Database(self.world, "desk", appending)
        self.workshop = Database(self.world, "workshop", appending)
        self.auditing = Database(self.world, "auditing", appending)
        self.databases = {each.name: each for each in (self.desk, self.workshop, self.auditing)}
        self.stream = Stream(self.world, "desk")
        self.account = Account(self.desk.tables)
        self.stream.on_stored = self._on_stored
        self.stream.on_announced = self._on_announced
        self.listeners: dict[Process, Receiver] = {}
        self.relays: dict[Process, Relay] = {}
        self.clock_was_set = False
        self.mended = template("workshop")[2]
        self.mended.value = False
        self.backup: Tables | None = None

    # The run

    def run(self) -> None:
        random = self.world.random
        self.partitions = random.sample(range(8), 2)
        self.clients = choose_clients(random, self.partitions)
        self._start_processes()
        calm_at = random.uniform(8.0, 14.0)
        self._choose_faults(calm_at)
        self.world.run(lambda: self.world.now > calm_at, limit=calm_at + 5)
        self._heal()
        try:
            self.world.run(lambda: self._unsettled() is None, limit=self.world.now + HEAL_SECONDS)
        except LivenessLost as error:
            raise LivenessLost(f"{self._unsettled()}: {error}") from error
        if self.world.errors:
            raise BrokenPromise(self.world.errors[0])
        self.account.check_log()
        self.account.check_deadlines(self.world.time)
        self.account.check_workshop(self.workshop.tables)
        if self.audits:
            self.account.check_whole(self.auditing.tables)
        require(self.stream.last_sequence > 0, "the relay publishes", self.stream.last_sequence)

    def _start_processes(self) -> None:
        random, world = self.world.random, self.world
        self.audits = random.random() < 0.6
        for partition in self.partitions:
            self.stream.consumers[f"workshop-{partition}"] = Consumer(partition)
        self.stream.consumers["auditing"] = Consumer(None)
        for n in range(random.randint(1, 2)):
            world.add(f"api-{n}", self._start_api)
        for n in range(random.randint(1, 3)):
            world.add(f"relay-{n}", self._start_relay)
        for n in range(random.randint(1, 2)):
            world.add(f"deadlines-{n}", self._start_scheduler)
        for n in range(random.randint(1, 2)):
            world.add(f"workshop-{n}", partial(self._start_receiver, "workshop"))
        if self.audits:
            for n in range(random.randint(1, 2)):
                world.add(f"audit-{n}", partial(self._start_receiver, "auditing"))
        world.add("operator", self._start_operator)

    def _choose_faults(self, calm_at: float) -> None:
        """A seed has some kinds of faults and not others: each kind shows what the others would hide."""
        random = self.world.random

        def some(most: float) -> float:
            return random.random() * most if random.random() < 0.6 else 0.0

        outages = random.choice((0.02, 0.04, 0.2))
        self.world.faults = Faults(
            crash=some(0.006), freeze=some(0.005), slow=some(0.01), lost_before=some(outages), lost_after=some(outages)
        )
        self.stream.disorder.stray, self.stream.disorder.lost = some(0.3), some(0.2)
        self.stream.disorder.announcement_lost = some(0.4)
        for _ in range(random.randint(0, 3)):
            happens = random.choice(
                (self.stream.wipe, self.stream.purge, self.stream.lose_tail, self.stream.lose_tail, self._set_clock)
            )
            self.world.at(random.uniform(0.5, calm_at - 1), happens)
        if random.random() < 0.25:
            at = random.uniform(1.0, calm_at - 2)
            for _ in range(random.choice((1, 1, 2))):  # the second perhaps before anybody has followed the first
                self.world.at(at, self._back_up)
                at += random.uniform(0.2, 3.0)
                self.world.at(at, self._restore)
                at += random.uniform(0.1, 1.0)

    def _heal(self) -> None:
        self.world.log("all faults end")
        self.world.faults = Faults()
        self.stream.disorder = type(self.stream.disorder)()
        self.mended.value = True

    def _unsettled(self) -> str | None:
        """What is still to happen, else None."""
        desk, log_id = self.desk.tables, self.desk.tables.log_id
        tracked, audited = self.workshop.tables.tracked, self.auditing.tables.tracked
        numbers = {row["partition"]: row["number"] for row in desk.events}
        now = self.world.time
        waiting = {
            "a client waits": any(client.current or client.waiting for client in self.clients),
            "the workshop is behind": any(tracked.get(("desk", log_id, p), 0) != n for p, n in numbers.items()),
            "a case is parked": bool(self.workshop.tables.parked),
            "audit is behind": self.audits and audited.get(("desk", log_id, -1), 0) != len(desk.events),
            "a deadline is due": any(
                row["fired_at"] is None and row["due_at"] <= now for row in desk.deadlines.values()
            ),
            "the stream is behind": not self._stream_is_complete(),
        }
        return next((what for what, waits in waiting.items() if waits), None)

    def _stream_is_complete(self) -> bool:
        """It ends with the log's last event; after a restore without new events, with one of the log before. What was
        purged is not sent again: receivers back-fill it."""
        last = self.stream.messages.get(self.stream.last_sequence)
        if last is None:
            return self.stream.last_sequence > 0
        header, desk = decode(last.data).header, self.desk.tables
        return (header.log_id, header.position) == (desk.log_id, len(desk.events)) or (
            header.log_id != desk.log_id and desk.since == len(desk.events)
        )

    # Disasters

    def _set_clock(self) -> None:
        database = self.world.random.choice([self.desk, *self.databases.values()])
        database.clock_error += self.world.random.choice((-3600.0, -20.0, 20.0, 3600.0))
        self.clock_was_set = True
        self.world.log(f"the clock of {database.name} is wrong by {database.clock_error:.0f} s")

    def _back_up(self) -> None:
        self.backup = self.desk.tables.copy()

    def _restore(self) -> None:
        """The operator stops the desk, puts the back-up back and declares it."""
        backup = self.backup
        if backup is None or not backup.events:
            return
        serving = [each for each in self.world.processes if each.name.startswith(("api", "relay", "deadlines"))]
        for process in serving:
            self.world.stop(process)
        lost = self.desk.tables.events[len(backup.events) :]
        restore(self.desk.tables, backup, self._new_log_id())
        self.world.log(f"restored: {len(lost)} events are lost")
        in_flight = {client.current.step for client in self.clients if client.current and client.current.keyed}
        self.account.on_restored(lost, in_flight)
        for process in serving:
            self.world.at(self.world.now + self.world.random.random(), partial(self.world.resume, process))

    def _new_log_id(self) -> UUID | None:
        return uuid4()

    # Processes

    def _app(self, service: str) -> SimulatedApplication:
        return template(service)[0].on(self.databases[service])

    def _start_api(self, process: Process) -> None:
        desk = Desk(self.world, self.account, app=self._app("desk"))
        for client in self.clients:
            self.world.spawn(process, process.name, partial(desk.serve, client))

    def _start_relay(self, process: Process) -> None:
        relay = Relay(
            self._app("desk"),
            to_integration_event,
            region=REGION,
            access=NatsAccess("nats://simulated", ""),
            fatal=self.world.errors.append,
        )
        self.relays[process] = relay
        self.world.spawn(process, process.name, lambda: drive(relay.run()))

    def _start_scheduler(self, process: Process) -> None:
        scheduler = Scheduler(self._app("desk"))

        def fire() -> None:
            while True:
                with suppress(*DATABASE_ERRORS):
                    scheduler.fire()
                self.world.sleep(Scheduler.POLL_SECONDS)

        self.world.spawn(process, process.name, fire)

    def _start_receiver(self, service: str, process: Process) -> None:
        app, reactions = self._app(service), template(service)[1]
        assert reactions is not None
        inbox = Inbox(app, reactions, SimulatedFeed(self._app("desk")))
        receiver = Receiver(inbox, region=REGION, threads={"desk": None})  # type: ignore[dict-item]
        self.listeners[process] = receiver
        for durable in [name for name in self.stream.consumers if name.startswith(service)]:
            self.world.spawn(process, process.name, partial(self._pull, app, receiver, durable))

    def _pull(self, app: SimulatedApplication, receiver: Receiver, durable: str) -> None:
        while True:
            self.world.step("nats: pull")
            stored = self.stream.pull(durable)
            if stored is None:
                self.world.sleep(self.world.random.uniform(0.1, 0.6))
                continue
            delivered = Delivered(self.stream, durable, stored, partial(self._on_acknowledged, app))
            drive(receiver.receive("desk", delivered))

    def _on_acknowledged(self, app: SimulatedApplication, data: bytes) -> None:
        tables, whole = self.databases[app.service].tables, app.service == "auditing"
        self._observe(lambda: self.account.on_acknowledged(tables, data, whole=whole))
        self._observe(lambda: self.account.check_parked(tables))

    def _start_operator(self, process: Process) -> None:
        def operate() -> None:
            while True:
                self.world.sleep(1.0)
                for database in (self.workshop, self.auditing):
                    halted = any(row["halted"] for row in database.tables.sources.values())
                    if halted or database.tables.parked:
                        with suppress(*OPERATOR_ERRORS):
                            self._operate(database.name)

        self.world.spawn(process, process.name, operate)

    def _operate(self, service: str) -> None:
        """Follows a restored desk, and replays what is parked."""
        app, reactions = self._app(service), template(service)[1]
        assert reactions is not None
        feed = SimulatedFeed(self._app("desk"))
        reason = "Sauvegarde remise en place."
        if halted_publishers(app.recorder) and not lift_halt(app, feed, "desk", reason):
            follow_restored(app, find_restored_log(app, feed, "desk"), "Camille", reason)
        parking = Inbox(app, reactions, feed).parking
        for publisher, case in {key[:2] for key in self.databases[service].tables.parked}:
            parking.replay(publisher, case)

    # What is observed

    def _observe(self, check: Callable[[], None]) -> None:
        """Keeps what did not hold: the code under test, in which it is observed, would catch an exception."""
        try:
            check()
        except BrokenPromise as broken:
            self.world.errors.append(f"BrokenPromise: {broken}")

    def _on_stored(self, new: list[Stored]) -> None:
        self.world.log(f"stream: {len(new)} messages after {self.stream.last_sequence}")
        self._observe(lambda: self.account.on_stored(self.stream, new))

    def _on_announced(self, data: bytes) -> None:
        """Each receiver gets the announcement late, twice or not at all; and one relay leads."""
        leading = [process.name for process, relay in self.relays.items() if process.alive and relay.is_leading]
        self._observe(lambda: require(self.clock_was_set or len(leading) < 2, "one relay leads", leading))
        for process, receiver in self.listeners.items():
            for _ in range(self.world.random.choice((1, 1, 1, 2))):
                if process.alive and not self.world.chance(self.stream.disorder.announcement_lost):
                    stored = Stored(0, f"dla.{REGION}.desk.head", data=data)
                    announced = Delivered(self.stream, None, stored)
                    hear = partial(self._hear, process, receiver, announced)
                    self.world.at(self.world.now + self.world.random.random() * 1.5, hear)

    def _hear(self, process: Process, receiver: Receiver, announced: Delivered) -> None:
        if process.alive and self.listeners.get(process) is receiver:
            receive = partial(receiver.receive_high_water_mark, "desk", announced)
            self.world.spawn(process, process.name, lambda: drive(receive()))
