"""What a process counts, for Prometheus, with the name of the service on every sample: targets need no labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY, CollectorRegistry, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector


class ProcessCollector(Collector):
    """The instruments of this process, its processor and its memory."""

    def __init__(self, service: str) -> None:
        self._service = service

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        for metric in REGISTRY.collect():
            labelled = Metric(
                metric.name, metric.documentation, metric.type, metric.unit
            )  # some give the same each time
            labelled.samples = [
                sample._replace(labels={**sample.labels, "service": self._service}) for sample in metric.samples
            ]
            yield labelled


@contextmanager
def process_metrics_served(host: str, port: int | None, service: str) -> Iterator[None]:
    """`/metrics` of a program without tables. Nothing without a port. Raises OSError when it is taken."""
    if port is None:
        yield
        return
    registry = CollectorRegistry()
    registry.register(ProcessCollector(service))
    server, thread = start_http_server(port, host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
