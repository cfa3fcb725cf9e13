"""A simulated world: processes made of tasks that take turns at each effect, on a seeded clock.

Every task is a greenlet. `step` is the only place where another task may run and where a process may die, so a seed
gives the same run each time."""

from __future__ import annotations

import heapq
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")
START = datetime(2026, 3, 2, 22, 59, 54, tzinfo=UTC)
"""Six seconds before midnight in Paris."""
NEVER = float("inf")
CHECK_SECONDS = 0.25
SLOW_SECONDS = (1.0, 3.5, 6.0)
"""A lease has three."""


class Crashed(BaseException):
    """The process has died: no code of it runs any more, and nothing catches this."""


class LivenessLost(Exception):
    """What had to happen did not, though every fault was over."""


@dataclass(eq=False)
class Process:
    """A simulated process. `start` spawns its tasks; it is called again after each crash."""

    name: str
    start: Callable[[], None]
    alive: bool = False
    stopped: bool = False
    frozen_until: float = 0.0
    tasks: list[Task] = field(default_factory=list)


@dataclass(eq=False)
class Task:
    name: str
    process: Process | None
    run: greenlet
    turn: int = 0
    deadlines: list[float] = field(default_factory=list)
    discard: Callable[[], object] = lambda: None
    """Called instead of its work when its process dies before it began."""

    def cancel(self) -> None:
        """A task ends with its process."""


@dataclass
class Faults:
    """Probabilities, for each effect: the process dies; it freezes; the effect alone takes seconds; it does not happen;
    it happens and its answer is lost."""

    crash: float = 0.0
    freeze: float = 0.0
    slow: float = 0.0
    lost_before: float = 0.0
    lost_after: float = 0.0


class World:
    """`now`: seconds since the start. `trace`: what happened, line by line, when `tracing`."""

    def __init__(self, seed: int, *, tracing: bool = False) -> None:
        self.random, self.now, self.steps = Random(seed), 0.0, 0
        self.faults = Faults()
        self.processes: list[Process] = []
        self.errors: list[str] = []
        self.trace: list[str] = []
        self._tracing, self._serial = tracing, count()
        self._queue: list[tuple[float, int, Task | Callable[[], None], int]] = []
        self._dying: list[Process] = []
        self._hub = getcurrent()
        self.task: Task | None = None

    @property
    def time(self) -> datetime:
        return START + timedelta(seconds=self.now)

    def chance(self, probability: float) -> bool:
        return probability > 0 and self.random.random() < probability

    def log(self, text: str) -> None:
        if self._tracing:
            name = self.task.name if self.task else "world"
            self.trace.append(f"{self.now:9.3f}  {name:<22} {text}")

    # Processes and tasks

    def add(self, name: str, start: Callable[[Process], None]) -> Process:
        process = Process(name, lambda: None)
        process.start = lambda: start(process)
        self.processes.append(process)
        self._begin(process)
        return process

    def spawn(
        self,
        process: Process | None,
        name: str,
        work: Callable[[], object],
        discard: Callable[[], object] = lambda: None,
    ) -> Task:
        def body() -> None:
            try:
                work()
            except Crashed:
                pass
            except Exception as error:  # noqa: BLE001, RUF100  a fault of the program: reported with the seed
                self.errors.append(f"{name}: {error!r}\n{traceback.format_exc()}")
            finally:
                if process is not None and process.alive and task in process.tasks:
                    process.tasks.remove(task)

        task = Task(name, process, run=greenlet(body, parent=self._hub), discard=discard)
        if process is not None:
            process.tasks.append(task)
        self._schedule(task, self.now + self.random.random() * 0.05)
        return task

    def at(self, seconds: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (seconds, next(self._serial), happens, 0))

    def stop(self, process: Process) -> None:
        """Ends a process until it is started again by `resume`."""
        process.stopped = True
        self._kill(process)

    def resume(self, process: Process) -> None:
        process.stopped = False
        if not process.alive:
            self._begin(process)

    def crash(self, process: Process) -> None:
        """Kills a process; it starts again later."""
        if process.alive:
            self._kill(process)
            self.at(self.now + self.random.uniform(0.05, 1.5), lambda: self._restart(process))

    def _restart(self, process: Process) -> None:
        if not process.alive and not process.stopped:
            self._begin(process)

    def _begin(self, process: Process) -> None:
        process.alive, process.frozen_until = True, 0.0
        self.log(f"{process.name} starts")
        process.start()

    def _kill(self, process: Process) -> None:
        self.log(f"{process.name} dies")
        process.alive = False
        tasks, process.tasks = process.tasks, []
        for task in tasks:
            task.turn += 1  # what waits in the queue for it is void
            if task.run:
                self.task = task
                task.run.throw(Crashed())
            elif not task.run.dead:
                task.discard()
        self.task = None

    # Inside a task

    def step(self, label: str) -> None:
        """An effect begins or ends here: others may run first, and the process may die or freeze."""
        task = self.task
        if task is None:
            return  # the world itself looks
        process = task.process
        if process is not None:
            if not process.alive:
                raise Crashed
            if self.chance(self.faults.crash):
                self._dying.append(process)
            elif self.chance(self.faults.freeze):
                process.frozen_until = self.now + self.random.choice(SLOW_SECONDS)
                self.log(f"{process.name} is frozen")
        if self._tracing:
            self.log(label)
        if self.chance(self.faults.slow):
            self._pause(self.random.choice(SLOW_SECONDS))
        else:
            delay = self.random.random()
            self._pause(0.4 * delay if self.random.random() < 0.03 else 0.004 * delay)

    def sleep(self, seconds: float) -> None:
        if self.task is not None:
            self._pause(seconds)

    def wait(self, waiters: list[Task], timeout: float = NEVER) -> None:
        """Waits to be woken by `wake(waiters)`. Raises TimeoutError at the timeout, or at that of `timeout()`."""
        task = self.task
        assert task is not None
        end = min([self.now + timeout, *task.deadlines])
        waiters.append(task)
        self._pause(end - self.now)
        if task in waiters:
            waiters.remove(task)
            raise TimeoutError

    def wake(self, waiters: list[Task]) -> None:
        woken = list(waiters)
        waiters.clear()
        for task in woken:
            self._schedule(task, self.now)

    @contextmanager
    def timeout(self, seconds: float) -> Any:
        task = self.task
        assert task is not None
        task.deadlines.append(self.now + seconds)
        try:
            yield
        finally:
            task.deadlines.pop()

    def effect(self, label: str, happen: Callable[[], T], lost: Callable[[], Exception]) -> T:
        """An effect outside of the process: it may not happen, or happen without an answer (raises `lost`)."""
        self.step(label)
        if self.chance(self.faults.lost_before):
            self.log(f"{label}: lost before")
            raise lost()
        result = happen()
        if self.chance(self.faults.lost_after):
            self.log(f"{label}: answer lost")
            raise lost()
        self.step(f"{label}: done")
        return result

    def _pause(self, seconds: float) -> None:
        task = self.task
        assert task is not None
        if task.process is not None and not task.process.alive:
            raise Crashed
        if seconds < NEVER:
            self._schedule(task, self.now + seconds)
        self._hub.switch()
        self.task = task
        if task.process is not None and not task.process.alive:
            raise Crashed

    def _schedule(self, task: Task, at: float) -> None:
        task.turn += 1
        heapq.heappush(self._queue, (at, next(self._serial), task, task.turn))

    # The loop

    def run(self, until: Callable[[], bool], limit: float) -> None:
        """Runs until the condition holds. Raises LivenessLost at the limit, in seconds of the simulated clock."""
        checked = self.now
        while self._queue:
            if self.now - checked > CHECK_SECONDS:
                checked = self.now
                if self.errors or until():
                    return
                if self.now > limit:
                    raise LivenessLost(f"not there after {self.now:.0f} s")
            at, _, what, turn = heapq.heappop(self._queue)
            if isinstance(what, Task):
                if turn != what.turn or (not what.run and what.run.dead):
                    continue
                process = what.process
                if process is not None and process.frozen_until > at:
                    heapq.heappush(self._queue, (process.frozen_until, next(self._serial), what, turn))
                    continue
            self.now = max(self.now, at)
            self._turn(what)
        raise LivenessLost("no task is left")

    def _turn(self, what: Task | Callable[[], None]) -> None:
        if isinstance(what, Task):
            self.steps += 1
            self.task = what
            what.run.switch()
            self.task = None
        else:
            what()
        while self._dying:
            self.crash(self._dying.pop())

    def end(self) -> None:
        for process in self.processes:
            process.stopped = True
            if process.alive:
                self._kill(process)
