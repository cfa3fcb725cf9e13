"""The simulated tables, compared with PostgreSQL: the same random operations have the same outcomes on both. Without
it, the simulation would prove something about a copy of append.sql."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from tests.simulation.database import Database
from tests.simulation.loop import SimulatedNotifier
from tests.simulation.services import DESK, KEY, SimulatedFeed, template
from tests.simulation.world import World

from shared.eventlog import AppendRefused, PartitionTracking, ServiceApplication
from shared.messaging import Inbox, PublisherHalted, halted_publishers
from shared.messaging.halts import halt
from shared.messaging.lease import ACQUIRE_OR_RENEW
from shared.runtime.scheduler import Scheduler

LOGS = [UUID(int=1), UUID(int=2)]
CASES = [UUID(int=100 + n) for n in range(3)]
DAYS = [datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)]


@dataclass
class Side:
    """PostgreSQL or its simulation, with what production does on it."""

    app: ServiceApplication

    def __post_init__(self) -> None:
        reactions = template("workshop")[1]
        assert reactions is not None
        self.inbox = Inbox(self.app, reactions, SimulatedFeed(self.app))

    def outcome(self, operation: Callable[[Side], Any]) -> Any:
        """What it gives; a refusal by its name."""
        try:
            return operation(self)
        except (AppendRefused, PublisherHalted) as refused:
            return type(refused).__name__, getattr(refused, "tracked_number", None)


@pytest.fixture
def sides(database: Callable[..., str]) -> Iterator[tuple[Side, Side]]:
    with closing(ServiceApplication("desk", [DESK], database("desk"), KEY)) as app:
        app.create_tables()
        world = World(0)
        simulated = template("desk")[0].on(Database(world, "desk"))
        simulated.recorder.notifier = SimulatedNotifier(world)  # type: ignore[assignment]
        yield Side(app), Side(simulated)


def append(random: Random) -> Callable[[Side], Any]:
    case, partition, log_id = random.choice(CASES), random.randrange(2), random.choice(LOGS)
    events = [random.choice(("ok", "ok", "stale")) for _ in range(random.randrange(3))]
    jump, parks, unparks = random.choice((0, 1, 1, 1, 1, 2)), random.random() < 0.3, random.random() < 0.3
    parked_number, error = random.randrange(1, 12), random.choice((None, "ValueError"))
    key = f"key-{random.randrange(12)}" if random.random() < 0.3 else None
    deadlines = [_deadline(random, case) for _ in range(random.randrange(2))]
    tracked = random.random() < 0.7

    def operation(side: Side) -> Any:
        recorder = side.app.recorder
        version = len(recorder.history(case))
        stored = []
        for kind in events:
            version += kind == "ok"
            stored.append(StoredEvent(case, max(version, 1), "step-registered:v1", b"{}"))
        extras: dict[str, Any] = {"deadlines": deadlines}
        tracking = None
        if key:
            extras["command"] = [{"key": key, "request": "r", "response": "{}"}]
        if tracked:
            number = recorder.tracked_number("desk", log_id, partition) + jump
            if unparks:
                number = parked_number
            tracking = PartitionTracking(
                "desk", number, log_id=log_id, partition=partition, case=case, parks=parks, unparks=unparks
            )
            if parks and not unparks:
                extras["parked"] = [
                    {
                        "publisher": "desk",
                        "case_id": str(case),
                        "number": number,
                        "partition": partition,
                        "message": b64encode(b"{}").decode(),
                        "error": error,
                    }
                ]
        positions = recorder.insert_events(stored, cases=[case] * len(stored), extras=extras, tracking=tracking)
        return list(positions or [])

    return operation


def _deadline(random: Random, case: UUID) -> dict[str, Any]:
    day = random.choice((*DAYS, None))
    row = {
        "stream": str(case),
        "kind": "reminder",
        "key": random.choice(("a", "b")),
        "aggregate": "desk",
        "case_id": str(case),
        "due_at": day and day.isoformat(),
    }
    return row | {"fired_at": DAYS[1].isoformat()} if day and random.random() < 0.4 else row


def look(random: Random) -> Callable[[Side], Any]:
    case, partition, log_id = random.choice(CASES), random.randrange(2), random.choice(LOGS)
    after, holder, publisher = random.randrange(10), random.choice("ab"), random.choice(("desk", "other"))
    looks: list[Callable[[Side], Any]] = [
        lambda side: side.app.recorder.tracked_number("desk", log_id, partition),
        lambda side: side.app.recorder.max_notification_id(),
        lambda side: [each.id for each in side.app.recorder.select_notifications(after, 3, inclusive_of_start=False)],
        lambda side: [(each.id, each.number) for each in side.app.recorder.entries_of_partition(partition, after, 3)],
        lambda side: [row[:2] for row in side.app.recorder.history(case)],
        lambda side: side.inbox._find_position(publisher, log_id, partition, case),
        lambda side: side.app.recorder.stored_response(f"key-{after}"),
        lambda side: len(side.app.recorder.fetch(ACQUIRE_OR_RENEW, {"holder": holder, "lease": 3600})),
        lambda side: sorted((row["due_at"], row["stream"], row["key"]) for row in Scheduler(side.app)._due_rows()),
        lambda side: (first := side.inbox.parking._first("desk", case)) and (first.tracking, first.error),
        lambda side: str(halt(side.app.recorder, "other", "what", log_id, foreign=after % 2 == 0)) and None,
        lambda side: halted_publishers(side.app.recorder),
    ]
    weights = [4, 2, 3, 3, 3, 6, 2, 2, 4, 4, 1 if after == 0 else 0, 2]
    return random.choices(looks, weights)[0]


@pytest.mark.parametrize("seed", range(4))
def test_the_same_operations_have_the_same_outcomes_on_postgresql(seed: int, sides: tuple[Side, Side]) -> None:
    random, real, simulated = Random(seed), *sides
    seen = set()
    for n in range(150):
        operation = append(random) if random.random() < 0.5 else look(random)
        expected, got = real.outcome(operation), simulated.outcome(operation)
        assert got == expected, f"operation {n} of seed {seed}"
        seen.add(expected[0] if isinstance(expected, tuple) and isinstance(expected[0], str) else "done")
    assert {"done", "VersionTaken", "TrackingRefused", "NotParked", "CommandAlreadyHandled"} <= seen


@pytest.mark.parametrize(
    ("seconds", "free"),
    [(2, False), (-1, True), (3600, True)],
    ids=["held", "expired", "of before the clock went back"],
)
def test_a_lease_is_taken_over_when_nobody_can_hold_it(seconds: int, free: bool, sides: tuple[Side, Side]) -> None:
    for side, now in zip(sides, (datetime.now(UTC), sides[1].app.clock.now()), strict=True):
        recorder = side.app.recorder
        recorder.fetch(ACQUIRE_OR_RENEW, {"holder": "one", "lease": 3600})
        if seconds != 3600:
            recorder.fetch(ACQUIRE_OR_RENEW, {"holder": "one", "lease": seconds})
        (taken,) = recorder.fetch(ACQUIRE_OR_RENEW, {"holder": "two", "lease": 60})
        assert taken == {"exists": free, "max": None}, now
