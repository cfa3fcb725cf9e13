"""How a process of a service is observed: its private metrics server, and the reports of its background parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from shared.eventlog import ServiceApplication
from shared.health import (
    DEADLINES,
    HOUSEKEEPING,
    PROJECTIONS,
    TOKEN,
    MetricsServer,
    PartReporter,
    StatusReader,
    receiving,
)
from shared.messaging import ServiceToken, Subscriptions, find_token_fault
from shared.projections import Projector
from shared.runtime.scheduler import Scheduler
from shared.settings import Settings


@contextmanager
def metrics_served(settings: Settings, process: int, status: StatusReader) -> Iterator[None]:
    """Nothing without a port. `process`: its place among those that share a port. Raises OSError when it is taken."""
    if settings.metrics_port is None:
        yield
        return
    server = MetricsServer(
        settings.metrics_host, settings.metrics_port + process, service=status.app.service, find_status=status.recent
    )
    try:
        yield
    finally:
        server.close()


def part_reporter(
    app: ServiceApplication,
    projector: Projector,
    scheduler: Scheduler,
    subscriptions: Subscriptions,
    token: ServiceToken,
) -> PartReporter:
    """Reports the parts of the role `work`."""
    parts: dict[str, Callable[[], str | None]] = {
        PROJECTIONS: lambda: projector.fault,
        DEADLINES: lambda: scheduler.fault,
        HOUSEKEEPING: lambda: scheduler.housekeeping_fault,
        TOKEN: partial(find_token_fault, token),
    }
    return PartReporter(
        app, parts | {receiving(each): partial(subscriptions.fault, each) for each in subscriptions.publishers}
    )
