"""A caseload read over HTTP, once the service's clock was set forward and its views followed the log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.support.servers.served_service import Client, Served

from shared.kernel import paris_date
from shared.projections import Projector
from shared.runtime import Service
from shared.runtime.scheduler import Scheduler

CASELOAD = "/api/v1/caseload"


def days_pass(running: Served, days: int) -> date:
    clock = running.application.clock
    return clock.set_forward(clock.now() + timedelta(days=days)).date()


def up_to_date(running: Served, service: Service) -> None:
    """What the role `work` does by itself."""
    Scheduler(running.application).fire()
    projector = Projector(running.application, service.projections)
    for view in service.projections:
        while projector.advance(view):
            pass


def tasks(by: Client, **wanted: Any) -> list[dict[str, Any]]:
    answer = by.get(CASELOAD, **wanted)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    return rows


def in_days(running: Served, by: Client, **wanted: Any) -> list[tuple[str, int, bool]]:
    """What is due, in how many days, and whether it is late."""
    today = paris_date(running.application.clock.now())
    return [
        (task["what"], (date.fromisoformat(task["due_on"]) - today).days, task["late"]) for task in tasks(by, **wanted)
    ]
