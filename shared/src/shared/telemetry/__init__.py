"""Telemetry of a process: the instruments that it counts in, its logs and its traces."""

from shared.telemetry.exposition import ProcessCollector, process_metrics_served
from shared.telemetry.instruments import (
    ACCESS_LOG_REFUSED,
    APPEND_SECONDS,
    APPENDED,
    COMMANDS,
    DEADLINES_FAILED,
    DEADLINES_FIRED,
    HTTP_SECONDS,
    LEADING,
    MESSAGES,
    PROBLEMS,
    RATE_LIMITED,
    REFUSALS,
    RELAY_ERRORS,
    SENT,
)
from shared.telemetry.logs import bound_to_logs, configure_logs, describe_error
from shared.telemetry.requests import RequestTelemetryMiddleware, onward_headers, route_of
from shared.telemetry.tracing import (
    TRACEPARENT,
    current_traceparent,
    is_tracing,
    span,
    start_tracing,
    stop_tracing,
)

__all__ = [
    "ACCESS_LOG_REFUSED",
    "APPENDED",
    "APPEND_SECONDS",
    "COMMANDS",
    "DEADLINES_FAILED",
    "DEADLINES_FIRED",
    "HTTP_SECONDS",
    "LEADING",
    "MESSAGES",
    "PROBLEMS",
    "RATE_LIMITED",
    "REFUSALS",
    "RELAY_ERRORS",
    "SENT",
    "TRACEPARENT",
    "ProcessCollector",
    "RequestTelemetryMiddleware",
    "bound_to_logs",
    "configure_logs",
    "current_traceparent",
    "describe_error",
    "is_tracing",
    "onward_headers",
    "process_metrics_served",
    "route_of",
    "span",
    "start_tracing",
    "stop_tracing",
]
