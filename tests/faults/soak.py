"""Soak: all services under a steady load for a while; the memory of each process at the start, halfway and at the end.

`python -m tests.faults.soak --minutes 20` ends with 1 when a process grew in the second half."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Annotated

import httpx
import typer
from tests.faults.account import Account, EntryKind, of_kind
from tests.faults.clients import Client, stop_all

from embedded.processes.resources import resident_mebibytes, threads
from embedded.stack import Stack

CLIENTS = 2
SETTLED_MINUTES = 1.0
"""Before the first sample: pools fill, and code and reference data are read."""
MAX_GROWTH, NOISE_MEBIBYTES = 1.05, 6.0
"""Of a process from the middle to the end."""
PAUSE_SECONDS = 0.25
READ = {
    "intake": ("/api/v1/requests?limit=20", "/api/v1/caseload"),
    "diagnostic": ("/api/v1/diagnoses?limit=20", "/api/v1/caseload"),
    "parcours": ("/api/v1/caseload",),
    "followup": ("/api/v1/caseload",),
    "audit": ("/readyz",),
}


class Reader(Thread):
    """Reads lists in turn until it is stopped. `answers`, `cut_off`: how many reads were answered, and how many met a
    connection that the server had closed meanwhile."""

    def __init__(self, addresses: Mapping[str, str], token: str) -> None:
        super().__init__(name="reader")
        self._addresses, self._token = addresses, token
        self._stopping = Event()
        self.answers = self.cut_off = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with httpx.Client(headers={"Authorization": f"Bearer {self._token}"}, trust_env=False, timeout=30) as http:
                while not self._stopping.is_set():
                    for service, paths in READ.items():
                        for path in paths:
                            self._read(http, f"{self._addresses[service]}{path}")
                            self._stopping.wait(PAUSE_SECONDS)
        except BaseException as error:
            self.error = error

    def _read(self, http: httpx.Client, address: str) -> None:
        try:
            http.get(address).raise_for_status()
        except httpx.TransportError:
            self.cut_off += 1
        else:
            self.answers += 1

    def stop(self) -> None:
        self._stopping.set()
        self.join()
        if self.error:
            raise self.error


def main(minutes: Annotated[float, typer.Option(help="How long; the aim is 20.")] = 20.0) -> None:
    folder = Path(".dla")
    folder.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="soak-", dir=folder) as own, Stack(Path(own)) as stack:
        token = stack.issuer.mint("adviser", subject="adviser-1", unit="dla-44")
        account = Account(Path(own) / "account")
        addresses = {name: [address] for name, address in stack.addresses.items()}
        clients = [Client(nth, addresses, token, account, seed=1) for nth in range(CLIENTS)]
        reader = Reader(stack.addresses, token)
        for thread in (*clients, reader):
            thread.start()
        samples = [_sample(stack, min(SETTLED_MINUTES, minutes / 4))]
        samples += [_sample(stack, minutes / 2) for _ in range(2)]
        reader.stop()
        stop_all(clients, 30.0)
        commands = len(of_kind(account.read(), EntryKind.ACKNOWLEDGED))
    print(f"{minutes:.0f} minutes, {commands} commands, {reader.answers} reads and {reader.cut_off} cut off")
    if grown := [name for name, sizes in _by_process(samples).items() if _has_grown([each[0] for each in sizes])]:
        sys.exit(f"grew in the second half: {', '.join(grown)}")


Sample = dict[str, tuple[float, int]]
"""By process, its MiB and its threads."""


def _sample(stack: Stack, minutes: float) -> Sample:
    """After so many minutes. Raises when a process ended meanwhile."""
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        stack.check_alive()
        time.sleep(1.0)
    found = {name: (resident_mebibytes(pid), threads(pid)) for name, pid in stack.pids.items()}
    each = ", ".join(f"{name} {mebibytes:.0f} MiB {number} threads" for name, (mebibytes, number) in found.items())
    print(f"{time.strftime('%X')} load {os.getloadavg()[0]:.1f}: {each}", flush=True)
    return found


def _by_process(samples: list[Sample]) -> dict[str, list[tuple[float, int]]]:
    return {name: [each[name] for each in samples] for name in samples[0]}


def _has_grown(mebibytes: list[float]) -> bool:
    *_, middle, end = mebibytes
    return end > middle * MAX_GROWTH + NOISE_MEBIBYTES


if __name__ == "__main__":
    typer.run(main)
