"""The demonstration, step by step, and its table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.hub.demo import search
from deploy.hub.demo.comparison import Event, compare, is_level, received, recorded, whole_ledger_size
from deploy.hub.demo.deployment import wait_until
from deploy.hub.demo.intruder import intrude
from deploy.hub.demo.servers import HUB, UNITS, DemoServers
from shared.messaging import regional_publisher
from shared.settings import NatsAccess

CATCH_UP_SECONDS = 120.0
NOTICE_SECONDS = 90.0
"""Within which a silent line is given up; its pings take half a minute."""
REFUSED = (409, 422)
"""By a witness: what does not extend the checkpoint that it keeps."""


@dataclass(frozen=True)
class Promise:
    """`holds`: whether what was found is what was promised."""

    text: str
    found: str
    holds: bool


class Demonstration:
    """`cases`: how many are played in each region, before and during each cut."""

    def __init__(self, folder: Path, cases: int, say: Callable[[str], None]) -> None:
        self.folder, self.number, self._say = folder.absolute(), cases, say
        self.promises: list[Promise] = []

    def run(self) -> list[Promise]:
        with ExitStack() as stack:
            self._say("Starting a hub and two regions…")
            self._servers = DemoServers(self.folder, stack)
            self._servers.start()
            self.hub, self.regions = self._servers.hub, self._servers.regions
            self._say("Cases in both regions…")
            self._play([*UNITS])
            took = self._catch_up([*UNITS])
            self._promise("Both regions reach the hub", f"{took:.1f} s after the last event", holds=True)
            self._check_lines()
            self._check_witness()
            self._intrude()
            self._cut("nord", "sud", silent=False)
            self._cut("sud", "nord", silent=True)
            self._compare()
            self._search()
        return self.promises

    def _play(self, names: Sequence[str]) -> None:
        for name in names:
            self._servers.cases[name].play(self.number)

    def _catch_up(self, names: Sequence[str]) -> float:
        def all_level() -> bool:
            return all(is_level(self.hub, self.regions[name], name) for name in names)

        return wait_until(all_level, f"the hub has all of {' and '.join(names)}", CATCH_UP_SECONDS)

    def _check_lines(self) -> None:
        for name in UNITS:
            wire = self._servers.lines[name].leaf
            self._promise(
                f"The connection of {name} with the hub is encrypted",
                f"{wire.encrypted} of {wire.connections} connections begin with TLS",
                holds=wire.encrypted == wire.connections > 0,
            )

    def _mirrored_size(self, name: str) -> int:
        """Of the region's checkpoint that the hub keeps."""
        checkpoint = self._servers.witness.mirrored(self._servers.ledgers[name])
        return checkpoint.size if checkpoint else 0

    def _wait_for_witness(self, name: str) -> tuple[int, float]:
        """The size of the region's ledger, and the seconds until the hub has cosigned it whole."""

        def is_cosigned() -> bool:
            size = whole_ledger_size(self.regions[name])
            return size is not None and self._mirrored_size(name) == size

        took = wait_until(is_cosigned, f"the hub has cosigned all of {name}", CATCH_UP_SECONDS)
        return self._mirrored_size(name), took

    def _check_witness(self) -> None:
        for name in UNITS:
            size, took = self._wait_for_witness(name)
            self._promise(
                f"The hub cosigns the ledger of {name}, and keeps its last checkpoint",
                f"{size} leaves, {took:.1f} s later",
                holds=size > 0,
            )
        before = self._mirrored_size("nord")
        status = self._servers.witness.status_for_rewritten(self._servers.ledgers["nord"])
        self._promise(
            "Another history of nord, signed with nord's own key, is refused",
            f"{status}; the hub keeps {self._mirrored_size('nord')} leaves",
            holds=status in REFUSED and self._mirrored_size("nord") >= before,
        )

    def _cut(self, name: str, other: str, *, silent: bool) -> None:
        kind = "by a silent line" if silent else "by a closed line"
        self._say(f"{name} is cut off {kind}, and goes on working…")
        line = self._servers.lines[name]
        before, cosigned = len(self._at_hub(name)), self._mirrored_size(name)
        line.cut(silent=silent)
        self._play([name, other])
        took = self._catch_up([other])
        self._promise(f"Meanwhile {other} reaches the hub", f"{took:.1f} s after its last event", holds=True)
        if silent:
            took = wait_until(lambda: line.leaf.was_retried, f"{name} gives its silent line up", NOTICE_SECONDS)
            self._promise(f"{name} notices the silent line and connects anew", f"{took:.1f} s later", holds=True)
        came = len(self._at_hub(name)) - before
        self._promise(
            f"{name}, cut off {kind}, records {self.number} more cases; none of it is at the hub",
            f"{came} events came through",
            holds=came == 0 and self._mirrored_size(name) == cosigned,
        )
        self._say(f"{name} is connected again…")
        line.mend()
        took = self._catch_up([name])
        self._promise(f"{name} catches up by itself, {kind}", f"{took:.1f} s after it was mended", holds=True)
        size, took = self._wait_for_witness(name)
        self._promise(
            f"The hub cosigns what {name} has signed meanwhile",
            f"{size - cosigned} leaves more, {took:.1f} s later",
            holds=size > cosigned,
        )

    def _at_hub(self, name: str) -> list[Event]:
        return received(self.hub).get(regional_publisher(name, "intake"), [])

    def _compare(self) -> None:
        at_hub = received(self.hub)
        found = [
            compare(name, service, recorded(region, service), at_hub.get(regional_publisher(name, service), []))
            for name, region in self.regions.items()
            for service in region.phases
        ]
        total = sum(each.recorded for each in found)
        for what in ("missing", "twice", "out_of_order", "altered"):
            count = sum(int(getattr(each, what)) for each in found)
            text = {
                "missing": "Nothing is lost",
                "twice": "Nothing is there twice",
                "out_of_order": "Each service's order is kept",
                "altered": "What the hub's ledger holds is what the region recorded",
            }[what]
            self._promise(text, f"{count} of {total} events differ", holds=count == 0 and total > 0)

    def _intrude(self) -> None:
        self._say("Somebody takes nord's key to the hub…")
        server = self._servers.intruder("nord")
        server.start()
        server.wait_until_ready()
        audit = NatsAccess(self.hub.nats.url, self.hub.nats.seed("audit"))
        came = asyncio.run(intrude(server, audit, hub=HUB, region="nord", victim="sud"))
        server.stop()
        self._promise(
            "The key is good: the hub takes nord's own head by it",
            "taken" if came.own_head else "no",
            holds=came.own_head,
        )
        self._promise(
            "By it, no stream of the nation or of sud is read, deleted or written in",
            f"{len(came.succeeded)} of {came.tried} attempts succeed {' '.join(came.succeeded[:3])}".rstrip(),
            holds=not came.succeeded,
        )

    def _search(self) -> None:
        self._say("Searching the hub's disk…")
        for deployment in (self.hub, *self.regions.values()):
            deployment.checkpoint()
        hub = self.folder / HUB
        for name, cases in self._servers.cases.items():
            values = cases.values.all
            at_hub = search.occurrences(hub, values)
            is_read = all(value in cases.read_back() for value in values)
            files, size = search.size(hub)
            self._promise(
                f"No personal value of {name} is at the hub",
                f"{sum(at_hub.values())} of {len(values)} found in {files} files, {size / 1e6:.0f} MB",
                holds=not sum(at_hub.values()) and is_read,
            )
            structure = cases.structures[0]
            here, there = (search.occurrences(self.folder / of, [structure])[structure] for of in (name, HUB))
            self._promise(
                f"The name of a structure of {name} is found there, and not at the hub",
                f"in {here} files there, {there} at the hub",
                holds=bool(here) and not there,
            )
            case = cases.played[0]
            controls = search.occurrences(hub, [case, cases.unit])
            self._promise(
                f"The search finds a case and a unit of {name} at the hub",
                f"in {controls[case]} and {controls[cases.unit]} files",
                holds=all(controls.values()),
            )

    def _promise(self, text: str, found: str, *, holds: bool) -> None:
        self.promises.append(Promise(text, found, holds=holds))


def print_promises(console: Console, promises: Sequence[Promise]) -> None:
    table = Table("promise", "found", "kept", title="A hub and two regions")
    for each in promises:
        table.add_row(each.text, each.found, "[green]yes[/green]" if each.holds else "[red]NO[/red]")
    console.print(table)
