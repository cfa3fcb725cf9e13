"""Telemetry of a process: the instruments that it counts in, and what is noted of each request."""

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
from shared.telemetry.requests import RequestTelemetryMiddleware

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
    "RequestTelemetryMiddleware",
]
