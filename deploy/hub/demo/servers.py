"""The servers of the demonstration: a hub with its witness, two regions under it, and the lines between them."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from pathlib import Path

from deploy.hub.demo.cases import Cases
from deploy.hub.demo.certificate import make_certificate
from deploy.hub.demo.deployment import DemoDeployment
from deploy.hub.demo.intruder import intruder_server
from deploy.hub.demo.lines import Line
from deploy.hub.demo.witness import HubWitness, RegionLedger, region_ledger
from deploy.hub.nats_configuration import hub_accounts, hub_leaf_listener, region_leaf
from embedded.identity.issuer import Issuer
from embedded.processes import ports
from embedded.processes.nats import SERVICES, Nats
from shared.messaging import regional_publisher
from shared.messaging.permissions import leaf_account

HUB = "national"
UNITS = {"nord": "dla-59", "sud": "dla-13"}
PHASES = {"nord": ("intake", "diagnostic"), "sud": ("intake",)}
"""The phases that each region of the demonstration runs: enough for events that follow from others'."""
LISTENERS = ("nats", "postgres", "audit", "intake", "diagnostic", "leaf", "witness")


class DemoServers:
    """Started by `start`, and stopped with `stack`."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self._ports = ports.choose_ports(
            dict.fromkeys((*(f"{of}_{what}" for of in (HUB, *UNITS) for what in LISTENERS), "intruder"))
        )
        self._issuer = Issuer(folder / "issuer")
        self._tls = make_certificate(folder / "tls")
        self.regions: dict[str, DemoDeployment] = {}
        self.ledgers: dict[str, RegionLedger] = {name: region_ledger(name, folder / name) for name in UNITS}
        self.cases: dict[str, Cases] = {}
        self.lines: dict[str, Line] = {}

    def start(self) -> None:
        self._issuer.publish()
        hub_nats = self._hub_nats()
        witness = HubWitness(self.folder / HUB, self._of(HUB)["witness"], [*self.ledgers.values()])
        self.witness = self._stack.enter_context(witness)
        feeds: dict[str, str] = {}
        for name in UNITS:
            ends = {what: (self._of(name)[what], self._of(HUB)[what]) for what in ("leaf", "witness")}
            self.lines[name] = self._stack.enter_context(Line(**ends))
            self.regions[name] = region = self._region(name, hub_nats.seed(leaf_account(name)))
            self._stack.enter_context(region)
            feeds |= {regional_publisher(name, service): region.address(service) for service in PHASES[name]}
        self.hub = self._stack.enter_context(self._hub(hub_nats, feeds))
        for name, unit in UNITS.items():
            cases = Cases(self.regions[name], name, unit, self._issuer)
            self.cases[name] = self._stack.enter_context(closing(cases))

    def intruder(self, region: str) -> Nats:
        """A server with the region's key for the hub; it is not started."""
        seed = self.hub.nats.seed(leaf_account(region))
        port, hub = self._ports["intruder"], self._of(HUB)["leaf"]
        server = intruder_server(self.folder / "intruder", port, hub, seed, authority=self._tls.certificate)
        self._stack.callback(server.stop)
        return server

    def _hub_nats(self) -> Nats:
        tls = {"cert_file": self._tls.certificate, "key_file": self._tls.key}
        return Nats(
            self.folder / HUB,
            self._of(HUB)["nats"],
            services=["audit", *map(leaf_account, UNITS)],
            accounts=hub_accounts(HUB, [*UNITS]),
            region=HUB,
            domain=HUB,
            leafnodes=hub_leaf_listener(f"127.0.0.1:{self._of(HUB)['leaf']}", tls),
        )

    def _hub(self, nats: Nats, feeds: dict[str, str]) -> DemoDeployment:
        settings = {"DLA_AUDIT_REGIONS": ",".join(UNITS), "DLA_AUDIT_LEDGER_ORIGIN": f"{HUB}.dla.invalid/tlog"}
        return DemoDeployment(
            self.folder / HUB,
            nats,
            ["audit"],
            issuer=self._issuer,
            ports=self._of(HUB),
            feeds=feeds,
            settings=settings,
        )

    def _region(self, name: str, seed: str) -> DemoDeployment:
        of = self._of(name)
        leaf = region_leaf(name, f"tls://127.0.0.1:{of['leaf']}", self._tls.certificate, seed)
        witnesses = {str(self.witness.key): f"http://127.0.0.1:{of['witness']}"}
        return DemoDeployment(
            self.folder / name,
            Nats(self.folder / name, of["nats"], services=SERVICES, region=name, domain=name, leafnodes=leaf),
            (*PHASES[name], "audit"),
            issuer=self._issuer,
            ports=of,
            feeds={service: f"http://127.0.0.1:{of[service]}" for service in PHASES[name]},
            settings={
                "DLA_AUDIT_LEDGER_ORIGIN": self.ledgers[name].origin,
                "DLA_AUDIT_LEDGER_WITNESSES": json.dumps(witnesses),
            },
        )

    def _of(self, name: str) -> dict[str, int]:
        """The ports of a deployment by what listens there; of a region, `leaf` and `witness` are its ends of the
        line."""
        return {key.removeprefix(f"{name}_"): port for key, port in self._ports.items() if key.startswith(f"{name}_")}
