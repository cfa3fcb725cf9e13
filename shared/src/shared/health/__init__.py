"""Health of a service: what its tables say of relay, lag, projections, deadlines and parked cases,
for probes, metrics and people."""

from shared.health.collector import StatusCollector
from shared.health.faults import ADVICE, LATE_SECONDS, SILENT_SECONDS, HealthFault
from shared.health.measures import GAUGES, Gauge, GaugeValue
from shared.health.metrics_server import MetricsServer, status_document
from shared.health.parts import DEADLINES, HOUSEKEEPING, PROJECTIONS, TOKEN, PartReporter, receiving, report_parts
from shared.health.status import FindOwnStatus, OwnStatus, ServiceStatus, StatusReader, nothing_more

__all__ = [
    "ADVICE",
    "DEADLINES",
    "GAUGES",
    "HOUSEKEEPING",
    "LATE_SECONDS",
    "PROJECTIONS",
    "SILENT_SECONDS",
    "TOKEN",
    "FindOwnStatus",
    "Gauge",
    "GaugeValue",
    "HealthFault",
    "MetricsServer",
    "OwnStatus",
    "PartReporter",
    "ServiceStatus",
    "StatusCollector",
    "StatusReader",
    "nothing_more",
    "receiving",
    "report_parts",
    "status_document",
]
