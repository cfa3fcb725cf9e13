"""A trace goes from a request through the log and NATS to the effect in the next service, and to the ledger; what is
proved knows nothing of it. The spans are those that a collector receives."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from tests.support.histories.audit_events import header
from tests.support.samples.sample_services import ADVISER, DESK, Desk, Register, Workshop, eventually
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import Serve
from tests.support.servers.trace_collector import Collector, collecting
from tests.support.servers.transport_harness import Carrier

from audit.ledger.integrator import integrate
from audit.main import service as audit
from shared.eventlog import partition_of
from shared.kernel import uuid7
from shared.messaging import Feed, Inbox, Message, encode
from shared.telemetry import (
    RequestTelemetryMiddleware,
    current_traceparent,
    is_tracing,
    span,
    start_tracing,
    stop_tracing,
)
from shared.web.http import FRAMEWORK_OFF

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CASE = next(case for case in (UUID(int=n) for n in range(1, 1000)) if partition_of(case) == 3)
"""In the partition that `header` says."""
SEARCHED = "Solenn"
TRACE, CALLERS_SPAN = CALLER.split("-")[1:3]


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture
def traced(collector: Collector) -> Iterator[None]:
    start_tracing(collector.address, "desk")
    yield
    stop_tracing()


def test_from_a_request_to_the_effect_in_the_next_service_and_the_ledger(
    traced: None, collector: Collector, desk: Desk, workshop: Workshop, carrier: Carrier, serve: Serve
) -> None:
    carrier.install()
    relay = carrier.relay()
    carrier.subscribe_workshop(workshop)
    case, web = uuid7(), FastAPI(telemetry=FRAMEWORK_OFF)
    web.add_middleware(RequestTelemetryMiddleware)

    @web.post("/cases/{case}/steps")
    def register(case: str) -> None:
        desk.app.handle(DESK, uuid7(), Register(1), desk.app.context(uuid7(), ADVISER))

    with InProcessClient(web) as http:
        http.post(f"/cases/{case}/steps", headers={"traceparent": CALLER})
    eventually(lambda: workshop.followed() == 1 and carrier.all_sent(relay))
    (follower,) = workshop.app.recorder.traceparents([1]).values()
    auditing = serve(audit)
    received = auditing.application
    auditing.http.get(f"/readyz?name={SEARCHED}", headers={"traceparent": CALLER})
    with span("as if received", parent=follower):
        Inbox(received, audit.reactions, Feed({}, "")).receive(Message.of(header(1, case=CASE)), "intake")
    integrate(received)
    assert carrier.wire() == [encode(message) for message in desk.messages()]
    stop_tracing()

    spans = collector.of(TRACE)
    way = [
        "POST /cases/{case}/steps",
        "command Register",
        "send step-registered:v1",
        "receive step-registered:v1",
        "command Follow",
        "as if received",
        "command ReceiveEvent",
        "integrate in the ledger",
    ]
    assert set(way) <= set(spans)
    parents = [CALLERS_SPAN, *(spans[name].span_id.hex() for name in way)]
    assert [spans[name].parent_span_id.hex() for name in way] == parents[:-1]
    everything = " ".join(str(each) for each in collector.spans)
    assert "GET /readyz" in everything
    assert SEARCHED not in everything and str(case) not in everything


def test_off_nothing_is_made_or_written(desk: Desk) -> None:
    assert not is_tracing()
    with span("anything") as current:
        assert not current.is_recording() and current_traceparent() is None
        desk.register(uuid7(), 1)
    assert desk.app.recorder.fetch("SELECT * FROM {schema}.event_traces") == []
