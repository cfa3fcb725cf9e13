"""The chart's NATS: three real servers with its configuration, of which one is lost; and three of a region under three
of a hub."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from tests.helm.chart_cluster import Cluster, eventually, nats_configuration, publish, start_cluster, stream_of
from tests.helm.conftest import REGIONS, Render, configuration_of_hub
from tests.support.servers.certificate_authority import Authority

from embedded.processes.nats_users import new_seed, public_key
from shared.messaging import topology
from shared.messaging.regions import regional_publisher, regional_publishers

USERS = ("intake", "diagnostic", "parcours", "followup", "audit", "deployer")
REGION = "pays-de-la-loire"
SERVERS = 3


def users(seeds: dict[str, str]) -> list[str]:
    return [f"nats.users.{user}={public_key(seed)}" for user, seed in seeds.items()]


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def cluster(render: Render, tmp_path: Path, closing: ExitStack) -> Cluster:
    seeds = {user: new_seed() for user in USERS}
    text = nats_configuration(render(*users(seeds)))
    return start_cluster(closing, tmp_path, text, seeds, authority=Authority(tmp_path / "authority"))


async def install(cluster: Cluster) -> None:
    await topology.install(cluster.access("deployer"), REGION, "diagnostic", ["intake"], replicas=SERVERS)


def test_each_stream_is_on_three_servers_and_outlives_one(cluster: Cluster) -> None:
    async def play() -> None:
        await eventually(partial(install, cluster))
        info = await stream_of(cluster, 0)
        assert info.config.num_replicas == SERVERS
        assert len(info.cluster.replicas) == SERVERS - 1
        assert await eventually(partial(publish, cluster, 0, REGION)) == 1
        names = [f"dla-nats-{number}" for number in range(SERVERS)]
        leader = names.index(info.cluster.leader)
        cluster.servers[leader].stop()
        assert await eventually(partial(publish, cluster, (leader + 1) % SERVERS, REGION)) > 1

    asyncio.run(play())


@pytest.fixture
def hub_and_region(
    render: Render, hub_values: list[str], leaf_values: list[str], tmp_path: Path, closing: ExitStack
) -> tuple[Cluster, Cluster]:
    authority = Authority(tmp_path / "authority")
    at_hub = {user: new_seed() for user in ("audit", "deployer", *REGIONS)}
    configuration = tmp_path / "regions.conf"
    configuration.write_text(configuration_of_hub({user: public_key(seed) for user, seed in at_hub.items()}))
    options = [*hub_values, "--set-file", f"hub.configuration={configuration}"]
    hub_text = nats_configuration(render(options=options))
    hub = start_cluster(closing, tmp_path / "hub", hub_text, at_hub, authority=authority)
    seeds = {user: new_seed() for user in USERS}
    region = start_cluster(
        closing,
        tmp_path / "region",
        nats_configuration(render(*users(seeds), options=leaf_values)),
        seeds,
        authority=authority,
        hub=hub,
        environment={"DLA_HUB_LEAF_SEED": at_hub[REGION]},
    )
    return hub, region


def test_a_region_s_cluster_reaches_the_cluster_of_a_hub(hub_and_region: tuple[Cluster, Cluster]) -> None:
    hub, region = hub_and_region
    copy = regional_publisher(REGION, "intake")

    async def install_hub() -> None:
        publishers = regional_publishers(REGIONS)
        await topology.install(hub.access("deployer"), "national", "audit", publishers, whole_log=True, replicas=3)

    async def has(number: int) -> None:
        """At the hub, not less and not more."""
        state = (await stream_of(hub, 0, copy)).state
        assert (state.messages, state.last_seq) == (number, number)

    async def play() -> None:
        await eventually(partial(install, region))
        await eventually(install_hub)
        for _ in range(5):
            last = await eventually(partial(publish, region, 0, REGION))
        await eventually(partial(has, last))
        region.servers[0].stop()
        last = await eventually(partial(publish, region, 1, REGION))
        await eventually(partial(has, last))

    asyncio.run(play())
