"""Each request is counted by its route, has an id that its answer gives back, and is one line of the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from fastapi import FastAPI
from prometheus_client import REGISTRY
from tests.support.servers.in_process_client import InProcessClient

from shared.telemetry import RequestTelemetryMiddleware, bound_to_logs, onward_headers

CASE = "0199f0a0-0000-7000-8000-000000000001"
ROUTE = "/cases/{case}"


@pytest.fixture(scope="module")
def http() -> Iterator[InProcessClient]:
    web = FastAPI()
    web.add_middleware(RequestTelemetryMiddleware)

    @web.get(ROUTE)
    def read(case: str) -> dict[str, object]:
        return structlog.contextvars.get_contextvars()

    @web.get("/fails")
    def fails() -> None:
        raise RuntimeError

    @web.get("/readyz")
    def ready() -> None: ...

    with InProcessClient(web, raise_server_exceptions=False) as client:
        yield client


def count(route: str, status: int, method: str = "GET") -> float:
    labels = {"http_request_method": method, "http_route": route, "http_response_status_code": str(status)}
    return REGISTRY.get_sample_value("http_server_request_duration_seconds_count", labels) or 0.0


def test_a_request_counts_under_the_template_of_its_route(http: InProcessClient) -> None:
    before = count(ROUTE, 200)
    http.get(f"/cases/{CASE}")
    http.get("/cases/another")
    assert count(ROUTE, 200) == before + 2


def test_unknown_paths_and_methods_make_no_series_of_their_own(http: InProcessClient) -> None:
    before = count("(none)", 404), count("(none)", 404, "_OTHER")
    http.get("/a/path/of/their/own")
    http.request("BREW", "/coffee")
    assert (count("(none)", 404), count("(none)", 404, "_OTHER")) == (before[0] + 1, before[1] + 1)


def test_a_failure_counts_as_one(http: InProcessClient) -> None:
    before = count("/fails", 500)
    http.get("/fails")
    assert count("/fails", 500) == before + 1


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a line\nmore", "ok but blank"])
def test_an_id_that_is_none_is_replaced(http: InProcessClient, given: str) -> None:
    answer = http.get(f"/cases/{CASE}", headers={"X-Request-Id": given.replace("\n", "%0a")} if given else {})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert answer.json() == {"request_id": answer.headers["X-Request-Id"]}


def test_the_id_and_the_correlation_of_the_caller_are_bound_to_every_line(http: InProcessClient) -> None:
    headers = {"X-Request-Id": "from-the-proxy-1", "DLA-Correlation": CASE}
    answer = http.get(f"/cases/{CASE}", headers=headers)
    assert answer.headers["X-Request-Id"] == "from-the-proxy-1"
    assert answer.json() == {"request_id": "from-the-proxy-1", "correlation": CASE}
    assert structlog.contextvars.get_contextvars() == {}


def test_a_call_on_behalf_of_a_request_has_its_id() -> None:
    assert onward_headers() == {}
    with bound_to_logs(request_id="from-the-proxy-1"):
        assert onward_headers() == {"X-Request-Id": "from-the-proxy-1"}


def test_a_request_is_one_line_without_its_path(http: InProcessClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="dla.requests"):
        http.get(f"/cases/{CASE}?name=Solenn")
        http.get("/readyz")
    (record,) = [each for each in caplog.records if each.name == "dla.requests"]
    assert (record.method, record.route, record.status) == ("GET", ROUTE, 200)  # type: ignore[attr-defined]
    assert CASE not in str(vars(record)) and "Solenn" not in str(vars(record))
