"""The chart's NATS: three real servers with its configuration, of which one is lost."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import nkeys
import pytest
from tests.helm.conftest import Render
from tests.support.servers.certificate_authority import Authority

from embedded.processes import ports
from embedded.processes.nats import binary
from embedded.processes.nats_users import new_seed
from embedded.processes.process import Process
from shared.messaging import topology
from shared.messaging.nats_access import connect
from shared.settings import NatsAccess

T = TypeVar("T")
USERS = ("intake", "diagnostic", "parcours", "followup", "audit", "deployer")
REGION = "pays-de-la-loire"
SERVERS = 3
SECONDS = 30.0


@dataclass(frozen=True)
class Cluster:
    servers: list[Process]
    urls: list[str]
    seeds: dict[str, str]
    authority: Path

    def access(self, user: str, server: int = 0) -> NatsAccess:
        return NatsAccess(self.urls[server], self.seeds[user], authorities=self.authority)


@pytest.fixture
def cluster(render: Render, tmp_path: Path) -> Iterator[Cluster]:
    seeds = {user: new_seed() for user in USERS}
    public = [f"nats.users.{user}={nkeys.from_seed(seed.encode()).public_key.decode()}" for user, seed in seeds.items()]
    (chart,) = (each for each in render(*public) if each["kind"] == "ConfigMap" and "nats.conf" in each["data"])
    authority = Authority(tmp_path / "authority")
    files = authority.server()
    chosen = ports.choose_ports({f"{kind}{n}": None for kind in ("nats", "routes", "http") for n in range(SERVERS)})
    servers = []
    with ExitStack() as stack:
        for number in range(SERVERS):
            folder = tmp_path / f"dla-nats-{number}"
            folder.mkdir()
            text = on_this_machine(chart["data"]["nats.conf"], number, chosen, folder)
            for inside, here in {
                "/etc/nats/tls/tls.crt": files.certificate,
                "/etc/nats/tls/tls.key": files.key,
                "/etc/nats/authority/ca.crt": authority.file,
            }.items():
                text = text.replace(inside, str(here))
            (folder / "nats.conf").write_text(text)
            server = Process(f"nats{number}", folder, port=chosen[f"nats{number}"])
            server.start([binary(), "--config", folder / "nats.conf"], os.environ | {"POD_NAME": f"dla-nats-{number}"})
            stack.callback(server.stop)
            servers.append(server)
        urls = [f"tls://localhost:{chosen[f'nats{number}']}" for number in range(SERVERS)]
        yield Cluster(servers, urls, seeds=seeds, authority=authority.file)


def on_this_machine(text: str, number: int, chosen: dict[str, int], folder: Path) -> str:
    """The configuration of one server, with ports and folders of this machine. Nothing else is changed."""
    text = text.replace("0.0.0.0:4222", f"127.0.0.1:{chosen[f'nats{number}']}")
    text = text.replace("0.0.0.0:6222", f"127.0.0.1:{chosen[f'routes{number}']}")
    text = text.replace("0.0.0.0:8222", f"127.0.0.1:{chosen[f'http{number}']}")
    text = re.sub(r"dla-nats-(\d)\.dla-nats-peers:6222", lambda found: f"localhost:{chosen['routes' + found[1]]}", text)
    return text.replace('"/data"', f'"{folder}/data"').replace("/tmp/nats.pid", f"{folder}/nats.pid")


async def eventually(step: Callable[[], Awaitable[T]]) -> T:
    """What the step gives, once the servers have found each other and elected a leader. Raises its last error."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return await step()
        except Exception:
            if time.monotonic() > end:
                raise
            await asyncio.sleep(0.2)


async def install(cluster: Cluster) -> None:
    await topology.install(cluster.access("deployer"), REGION, "diagnostic", ["intake"], replicas=SERVERS)


async def stream_of(cluster: Cluster, server: int) -> Any:
    connection = await connect(cluster.access("deployer", server))
    try:
        return await connection.jetstream(timeout=5).stream_info("intake")
    finally:
        await connection.close()


async def publish(cluster: Cluster, server: int) -> int:
    """The sequence that the stream gave to a message."""
    connection = await connect(cluster.access("intake", server), inbox_prefix=topology.reply_prefix("intake"))
    subject = topology.subject(REGION, "intake", 0, "request-admitted:v1")
    try:
        return int(json.loads((await connection.request(subject, b"{}", timeout=2)).data)["seq"])
    finally:
        await connection.close()


def test_each_stream_is_on_three_servers_and_outlives_one(cluster: Cluster) -> None:
    async def play() -> None:
        await eventually(partial(install, cluster))
        info = await stream_of(cluster, 0)
        assert info.config.num_replicas == SERVERS
        assert len(info.cluster.replicas) == SERVERS - 1
        assert await eventually(partial(publish, cluster, 0)) == 1
        names = [f"dla-nats-{number}" for number in range(SERVERS)]
        leader = names.index(info.cluster.leader)
        cluster.servers[leader].stop()
        assert await eventually(partial(publish, cluster, (leader + 1) % SERVERS)) > 1

    asyncio.run(play())
