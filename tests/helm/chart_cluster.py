"""The chart's NATS as real servers of this machine, with the configuration that the chart renders."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.support.servers.certificate_authority import Authority, Files

from embedded.processes import ports
from embedded.processes.nats import binary
from embedded.processes.process import Process
from shared.messaging import topology
from shared.messaging.nats_access import connect
from shared.settings import NatsAccess

T = TypeVar("T")
SECONDS = 30.0
HUB_ADDRESS = "hub.example.org:7422"


@dataclass(frozen=True)
class Cluster:
    """`leaf_ports`: where regions connect with each server, at a hub."""

    servers: list[Process]
    urls: list[str]
    leaf_ports: list[int]
    seeds: dict[str, str]
    authority: Path

    def access(self, user: str, server: int = 0) -> NatsAccess:
        return NatsAccess(self.urls[server], self.seeds[user], authorities=self.authority)


def nats_configuration(objects: list[dict[str, Any]]) -> str:
    (chart,) = (each for each in objects if each["kind"] == "ConfigMap" and "nats.conf" in each["data"])
    text: str = chart["data"]["nats.conf"]
    return text


def start_cluster(
    stack: ExitStack,
    folder: Path,
    text: str,
    seeds: dict[str, str],
    *,
    authority: Authority,
    number: int = 3,
    hub: Cluster | None = None,
    environment: Mapping[str, str] | None = None,
) -> Cluster:
    """`hub`: with which a region's servers connect, each with one of the hub's."""
    files = authority.server()
    kinds = ("nats", "routes", "http", "leaf")
    chosen = ports.choose_ports({f"{kind}{n}": None for kind in kinds for n in range(number)})
    servers = []
    for nth in range(number):
        own = folder / f"dla-nats-{nth}"
        own.mkdir(parents=True)
        configuration = on_this_machine(text, nth, chosen, own)
        if hub:
            port = hub.leaf_ports[nth % len(hub.leaf_ports)]
            configuration = configuration.replace(HUB_ADDRESS, f"localhost:{port}")
        (own / "nats.conf").write_text(with_certificates(configuration, authority, files))
        server = Process(f"nats{nth}", own, port=chosen[f"nats{nth}"])
        variables = os.environ | {"POD_NAME": f"dla-nats-{nth}"} | dict(environment or {})
        server.start([binary(), "--config", own / "nats.conf"], variables)
        stack.callback(server.stop)
        servers.append(server)
    return Cluster(
        servers,
        [f"tls://localhost:{chosen[f'nats{nth}']}" for nth in range(number)],
        leaf_ports=[chosen[f"leaf{nth}"] for nth in range(number)],
        seeds=seeds,
        authority=authority.file,
    )


def on_this_machine(text: str, number: int, chosen: dict[str, int], folder: Path) -> str:
    """The configuration of one server, with ports and folders of this machine. Nothing else is changed."""
    for port, kind in {"4222": "nats", "6222": "routes", "8222": "http", "7422": "leaf"}.items():
        text = text.replace(f"0.0.0.0:{port}", f"127.0.0.1:{chosen[f'{kind}{number}']}")
    text = re.sub(r"dla-nats-(\d)\.dla-nats-peers:6222", lambda found: f"localhost:{chosen['routes' + found[1]]}", text)
    return text.replace('"/data"', f'"{folder}/data"').replace("/tmp/nats.pid", f"{folder}/nats.pid")


def with_certificates(text: str, authority: Authority, files: Files) -> str:
    for inside, here in {
        "/etc/nats/tls/tls.crt": files.certificate,
        "/etc/nats/tls/tls.key": files.key,
        "/etc/nats/authority/ca.crt": authority.file,
        "/etc/nats/hub/ca.crt": authority.file,
    }.items():
        text = text.replace(inside, str(here))
    return text


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


async def stream_of(cluster: Cluster, server: int, name: str = "intake") -> Any:
    connection = await connect(cluster.access("deployer", server))
    try:
        return await connection.jetstream(timeout=5).stream_info(name)
    finally:
        await connection.close()


async def publish(cluster: Cluster, server: int, region: str) -> int:
    """As intake of the region: the sequence that the stream gave to a message."""
    connection = await connect(cluster.access("intake", server), inbox_prefix=topology.reply_prefix("intake"))
    subject = topology.subject(region, "intake", 0, "request-admitted:v1")
    try:
        return int(json.loads((await connection.request(subject, b"{}", timeout=2)).data)["seq"])
    finally:
        await connection.close()
