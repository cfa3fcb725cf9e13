"""Lists: the projections of a service, folded from its log by its own projector."""

from __future__ import annotations

from contextlib import closing

import psycopg

from deploy.history.timeline import Secrets
from deploy.history.unit_history import SERVICES
from shared.eventlog import ServiceApplication
from shared.projections import Projector


def project(name: str, url: str, secrets: Secrets) -> int:
    """Folds what is new, and returns the last position. `url`: of the role that owns the tables."""
    service = SERVICES[name]
    app = ServiceApplication(name, service.deciders, url, secrets.sealing[name], transit_keys=secrets.transit)
    with closing(app):
        Projector(app, service.projections).catch_up()
        last = app.recorder.max_notification_id() or 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) projection_rows, projection_history")
    return last
