"""The console's metrics: on a port of their own, with its name."""

from __future__ import annotations

import httpx
from tests.support.checks.console_pages import settings
from tests.support.servers.in_process_client import InProcessClient

from console.main import create_app
from embedded.processes import ports


def test_requests_of_the_console_are_counted_on_a_port_of_their_own() -> None:
    port = ports.choose_ports({"metrics": None})["metrics"]
    with InProcessClient(create_app(settings(metrics_port=port))) as console:
        assert console.get("/livez").status_code == 200
        assert console.get("/metrics").status_code != 200
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    labels = ('http_route="/livez"', 'http_request_method="GET"', 'http_response_status_code="200"', "_count{")
    (line,) = [each for each in text.splitlines() if all(label in each for label in labels)]
    assert 'service="console"' in line
