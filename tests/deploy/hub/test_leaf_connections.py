"""The generated NATS configuration, on real servers: what passes between a region and its hub, and what does not.

Each attacker holds a whole server of one side: its keys, and a configuration of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from tests.support.samples.sample_services import eventually
from tests.support.servers.certificate_authority import Authority
from tests.support.servers.national_hub import COPIED, HUB, LeafServers
from tests.support.servers.running_server import up
from tests.support.servers.transport_harness import Loop

from deploy.hub.nats_configuration import hub_leaf_listener, region_leaf
from embedded.processes import ports
from embedded.processes.nats import Nats
from shared.messaging import topology
from shared.messaging.regions import copied_stream

EVENTS = [f"event {n}" for n in range(700)]
ANSWER_SECONDS = 0.3
ROGUE_ACCOUNTS = "accounts { ANY { users: [{nkey: $rogue}, {nkey: $deployer}%s] } }\n"


@pytest.fixture(scope="module")
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory, closing: ExitStack) -> LeafServers:
    """Two regions with events, all of them at the hub."""
    loop = Loop()
    closing.callback(loop.close)
    made = LeafServers(tmp_path_factory.mktemp("leaves"), loop, ("nord", "sud"), closing)
    made.start()
    for region in made.regions:
        made.publish(region, [f"{region} {each}" for each in EVENTS])
    for region in made.regions:
        eventually(partial(has_all, made, region))
    return made


def has_all(servers: LeafServers, region: str) -> bool:
    return len(servers.texts(servers.hub, f"{region}-{COPIED}")) == len(EVENTS)


class Intruder:
    """A client, and what it received."""

    def __init__(self, servers: LeafServers, client: Client) -> None:
        self._loop, self._client = servers.loop, client
        self.received: list[str] = []

    def subscribe(self, subject: str) -> None:
        async def note(message: Msg) -> None:
            self.received.append(message.subject)

        self._loop.do(self._client.subscribe(subject, cb=note))
        self._loop.do(self._client.flush())

    def publish(self, subject: str, text: str = "forged") -> None:
        self._loop.do(self._client.publish(subject, text.encode()))
        self._loop.do(self._client.flush())

    def ask(self, subject: str, body: object = None) -> dict[str, object] | None:
        """What JetStream answers; null when nobody does."""
        try:
            answer = self._loop.do(
                self._client.request(subject, json.dumps(body or {}).encode(), timeout=ANSWER_SECONDS)
            )
        except (NoRespondersError, TimeoutError):
            return None
        found: dict[str, object] = json.loads(answer.data or b"{}")
        return found


@pytest.fixture(scope="module")
def rogue_region(servers: LeafServers, tmp_path_factory: pytest.TempPathFactory, closing: ExitStack) -> Intruder:
    """On a server of the region nord that connects to the hub from an account in which all is allowed."""
    tls = f'tls {{ ca_file: "{servers.authority}", handshake_first: true }}'
    remote = f'url: "{servers.leaf_url}", account: ANY, nkey: {servers.leaf_seed("nord")}, {tls}'
    leaf = f"leafnodes {{ remotes: [{{ {remote} }}] }}\n"
    port = ports.choose_ports({"rogue": None})["rogue"]
    folder = tmp_path_factory.mktemp("rogue-region")
    rogue = Nats(folder, port, services=["rogue"], accounts=ROGUE_ACCOUNTS % "", domain="rogue", leafnodes=leaf)
    closing.enter_context(up(rogue))
    return Intruder(servers, servers.connected(rogue, rogue.seed("rogue")))


@pytest.fixture
def audit(servers: LeafServers) -> Intruder:
    """The hub's audit service, which listens to the heads that regions announce."""
    client = Intruder(
        servers, servers.connected(servers.hub, servers.hub.seed("audit"), inbox_prefix=topology.reply_prefix("audit"))
    )
    for region in servers.regions:
        client.subscribe(topology.high_water_mark_subject(HUB, f"{region}-{COPIED}"))
    return client


def test_the_hub_has_the_events_of_each_region_in_order(servers: LeafServers) -> None:
    for region in servers.regions:
        assert servers.texts(servers.hub, f"{region}-{COPIED}") == [f"{region} {each}" for each in EVENTS]


def test_an_event_keeps_its_subject(servers: LeafServers) -> None:
    jetstream = servers.deployer(servers.hub).jetstream()
    message = servers.loop.do(jetstream.get_msg(f"nord-{COPIED}", 1))
    assert message.subject == "dla.nord.intake.0.something.v1"


def test_the_deploy_step_may_run_again(servers: LeafServers) -> None:
    servers.install_hub()
    assert len(servers.texts(servers.hub, f"nord-{COPIED}")) == len(EVENTS)


def test_the_hub_keeps_its_copy_for_a_day(servers: LeafServers) -> None:
    jetstream, copy = servers.deployer(servers.hub).jetstream(), f"sud-{COPIED}"
    servers.loop.do(jetstream.update_stream(copied_stream(copy, topology.MAX_AGE_SECONDS)))
    servers.install_hub()
    assert servers.loop.do(jetstream.stream_info(copy)).config.max_age == 24 * 3600
    at_region = servers.deployer(servers.region["sud"]).jetstream()
    assert servers.loop.do(at_region.stream_info(COPIED)).config.max_age == 7 * 24 * 3600


def test_a_region_announces_its_own_head_and_no_other(rogue_region: Intruder, audit: Intruder) -> None:
    rogue_region.publish(topology.high_water_mark_subject("sud", COPIED))
    rogue_region.publish(topology.high_water_mark_subject(HUB, "audit"))
    rogue_region.publish(topology.high_water_mark_subject("nord", COPIED))
    eventually(lambda: "dla.nord.intake.head" in audit.received)
    assert audit.received == ["dla.nord.intake.head"]


@pytest.mark.parametrize("stream", [f"sud-{COPIED}", f"nord-{COPIED}", "audit"])
@pytest.mark.parametrize("prefix", ["$JS.API", f"$JS.{HUB}.API", "JS.API", "hub.sud.api", "hub.nord.api"])
def test_a_region_reads_and_deletes_no_stream_of_the_hub(
    rogue_region: Intruder, servers: LeafServers, stream: str, prefix: str
) -> None:
    for call in ("STREAM.DELETE", "STREAM.PURGE", "STREAM.INFO", "DIRECT.GET", "STREAM.MSG.GET"):
        assert rogue_region.ask(f"{prefix}.{call}.{stream}", {"seq": 1}) is None
    rogue_region.ask(f"{prefix}.CONSUMER.CREATE.{stream}.mine", {"stream_name": stream, "config": {"name": "mine"}})
    info = servers.loop.do(servers.deployer(servers.hub).jetstream().stream_info(stream))
    untouched = (0, 0) if stream == "audit" else (len(EVENTS), 1)
    assert (info.state.messages, info.state.consumer_count) == untouched


def test_a_region_writes_in_no_stream_of_the_hub(rogue_region: Intruder, servers: LeafServers) -> None:
    for region in servers.regions:
        rogue_region.publish(topology.subject(region, COPIED, 0, "something:v1"))
        rogue_region.publish(f"{region}-{COPIED}")
    rogue_region.publish("hub.sud.intake")
    rogue_region.publish(topology.subject(HUB, "audit", 0, "something:v1"))
    servers.publish("sud", ["sud last"])
    eventually(lambda: servers.texts(servers.hub, f"sud-{COPIED}")[-1] == "sud last")
    assert servers.texts(servers.hub, f"sud-{COPIED}")[:-1] == [f"sud {each}" for each in EVENTS]
    assert servers.texts(servers.hub, "audit") == []


def test_a_region_hears_nothing_of_another(rogue_region: Intruder, servers: LeafServers) -> None:
    """It is sent what is meant for nord, and so shows that the others' traffic would have come."""
    rogue_region.subscribe(">")
    servers.publish("sud", ["sud again"])
    eventually(lambda: servers.texts(servers.hub, f"sud-{COPIED}")[-1] == "sud again")
    assert not [each for each in rogue_region.received if "sud" in each]


@pytest.fixture
def rogue_hub(servers: LeafServers, tmp_path: Path, closing: ExitStack) -> Iterator[tuple[Intruder, LeafServers]]:
    """A hub on which all is allowed, and a genuine region that connects with it."""
    with ExitStack() as stack:
        region = LeafServers(tmp_path, servers.loop, ("est",), stack)
        key = region.hub.seed("region-est")
        rogue = Nats(
            tmp_path / HUB,
            region.hub.port,
            services=["rogue", "region-est"],
            accounts=ROGUE_ACCOUNTS % ", {nkey: $region-est}",
            domain=HUB,
            leafnodes=hub_leaf_listener(region.listener, region.tls),
        )
        assert rogue.seed("region-est") == key
        region.hub = rogue
        stack.enter_context(up(rogue))
        stack.enter_context(up(region.region["est"]))
        region.install("est")
        region.publish("est", EVENTS[:20])
        yield Intruder(region, region.connected(rogue, rogue.seed("rogue"))), region


def test_the_hub_makes_a_region_send_again_and_nothing_else(rogue_hub: tuple[Intruder, LeafServers]) -> None:
    intruder, region = rogue_hub
    reset = "hub.est.api.CONSUMER.RESET.intake.hub-est"
    eventually(lambda: intruder.ask(reset) is not None)  # once the region is connected
    for prefix in ("hub.est.api", "$JS.est.API", "$JS.API", "JS.API"):
        for call in ("STREAM.DELETE", "STREAM.PURGE", "STREAM.INFO", "DIRECT.GET", "STREAM.MSG.GET"):
            assert intruder.ask(f"{prefix}.{call}.intake", {"seq": 1}) is None
        wish = {"stream_name": "intake", "config": {"name": "x", "deliver_subject": "dla.est.intake.0.forged.v1"}}
        assert intruder.ask(f"{prefix}.CONSUMER.CREATE.intake.x", wish) is None
        assert intruder.ask(f"{prefix}.CONSUMER.DELETE.intake.hub-est") is None
    for subject in ("dla.est.intake.0.forged.v1", "dla.est.intake.head", "hub.est.intake"):
        intruder.publish(subject)
    intruder.subscribe("hub.est.intake")
    intruder.ask(reset)
    eventually(lambda: len(intruder.received) >= 1)
    assert region.texts(region.region["est"], COPIED) == EVENTS[:20]
    jetstream = region.deployer(region.region["est"]).jetstream()
    consumers = region.loop.do(jetstream.consumers_info(COPIED))
    assert [each.name for each in consumers] == ["hub-est"]


def region_with(servers: LeafServers, folder: Path, authority: str | None) -> Nats:
    """A server with the key of sud, that trusts this authority, or those of its machine."""
    leaf = region_leaf("sud", servers.leaf_url, authority, servers.leaf_seed("sud"))
    return Nats(folder, ports.choose_ports({"other": None})["other"], region="sud", domain="sud", leafnodes=leaf)


CONNECTED, UNKNOWN = 'using domains: local "sud", remote "national"', "certificate signed by unknown authority"


def test_a_region_trusts_the_authorities_of_its_machine_unless_it_names_one(
    servers: LeafServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", servers.authority)
    with up(region_with(servers, tmp_path, None)):
        eventually(lambda: CONNECTED in (tmp_path / "logs" / "nats.log").read_text())


def test_a_region_connects_with_no_server_of_another_authority(servers: LeafServers, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger").file
    with up(region_with(servers, tmp_path, str(stranger))):
        log = tmp_path / "logs" / "nats.log"
        eventually(lambda: UNKNOWN in log.read_text())
        assert CONNECTED not in log.read_text()
