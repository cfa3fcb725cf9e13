"""One run: the system starts, clients play, faults come, all is healed, and the checker says what it finds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from tests.faults.account import Account, EntryKind, of_kind
from tests.faults.checker import Finding, check
from tests.faults.clients import ADVISER, Client, stop_all
from tests.faults.cluster import Cluster
from tests.faults.evidence import collect
from tests.faults.kinds import PROCESS_FAULTS, SERVER_FAULTS, Inject, skipped
from tests.faults.schedule import Fault, plan

CLIENTS = 3
UNANSWERED_SECONDS = 120.0
"""After all is healed, for the commands in progress."""


@dataclass(frozen=True)
class Report:
    """`faults`: how many of each kind were injected. `skipped`: the kinds that this machine does not allow, and why.

    `trace`: each fault with the second at which it began. `starts`: of processes, the first ones included."""

    seed: int
    findings: list[Finding]
    faults: Counter[str]
    skipped: dict[str, str]
    acknowledged: int
    repeated: int
    unknown: int
    events: dict[str, int]
    starts: int
    trace: list[str]


class Injector(Thread):
    """Injects the faults of one lane, one after the other, until it is stopped."""

    def __init__(
        self, lane: str, cluster: Cluster, kinds: Mapping[str, Inject], planned: Iterator[Fault], trace: Trace
    ) -> None:
        super().__init__(name=lane)
        self._cluster, self._kinds, self._planned, self._trace = cluster, kinds, planned, trace
        self._ending = Event()
        self.done: Counter[str] = Counter()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for fault in self._planned:
                if self._ending.wait(fault.pause):
                    return
                self._trace.write(f"{self.name}: {fault}")
                self._kinds[fault.kind](self._cluster, fault, self._ending)
                self.done[fault.kind] += 1
        except BaseException as error:
            self.error = error

    def stop(self) -> None:
        """Heals what lasts. Raises what went wrong with the injection itself."""
        self._ending.set()
        self.join()
        if self.error:
            raise self.error


class Trace:
    """Lines with the seconds since the begin. `say`: where each is shown too."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._began, self._say = time.monotonic(), say
        self.lines: list[str] = []

    def write(self, text: str) -> None:
        line = f"{time.monotonic() - self._began:7.1f} s  {text}"
        self.lines.append(line)
        self._say(line)


def run(
    seed: int,
    seconds: float,
    folder: Path,
    *,
    say: Callable[[str], object] = lambda _: None,
    processes: Mapping[str, Inject] = PROCESS_FAULTS,
    servers: Mapping[str, Inject] = SERVER_FAULTS,
) -> Report:
    """`seconds`: how long faults are injected; starting, healing and checking come on top. `processes` and `servers`:
    the kinds of fault."""
    trace, account = Trace(say), Account(folder / "account.jsonl")
    with Cluster(folder) as cluster:
        trace.write("all processes are ready")
        clients = _start_clients(cluster, account, seed)
        not_here = {kind: why for kind, why in skipped(cluster).items() if kind in servers}
        possible = {kind: inject for kind, inject in servers.items() if kind not in not_here}
        names = [each.name for each in cluster.replicas]
        injectors = [
            Injector(lane, cluster, kinds, plan(seed, lane, list(kinds), names), trace)
            for lane, kinds in (("processes", processes), ("servers", possible))
            if kinds
        ]
        try:
            for injector in injectors:
                injector.start()
            _wait(seconds, [*clients, *injectors])
        finally:
            failed = _stop(injectors)
            trace.write("no more faults")
            if failed is None:
                cluster.wait_until_ready()
                trace.write("all processes are ready again")
            stop_all(clients, 0 if failed else UNANSWERED_SECONDS)
        if failed:
            raise failed
        evidence = collect(cluster, account, seed)
        trace.write("checked")
        entries = account.read()
        acknowledged = of_kind(entries, EntryKind.ACKNOWLEDGED)
        findings = check(entries, evidence)
        return Report(
            seed,
            findings,
            faults=sum((each.done for each in injectors), Counter()),
            skipped=not_here,
            acknowledged=len(acknowledged),
            repeated=len(of_kind(entries, EntryKind.REPEATED)),
            unknown=len(of_kind(entries, EntryKind.SENT))
            - len(acknowledged)
            - len(of_kind(entries, EntryKind.REFUSED)),
            events={name: len(log) for name, log in evidence.logs.items()},
            starts=sum(each.starts for each in cluster.replicas),
            trace=trace.lines,
        )


def _start_clients(cluster: Cluster, account: Account, seed: int) -> list[Client]:
    token = cluster.token("adviser", ADVISER)
    clients = [Client(number, cluster.addresses, token, account, seed) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    return clients


def _wait(seconds: float, threads: list[Client | Injector]) -> None:
    """For so long, or until one of the threads fails."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not any(each.error for each in threads):
        time.sleep(0.2)


def _stop(injectors: list[Injector]) -> BaseException | None:
    failed = None
    for injector in injectors:
        try:
            injector.stop()
        except BaseException as error:
            failed = error
    return failed
