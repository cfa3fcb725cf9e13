"""The demonstration, step by step, and its table."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.hub.demo import search
from deploy.hub.demo.cases import Cases
from deploy.hub.demo.comparison import compare, is_level, received, recorded
from deploy.hub.demo.deployment import DemoDeployment, wait_until
from deploy.hub.demo.intruder import intrude, intruder_server
from deploy.hub.demo.wire import Wire
from deploy.hub.nats_configuration import hub_accounts, hub_leaf_listener, region_leaf
from embedded.identity.issuer import Issuer
from embedded.processes import ports
from embedded.processes.nats import SERVICES, Nats
from shared.messaging import regional_publisher
from shared.messaging.permissions import leaf_account
from shared.settings import NatsAccess

HUB = "national"
UNITS = {"nord": "dla-59", "sud": "dla-13"}
PHASES = {"nord": ("intake", "diagnostic"), "sud": ("intake",)}
"""The services that each region of the demonstration runs: enough for events that follow from others'."""
CATCH_UP_SECONDS = 120.0


@dataclass(frozen=True)
class Promise:
    """`holds`: whether what was found is what was promised."""

    text: str
    found: str
    holds: bool


class Demonstration:
    """`cases`: how many are played in each region, before, during and after the cut."""

    def __init__(self, folder: Path, cases: int, say: Callable[[str], None]) -> None:
        self.folder, self.number, self._say = folder.absolute(), cases, say
        self.promises: list[Promise] = []
        self.regions: dict[str, DemoDeployment] = {}
        self.cases: dict[str, Cases] = {}
        self._wires: dict[str, Wire] = {}

    def run(self) -> list[Promise]:
        with ExitStack() as closing_all:
            self._say("Starting a hub and two regions…")
            self._start(closing_all)
            self._say("Cases in both regions…")
            self._play([*UNITS])
            took = self._catch_up([*UNITS])
            self._promise("Both regions reach the hub", f"{took:.1f} s after the last event", holds=True)
            self._intrude(closing_all)
            self._cut("nord", "sud")
            self._compare()
            self._search()
        return self.promises

    def _start(self, closing_all: ExitStack) -> None:
        names = [
            f"{of}_{what}" for of in (HUB, *UNITS) for what in ("nats", "postgres", "audit", "intake", "diagnostic")
        ]
        self._ports = ports.choose_ports(dict.fromkeys((*names, "leaf", "intruder", *UNITS)))
        issuer = Issuer(self.folder / "issuer")
        issuer.publish()
        hub_nats = Nats(
            self.folder / HUB,
            self._ports[f"{HUB}_nats"],
            services=["audit", *map(leaf_account, UNITS)],
            accounts=hub_accounts(HUB, [*UNITS]),
            region=HUB,
            domain=HUB,
            leafnodes=hub_leaf_listener(f"127.0.0.1:{self._ports['leaf']}"),
        )
        feeds: dict[str, str] = {}
        for name in UNITS:
            self._wires[name] = closing_all.enter_context(Wire(self._ports[name], self._ports["leaf"]))
            region = self._region(name, hub_nats.seed(leaf_account(name)), issuer)
            self.regions[name] = closing_all.enter_context(region)
            feeds |= {regional_publisher(name, service): region.address(service) for service in PHASES[name]}
        self.hub = closing_all.enter_context(
            DemoDeployment(
                self.folder / HUB,
                hub_nats,
                ["audit"],
                issuer=issuer,
                ports=self._ports_of(HUB),
                feeds=feeds,
                settings={"DLA_AUDIT_REGIONS": ",".join(UNITS)},
            )
        )
        for name, unit in UNITS.items():
            cases = Cases(self.regions[name], name, unit, issuer)
            self.cases[name] = closing_all.enter_context(closing(cases))

    def _region(self, name: str, seed: str, issuer: Issuer) -> DemoDeployment:
        of = self._ports_of(name)
        leaf = region_leaf(name, f"nats-leaf://127.0.0.1:{self._ports[name]}", seed=seed)
        nats = Nats(self.folder / name, of["nats"], services=SERVICES, region=name, domain=name, leafnodes=leaf)
        feeds = {service: f"http://127.0.0.1:{of[service]}" for service in PHASES[name]}
        return DemoDeployment(self.folder / name, nats, PHASES[name], issuer=issuer, ports=of, feeds=feeds)

    def _ports_of(self, name: str) -> dict[str, int]:
        return {key.removeprefix(f"{name}_"): port for key, port in self._ports.items() if key.startswith(f"{name}_")}

    def _play(self, names: Sequence[str]) -> None:
        for name in names:
            self.cases[name].play(self.number)

    def _catch_up(self, names: Sequence[str]) -> float:
        def all_level() -> bool:
            return all(is_level(self.hub, self.regions[name], name) for name in names)

        return wait_until(all_level, f"the hub has all of {' and '.join(names)}", CATCH_UP_SECONDS)

    def _cut(self, name: str, other: str) -> None:
        self._say(f"{name} is cut off, and goes on working…")
        before = len(received(self.hub).get(f"{name}-intake", ()))
        self._wires[name].cut()
        self._play([name, other])
        took = self._catch_up([other])
        at_hub = len(received(self.hub).get(f"{name}-intake", ()))
        self._promise(
            f"{name}, cut off, records {self.number} more cases; none of it is at the hub",
            f"{at_hub - before} events came through",
            holds=at_hub == before,
        )
        self._promise(f"Meanwhile {other} reaches the hub", f"{took:.1f} s after its last event", holds=True)
        self._say(f"{name} is connected again…")
        self._wires[name].mend()
        took = self._catch_up([name])
        self._promise(f"{name} catches up by itself", f"{took:.1f} s after the connection was mended", holds=True)

    def _compare(self) -> None:
        at_hub = received(self.hub)
        found = [
            compare(name, service, recorded(region, service), at_hub.get(regional_publisher(name, service), []))
            for name, region in self.regions.items()
            for service in region.services
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

    def _intrude(self, closing_all: ExitStack) -> None:
        self._say("Somebody takes nord's key to the hub…")
        seed = self.hub.nats.seed(leaf_account("nord"))
        server = intruder_server(self.folder / "intruder", self._ports["intruder"], self._ports["leaf"], seed)
        closing_all.callback(server.stop)
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
        for name, cases in self.cases.items():
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
