"""The start of a program that serves: connections that add up, and a database that may let it wait."""

from shared.runtime.startup.connections import check_connections, connection_name, connections_of, pool_size
from shared.runtime.startup.running import StopProcess, Worker, log_fatal, run_service
from shared.runtime.startup.waiting import StartupGate, StartupPhase, serve_when_possible

__all__ = [
    "StartupGate",
    "StartupPhase",
    "StopProcess",
    "Worker",
    "check_connections",
    "connection_name",
    "connections_of",
    "log_fatal",
    "pool_size",
    "run_service",
    "serve_when_possible",
]
