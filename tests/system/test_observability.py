"""Each part is stopped while a real Prometheus looks on: the metric, the health answer and the alert change, and change
back once it runs again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from nats.js import JetStreamContext
from tests.support.samples.sample_services import Desk, Workshop, eventually, register_in_turn
from tests.support.servers.prometheus import WatchedServices, forget_earlier_tests, needs_prometheus
from tests.support.servers.transport_harness import Carrier

from shared.eventlog import ServiceApplication
from shared.health import StatusReader
from shared.messaging import Relay
from shared.messaging.service_token import FixedToken
from shared.projections import Projector
from shared.runtime.observation import part_reporter
from shared.runtime.scheduler import Scheduler

pytestmark = needs_prometheus
EARLIER = "clock_timestamp() - interval '2 minutes'"


class Observed(WatchedServices):
    """A desk that sends and a workshop that receives, with all their parts, under a Prometheus."""

    def __init__(self, desk: Desk, workshop: Workshop, carrier: Carrier, closing: ExitStack, folder: Path) -> None:
        self.desk, self.workshop, self.carrier = desk, workshop, carrier
        carrier.install()
        self.relay: Relay = carrier.relay()
        self.projector, self.scheduler = Projector(workshop.app, ()), Scheduler(workshop.app)
        subscriptions = carrier.subscribe_workshop(workshop)
        reporter = part_reporter(workshop.app, self.projector, self.scheduler, subscriptions, FixedToken("of a test"))
        for part in (self.projector, self.scheduler, reporter):
            part.start()
            closing.callback(part.stop)
        register_in_turn(desk, cases=1, steps=2)
        eventually(lambda: workshop.followed() == 2)
        readers = {
            app: StatusReader(app, publishers, projections=[])
            for app, publishers in ((desk.app, []), (workshop.app, [desk.name]))
        }
        super().__init__(readers, folder, closing)


@pytest.fixture
def observed(desk: Desk, workshop: Workshop, carrier: Carrier, tmp_path: Path) -> Iterator[Observed]:
    forget_earlier_tests()
    with ExitStack() as closing:
        yield Observed(desk, workshop, carrier, closing, tmp_path / "prometheus")


def test_each_part_that_stops_shows_in_metric_health_and_alert_until_it_runs_again(observed: Observed) -> None:
    desk, workshop = observed.desk.app, observed.workshop.app
    eventually(lambda: observed.prometheus.value('dla_part_up{service="workshop", part="receiving desk"}') == 1)
    eventually(lambda: observed.prometheus.value('dla_relay_up{service="desk"}') == 1)
    lag = observed.prometheus.value('dla_lag_seconds{service="workshop", publisher="desk"}')
    assert lag is None or lag < 30
    stop_the_relay(observed, desk, workshop)
    lose_a_consumer(observed, workshop)
    lose_the_stream(observed, desk)
    write_into_the_stream(observed, desk)
    stop_a_loop(observed, workshop, "projections", observed.projector.stop)
    stop_a_loop(observed, workshop, "deadlines", observed.scheduler.stop)


def stop_the_relay(observed: Observed, desk: ServiceApplication, workshop: ServiceApplication) -> None:
    observed.carrier.loop.do(observed.relay.stop())
    register_in_turn(observed.desk, cases=1, steps=1, first=300)
    desk.recorder.fetch(f"UPDATE {{events}} SET recorded_at = {EARLIER}")

    def is_stopped() -> bool:
        """Its last report may still have been on its way."""
        desk.recorder.fetch(f"UPDATE {{schema}}.relay_status SET reported_at = {EARLIER}")
        return observed.has(desk, "relay-stopped", None, "DlaRelayStopped")

    def is_silent() -> bool:
        """So may its last announcement."""
        workshop.recorder.fetch(f"UPDATE {{schema}}.sources SET announced_at = {EARLIER}, announced_until = {EARLIER}")
        return observed.has(workshop, "publisher-silent", "desk", "DlaLag")

    eventually(is_stopped)
    eventually(is_silent)
    assert (observed.prometheus.value('dla_outbox_age_seconds{service="desk"}') or 0) > 60
    assert (observed.prometheus.value('dla_lag_seconds{service="workshop"}') or 0) > 60
    observed.relay = observed.carrier.relay()
    eventually(lambda: observed.is_free_of(desk, "relay-stopped", "DlaRelayStopped"))
    eventually(lambda: observed.is_free_of(workshop, "publisher-silent", "DlaLag"))


def lose_a_consumer(observed: Observed, workshop: ServiceApplication) -> None:
    async def delete(jetstream: JetStreamContext) -> None:
        await jetstream.delete_consumer("desk", "workshop-desk-3")

    observed.carrier.ask(delete)
    eventually(lambda: observed.has(workshop, "receiving-failing", "desk", "DlaReceivingDown"))
    assert observed.prometheus.value('dla_part_up{service="workshop", part="receiving desk"}') == 0
    observed.carrier.install()
    eventually(lambda: observed.is_free_of(workshop, "receiving-failing", "DlaReceivingDown"))


def lose_the_stream(observed: Observed, desk: ServiceApplication) -> None:
    observed.carrier.delete_stream()
    register_in_turn(observed.desk, cases=1, steps=1, first=400)
    eventually(lambda: observed.has(desk, "stream-missing", None, "DlaRelayStopped"))
    assert observed.prometheus.value('dla_outbox_events{service="desk"}') == 1
    observed.carrier.install()
    eventually(lambda: observed.is_free_of(desk, "stream-missing", "DlaRelayStopped"))


def write_into_the_stream(observed: Observed, desk: ServiceApplication) -> None:
    observed.carrier.publish_bytes(observed.desk.messages()[0], b"{}")
    eventually(lambda: observed.has(desk, "stream-diverged", None, "DlaRelayStopped"))
    eventually(lambda: "DlaForeignMessages" in observed.prometheus.alerts("workshop"))
    observed.carrier.install()
    eventually(lambda: observed.is_free_of(desk, "stream-diverged", "DlaRelayStopped"))


def stop_a_loop(observed: Observed, workshop: ServiceApplication, part: str, stop: Callable[[], None]) -> None:
    stop()
    eventually(lambda: (f"{part}-failing", None) in (observed.faults(workshop) or ()))
    alert = f'ALERTS{{alertname="DlaPartDown", service="workshop", part="{part}"}}'
    eventually(lambda: observed.prometheus.value(alert) == 1)
    assert observed.prometheus.value(f'dla_part_up{{service="workshop", part="{part}"}}') == 0
