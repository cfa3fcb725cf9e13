"""The private server of a process: gauges from the tables, instruments with the service's name, and a database that is
away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Semaphore
from typing import Any

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.health import MetricsServer, ServiceStatus
from shared.health.measures import LAG, RELAY_UP
from shared.health.metrics_server import MAX_ANSWERS
from shared.messaging import RelayStatus
from shared.telemetry import REFUSALS

STATUS = ServiceStatus(
    "intake",
    datetime(2026, 1, 1, tzinfo=UTC),
    relay=RelayStatus(3, 0, error=None, reported_at=None),
    halted={},
    measures=[RELAY_UP(True), LAG(4.5, "parcours"), LAG(7.0, "followup")],
    faults=[],
)


class Tables:
    status: ServiceStatus | None = STATUS

    def read(self) -> ServiceStatus:
        if self.status is None:
            raise psycopg.OperationalError("gone: password=secret")
        return self.status


@pytest.fixture
def tables() -> Tables:
    return Tables()


@pytest.fixture
def http(tables: Tables) -> Iterator[httpx.Client]:
    server = MetricsServer("127.0.0.1", 0, service="intake", find_status=tables.read)
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield client
    server.close()
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as client:
        client.get(f"http://127.0.0.1:{server.port}/metrics")


def samples(http: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(http.get("/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def labels(**words: str) -> frozenset[tuple[str, str]]:
    return frozenset({"service": "intake", **words}.items())


def test_the_tables_are_gauges_and_the_process_counts(http: httpx.Client) -> None:
    REFUSALS.labels("AdmitRequest", "not-admitted").inc()
    found = samples(http)
    assert found["dla_status_up", labels()] == 1
    assert found["dla_lag_seconds", labels(publisher="followup")] == 7
    assert found["dla_refusals_total", labels(command="AdmitRequest", slug="not-admitted")] >= 1
    assert {name for name, words in found if ("service", "intake") not in words} == set()


def test_a_database_that_is_away_shows_and_hides_nothing_else(http: httpx.Client, tables: Tables) -> None:
    tables.status = None
    found = samples(http)
    assert found["dla_status_up", labels()] == 0
    assert not any(name == "dla_lag_seconds" for name, _ in found)
    assert any(name == "process_resident_memory_bytes" for name, _ in found)
    answer = http.get("/status")
    assert (answer.status_code, answer.json()) == (503, {"error": "the database does not answer"})


def test_the_status_as_json(http: httpx.Client, tables: Tables) -> None:
    tables.status = replace(STATUS, measures=[LAG(4.5, "parcours")])
    document: dict[str, Any] = http.get("/status").json()
    assert document["measures"] == [{"name": "dla_lag_seconds", "labels": {"publisher": "parcours"}, "value": 4.5}]
    assert (document["service"], document["faults"]) == ("intake", [])


def test_two_services_of_one_process_keep_their_names(http: httpx.Client, tables: Tables) -> None:
    assert samples(http)
    other = MetricsServer("127.0.0.1", 0, service="parcours", find_status=tables.read)
    with httpx.Client(base_url=f"http://127.0.0.1:{other.port}", trust_env=False) as client:
        named = {words for name, words in samples(client) if name == "python_info"}
    other.close()
    assert [("service", "parcours") in words for words in named] == [True]


def test_nothing_else_is_served(http: httpx.Client) -> None:
    assert http.get("/readyz").status_code == 404


def test_who_scrapes_faster_than_it_answers_is_refused_and_makes_nothing_pile_up() -> None:
    begun, done = Semaphore(0), Event()

    def read() -> ServiceStatus:
        begun.release()
        assert done.wait(30)
        return STATUS

    server = MetricsServer("127.0.0.1", 0, service="intake", find_status=read)
    address = f"http://127.0.0.1:{server.port}/status"
    with httpx.Client(trust_env=False) as http, ThreadPoolExecutor(MAX_ANSWERS) as scrapers:
        slow = [scrapers.submit(httpx.get, address, timeout=60) for _ in range(MAX_ANSWERS)]
        for _ in slow:
            assert begun.acquire(timeout=30)
        refused = http.get(address)
        done.set()
        assert (refused.status_code, "too often" in refused.text) == (503, True)
        assert {each.result().status_code for each in slow} == {200}
        assert http.get(address).status_code == 200
    server.close()
