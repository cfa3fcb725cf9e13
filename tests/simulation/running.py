"""Runs a seed: the simulated loop, clock, database and stream take the places of the real ones, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

from nats.errors import NoServersError
from tests.simulation.account import BrokenPromise
from tests.simulation.database import AsyncConnection, SimulatedPsycopg
from tests.simulation.loop import (
    OneByOne,
    SimulatedAsyncio,
    SimulatedLock,
    SimulatedNotifier,
    SimulatedStreamLock,
    SimulatedTime,
)
from tests.simulation.simulation import Simulation
from tests.simulation.stream import Client
from tests.simulation.tables import Appending, Tables
from tests.simulation.world import LivenessLost

import shared.eventlog.storage.appender
import shared.eventlog.storage.recorder
import shared.eventlog.storage.retrying
import shared.eventlog.stream_locks
import shared.messaging.inbox
import shared.messaging.lease
import shared.messaging.receiving
import shared.messaging.relay


@dataclass
class Plant:
    """A fault planted in the protocol. `patches` gives (object, attribute, replacement); `appending` breaks append."""

    patches: Callable[[Simulation], list[tuple[Any, str, Any]]] = lambda _: []
    appending: Callable[[Tables], Appending] = Appending


SOUND = Plant()


SOUND = Plant()


@dataclass(frozen=True)
class Outcome:
    """`broken`: the promise that did not hold, else None."""

    seed: int
    steps: int
    seconds: float
    broken: str | None
    trace: list[str]


def simulate(seed: int, plant: Plant = SOUND, *, tracing: bool = False) -> Outcome:
    """Runs a seed. What was promised and did not hold is in the outcome."""
    simulation = Simulation(seed, plant.appending, tracing=tracing)
    world, broken = simulation.world, None
    with _simulated(simulation, plant):
        try:
            simulation.run()
        except (BrokenPromise, LivenessLost) as error:
            broken = f"{type(error).__name__}: {error}"
        finally:
            world.end()
    if broken is None and world.errors:
        broken = world.errors[0]
    return Outcome(seed, world.steps, seconds=world.now, broken=broken, trace=world.trace)


@contextmanager
def _simulated(simulation: Simulation, plant: Plant) -> Iterator[None]:
    world = simulation.world
    loop, time = SimulatedAsyncio(world), SimulatedTime(world)

    async def connect(*_: Any, **__: Any) -> Client:
        return world.effect("nats: connect", lambda: Client(simulation.stream), NoServersError)

    replaced: list[tuple[Any, str, Any]] = [
        (shared.messaging.relay, "asyncio", loop),
        (shared.messaging.relay, "time", time),
        (shared.messaging.relay, "connect", connect),
        (shared.messaging.lease, "asyncio", loop),
        (shared.messaging.lease, "time", time),
        (shared.messaging.lease, "psycopg", SimulatedPsycopg(simulation.databases)),
        (shared.messaging.lease, "wait_for_notification", AsyncConnection.wait_for_notification),
        (shared.messaging.receiving, "asyncio", loop),
        (shared.messaging.inbox, "Lock", lambda: SimulatedLock(world)),
        (shared.eventlog.stream_locks, "_StreamLock", lambda: SimulatedStreamLock(world)),
        (shared.eventlog.storage.recorder, "Notifier", lambda *_: SimulatedNotifier(world)),
        (shared.eventlog.storage.appender, "GroupCommit", partial(OneByOne, world)),
        (shared.eventlog.storage.appender, "time", time),
        (shared.eventlog.storage.retrying, "time", time),
        *plant.patches(simulation),
    ]
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with ExitStack() as patches:
            for where, name, value in replaced:
                patches.enter_context(patch.object(where, name, value))
            yield
    finally:
        logging.disable(before)
