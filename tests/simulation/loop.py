"""What the code under test uses of asyncio, time and threading, on the simulated clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from tests.simulation.world import NEVER, Process, Task, World

T = TypeVar("T")


class SimulatedEvent:
    """`asyncio.Event`, and with `wait(seconds)` of the same name also `threading.Event`."""

    def __init__(self, world: World) -> None:
        self._world, self._set = world, False
        self._waiters: list[Task] = []

    def is_set(self) -> bool:
        return self._set

    def set(self) -> None:
        self._set = True
        self._world.wake(self._waiters)

    def clear(self) -> None:
        self._set = False

    async def wait(self) -> None:
        while not self._set:
            self._world.wait(self._waiters)


class SimulatedLock:
    """`threading.Lock` between the tasks of one process."""

    def __init__(self, world: World) -> None:
        self._world, self._held = world, False
        self._waiters: list[Task] = []

    def acquire(self, blocking: bool = True) -> bool:
        while self._held:
            if not blocking:
                return False
            self._world.wait(self._waiters)
        self._held = True
        return True

    def release(self) -> None:
        self._held = False
        self._world.wake(self._waiters)

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class SimulatedStreamLock:
    """`_StreamLock` of the stream locks."""

    def __init__(self, world: World) -> None:
        self.lock, self.users = SimulatedLock(world), 0


class SimulatedTime:
    """The module `time`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def monotonic(self) -> float:
        return 1000 + self._world.now

    def sleep(self, seconds: float) -> None:
        self._world.sleep(seconds)


class Done:
    """A future that has its result."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._value: Any = None
        self._error: Exception | None = None
        try:
            self._value = work()
        except Exception as error:  # noqa: BLE001, RUF100  as a future does
            self._error = error

    def result(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._value

    def __await__(self) -> Any:
        return self.result()
        yield


class SimulatedAsyncio:
    """The module `asyncio`, for the tasks of the process that runs. A thread's work runs in the task that waits for
    it, with a step of the world at each effect."""

    CancelledError = asyncio.CancelledError

    def __init__(self, world: World) -> None:
        self._world = world

    def Event(self) -> SimulatedEvent:  # noqa: N802  as asyncio names it
        return SimulatedEvent(self._world)

    def current_task(self) -> None:
        return None

    def create_task(self, work: Coroutine[Any, Any, None]) -> Task:
        process = self._running()
        return self._world.spawn(process, process.name, lambda: drive(work), work.close)

    async def wait(self, waited: Iterable[Any], **_: float) -> tuple[list[Any], list[Any]]:
        if any(isinstance(each, Task) for each in waited):  # tasks of a process, which end with it
            self._world.wait([])
        return list(waited), []

    async def sleep(self, seconds: float) -> None:
        self._world.sleep(seconds)

    async def to_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    @asynccontextmanager
    async def timeout(self, seconds: float) -> Any:
        with self._world.timeout(seconds):
            yield

    def get_running_loop(self) -> SimulatedAsyncio:
        return self

    def run_in_executor(self, _threads: object, work: Callable[..., Any], *arguments: Any) -> Done:
        return Done(lambda: work(*arguments))

    def _running(self) -> Process:
        task = self._world.task
        assert task is not None and task.process is not None
        return task.process


class SimulatedNotifier:
    """Instead of the coalesced NOTIFY: the simulated database wakes its listeners itself."""

    def __init__(self, world: World) -> None:
        self.closing = ClosingEvent(world)
        self.listeners: list[Any] = []

    def notify(self) -> None:
        """A writer may die before its NOTIFY; whoever listens polls as well."""

    def wake(self, position: int) -> None:
        """No listener but the relay is simulated."""

    def close(self) -> None: ...


class ClosingEvent:
    """`threading.Event` of a program that never closes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float = NEVER) -> bool:
        self._world.sleep(seconds)
        return False


class OneByOne:
    """Instead of the group commit, whose threads are tested on PostgreSQL: one append at a time, each a group of its
    own."""

    def __init__(self, world: World, commit: Callable[[list[Any]], None]) -> None:
        self._commit, self._lock = commit, SimulatedLock(world)

    def submit(self, work: Any) -> Any:
        queued = Queued(work)
        with self._lock:
            self._commit([queued])
        if isinstance(queued.answer, BaseException):
            raise queued.answer
        return queued.answer


class Queued:
    def __init__(self, work: Any) -> None:
        self.work, self.answer = work, None


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine whose every await ends in a step of the world."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise RuntimeError("it awaits something that is not simulated")
