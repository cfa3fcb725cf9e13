"""Prometheus collectors: the status of a service as gauges, and the instruments of the process with the
service's name."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from shared.eventlog import DATABASE_ERRORS
from shared.health.measures import GaugeValue
from shared.health.status import ServiceStatus
from shared.telemetry import ProcessCollector

log = logging.getLogger(__name__)


class StatusCollector(Collector):
    """What Prometheus scrapes of one process: `dla_status_up`, the service's status where its database answers, and
    what the process counts. Every sample has the label `service`, and so needs no configuration of targets."""

    def __init__(self, service: str, find_status: Callable[[], ServiceStatus]) -> None:
        self._service, self._find_status = service, find_status

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("dla_status_up", "Whether the tables of the service could be read", labels=["service"])
        try:
            families = gauge_families(self._find_status())
        except DATABASE_ERRORS as error:
            log.warning("the metrics lack the status of the service: %s", type(error).__name__)
            families = []
        up.add_metric([self._service], float(bool(families)))
        yield up
        yield from families
        yield from ProcessCollector(self._service).collect()


def gauge_families(status: ServiceStatus) -> list[Metric]:
    families: dict[str, GaugeMetricFamily] = {}
    for measure in status.measures:
        _family(families, measure).add_metric([status.service, *measure.labels], measure.value)
    return [*families.values()]


def _family(families: dict[str, GaugeMetricFamily], measure: GaugeValue) -> GaugeMetricFamily:
    gauge = measure.gauge
    if gauge.name not in families:
        families[gauge.name] = GaugeMetricFamily(gauge.name, gauge.help, labels=["service", *gauge.labels])
    return families[gauge.name]
