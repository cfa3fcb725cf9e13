"""A run: units on every core, then one transaction for each service, then lists; resumed where it was interrupted."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from deploy.history.databases import Databases
from deploy.history.loading import join_services, load_service
from deploy.history.plan import Plan
from deploy.history.projecting import project
from deploy.history.timeline import Secrets
from deploy.history.unit_history import SERVICES, write_unit

PLAN_FILE, PARTS_FOLDER = "history.json", "history-parts"


class OtherHistory(Exception):
    """The folder holds another history than the one that is asked for, or data of its own."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a run did. `seconds`: by step, of this run alone; `events`: by service; `bytes`: of each database."""

    plan: Plan
    dossiers: int
    events: Mapping[str, int]
    seconds: Mapping[str, float]
    bytes: Mapping[str, int]


class Run:
    """`folder`: of an embedded stack that is not running."""

    def __init__(self, plan: Plan, folder: Path, *, workers: int, lists: bool, progress: Progress) -> None:
        self._plan, self._folder = plan, folder.absolute()
        self._workers, self._lists, self._progress = workers, lists, progress
        self._seconds: dict[str, float] = {}

    def write(self) -> Written:
        """Raises OtherHistory, and what the embedded stack raises."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._claim()
        with Databases(self._folder) as databases:
            secrets = databases.secrets()
            with ProcessPoolExecutor(self._workers, mp_context=get_context("spawn")) as pool:
                events = databases.filled()
                if not events:
                    self._write_units(pool, secrets)
                    events = self._load(pool, databases.owner_urls)
                join_services(databases.owner_urls, {n: s.reactions.publishers for n, s in SERVICES.items()})
                if self._lists:
                    self._project(pool, databases)
            shutil.rmtree(self._parts, ignore_errors=True)
            sizes = databases.sizes()
        return Written(self._plan, self._plan.cases, events=events, seconds=self._seconds, bytes=sizes)

    @property
    def _parts(self) -> Path:
        return self._folder / PARTS_FOLDER

    def _claim(self) -> None:
        """The plan is kept in the folder, so that a resumed run is of the same history."""
        plan = {
            "seed": self._plan.seed,
            "scale": self._plan.scale,
            "until": self._plan.until.isoformat(),
        }
        file = self._folder / PLAN_FILE
        if not file.exists():
            if (self._folder / "postgres").exists():
                raise OtherHistory(f"{self._folder} has data already: give a folder of its own (DIR=…).")
            file.write_text(json.dumps(plan) + "\n")
        if (known := json.loads(file.read_text())) != plan:
            raise OtherHistory(f"{self._folder} holds the history {known}, not {plan}.")

    def _write_units(self, pool: ProcessPoolExecutor, secrets: Secrets) -> None:
        units = self._plan.units()
        with self._step("dossiers", self._plan.cases) as advance:
            written = {pool.submit(write_unit, each, secrets, self._parts / each.unit): each for each in units}
            for done in as_completed(written):
                done.result()
                advance(written[done].cases)

    def _load(self, pool: ProcessPoolExecutor, urls: Mapping[str, str]) -> dict[str, int]:
        parts = sorted(each for each in self._parts.glob("dla-*") if each.suffix != ".draft")
        with self._step("databases", len(urls)) as advance:
            return _gather({name: pool.submit(load_service, name, url, parts) for name, url in urls.items()}, advance)

    def _project(self, pool: ProcessPoolExecutor, databases: Databases) -> None:
        with self._step("lists", len(SERVICES)) as advance:
            _gather(
                {
                    name: pool.submit(project, name, databases.owner_urls[name], databases.secrets())
                    for name in SERVICES
                },
                advance,
            )

    @contextmanager
    def _step(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        task, began = self._progress.add_task(name, total=total), time.monotonic()
        yield lambda done: self._progress.advance(task, done)
        self._seconds[name] = time.monotonic() - began


def _gather(futures: Mapping[str, Future[int]], advance: Callable[[int], None]) -> dict[str, int]:
    names, found = {future: name for name, future in futures.items()}, {}
    for done in as_completed(names):
        found[names[done]] = done.result()
        advance(1)
    return found


def progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description:10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )


def read_plan(folder: Path, seed: int, scale: float, until: datetime) -> Plan:
    """The plan that is asked for; where the folder has begun one, its end, so that it can be resumed another day."""
    file = folder / PLAN_FILE
    if file.exists():
        until = datetime.fromisoformat(json.loads(file.read_text())["until"])
    return Plan(seed, scale, until=until)
