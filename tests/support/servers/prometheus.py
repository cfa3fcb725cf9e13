"""A real Prometheus that scrapes metrics servers every second, under the alert rules of the deployment."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase
from tests.support.samples.sample_services import eventually

from embedded.processes import ports
from embedded.processes.process import Process
from shared.eventlog import ServiceApplication
from shared.health import MetricsServer, StatusReader
from shared.telemetry import instruments

ALERTS = Path("deploy/observability/alerts.yml").absolute()
needs_prometheus = pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus (Debian) is not here")


class RunningPrometheus:
    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, trust_env=False, timeout=5)

    def value(self, expression: str) -> float | None:
        """Of an expression with one result at most."""
        found = self._http.get("/api/v1/query", params={"query": expression}).json()["data"]["result"]
        assert len(found) <= 1, found
        return float(found[0]["value"][1]) if found else None

    def alerts(self, service: str) -> set[str]:
        """Those of a service whose expression holds now, whether their time has passed or not."""
        found = [each["labels"] for each in self._http.get("/api/v1/alerts").json()["data"]["alerts"]]
        return {labels["alertname"] for labels in found if labels.get("service") == service}

    def is_ready(self) -> bool:
        try:
            return self._http.get("/-/ready").is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        self._http.close()


def forget_earlier_tests() -> None:
    """Tests that ran before in this process have left a series for each route of each service: a scrape of all these
    takes longer than it may. To be called before anything counts: some series begin at 0, so that a rise is seen."""
    for instrument in vars(instruments).values():
        if isinstance(instrument, MetricWrapperBase):
            instrument.clear()


@contextmanager
def prometheus_scraping(folder: Path, targets: Sequence[str]) -> Iterator[RunningPrometheus]:
    """`targets`: host and port of metrics servers."""
    folder.mkdir(exist_ok=True)
    config = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(ALERTS)],
        "scrape_configs": [{"job_name": "dla", "static_configs": [{"targets": list(targets)}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    port = ports.choose_ports({"prometheus": None})["prometheus"]
    process = Process("prometheus", folder)
    process.start(
        [
            "prometheus",
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ],
        {"PATH": "/usr/bin:/bin"},
    )
    running = RunningPrometheus(f"http://127.0.0.1:{port}")
    try:
        eventually(running.is_ready)
        yield running
    finally:
        running.close()
        process.stop()


class WatchedServices:
    """Services whose metrics a Prometheus scrapes, each with a metrics server as its program has one."""

    def __init__(self, readers: Mapping[ServiceApplication, StatusReader], folder: Path, closing: ExitStack) -> None:
        self._servers = {
            app: MetricsServer("127.0.0.1", 0, service=app.service, find_status=reader.recent)
            for app, reader in readers.items()
        }
        for server in self._servers.values():
            closing.callback(server.close)
        targets = [f"127.0.0.1:{server.port}" for server in self._servers.values()]
        self.prometheus: RunningPrometheus = closing.enter_context(prometheus_scraping(folder, targets))

    def faults(self, app: ServiceApplication) -> set[tuple[str, str | None]] | None:
        """As /status of its metrics server says; null while it is read by too many at once, or its database is slow:
        then nothing is known, neither a fault nor that there is none."""
        address = f"http://127.0.0.1:{self._servers[app].port}/status"
        answer = httpx.get(address, trust_env=False, timeout=5)
        if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            return None
        return {(each["fault"], each["about"]) for each in answer.raise_for_status().json()["faults"]}

    def has(self, app: ServiceApplication, fault: str, about: str | None, alert: str) -> bool:
        return (fault, about) in (self.faults(app) or ()) and alert in self.prometheus.alerts(app.service)

    def is_free_of(self, app: ServiceApplication, fault: str, alert: str) -> bool:
        faults = self.faults(app)
        return (
            faults is not None
            and fault not in {name for name, _ in faults}
            and alert not in self.prometheus.alerts(app.service)
        )
