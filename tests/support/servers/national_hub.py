"""A hub and regions under it, as real nats-servers connected over TLS, without a service."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.js import JetStreamContext
from tests.support.servers.certificate_authority import Authority
from tests.support.servers.running_server import up
from tests.support.servers.transport_harness import Loop

from deploy.hub.nats_configuration import hub_accounts, hub_leaf_listener, region_leaf
from embedded.processes import ports
from embedded.processes.nats import SERVICES, Nats
from shared.messaging import topology
from shared.messaging.nats_access import connect
from shared.messaging.permissions import leaf_account
from shared.messaging.regions import regional_publishers
from shared.settings import NatsAccess

HUB = "national"
COPIED = "intake"
"""The one service whose events are sent here."""


class LeafServers:
    """`regions`: their names. All of them connect with the hub by leaf connections of their own."""

    def __init__(self, folder: Path, loop: Loop, regions: Sequence[str], closing: ExitStack) -> None:
        self.regions, self.loop, self._closing = tuple(regions), loop, closing
        port = ports.choose_ports(dict.fromkeys(("leaf", HUB, *regions)))
        self.listener = f"127.0.0.1:{port['leaf']}"
        self.leaf_url = f"tls://{self.listener}"
        authority = Authority(folder / "authority")
        self.authority, files = str(authority.file), authority.server()
        self.tls = {"cert_file": str(files.certificate), "key_file": str(files.key)}
        self.hub = Nats(
            folder / HUB,
            port[HUB],
            services=["audit", *map(leaf_account, regions)],
            accounts=hub_accounts(HUB, regions),
            region=HUB,
            domain=HUB,
            leafnodes=hub_leaf_listener(self.listener, self.tls),
        )
        self.region = {name: self._region(folder / name, name, port[name]) for name in regions}

    def start(self) -> None:
        for server in (self.hub, *self.region.values()):
            self._closing.enter_context(up(server))
        for name in self.regions:
            self.install(name)
        self.install_hub()

    def install(self, region: str) -> None:
        """The deploy step of a region."""
        server = self.region[region]
        self.loop.do(topology.install(NatsAccess(server.url, server.deployer_seed), region, COPIED))

    def install_hub(self) -> None:
        """The deploy step of the hub."""
        access = NatsAccess(self.hub.url, self.hub.deployer_seed)
        self.loop.do(topology.install(access, HUB, "audit", regional_publishers(self.regions), whole_log=True))

    def leaf_seed(self, region: str) -> str:
        return self.hub.seed(leaf_account(region))

    def deployer(self, server: Nats) -> Client:
        """In the account of the streams, where it may do anything."""
        return self.connected(server, server.deployer_seed)

    def connected(self, server: Nats, seed: str, **options: Any) -> Client:
        client = self.loop.do(connect(NatsAccess(server.url, seed), **options))
        self._closing.callback(lambda: self.loop.do(client.close()))
        return client

    def publish(self, region: str, texts: Sequence[str]) -> None:
        """As events of the region's intake."""
        client = self.deployer(self.region[region])

        async def publish() -> None:
            for text in texts:
                await client.publish(topology.subject(region, COPIED, 0, "something:v1"), text.encode())
            await client.flush()

        self.loop.do(publish())

    def texts(self, server: Nats, stream: str) -> list[str]:
        """All that a stream holds, in order."""
        jetstream = self.deployer(server).jetstream()
        return self.loop.do(_texts(jetstream, stream))

    def _region(self, folder: Path, name: str, port: int) -> Nats:
        return Nats(
            folder,
            port,
            services=SERVICES,
            region=name,
            domain=name,
            leafnodes=region_leaf(name, self.leaf_url, self.authority, self.leaf_seed(name)),
        )


async def _texts(jetstream: JetStreamContext, stream: str) -> list[str]:
    last = (await jetstream.stream_info(stream)).state.last_seq
    messages = await asyncio.gather(*(jetstream.get_msg(stream, nth, direct=True) for nth in range(1, last + 1)))
    return [(each.data or b"").decode() for each in messages]
