"""FastAPI's own telemetry, which no application of ours has."""

from __future__ import annotations

from fastapi.telemetry import TelemetryConfig

FRAMEWORK_OFF: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""For `FastAPI(telemetry=…)`: its own spans hold the path and the query of a request, with the names that are searched,
and it would read OTEL_ variables that the settings do not check."""
