"""Least privilege of the role that serves: checked before a service answers its first request."""

from __future__ import annotations

import logging

from shared.eventlog import ServiceApplication
from shared.settings import Misconfigured, Mode, Settings

log = logging.getLogger(__name__)


def check_serving_role(app: ServiceApplication, settings: Settings) -> None:
    """Raises Misconfigured in production when the role that serves could alter what is only ever added to; elsewhere
    warns of it."""
    if not (tables := app.alterable_tables()):
        return
    fault = (
        f"DLA_DATABASE_URL connects as a role that may alter {', '.join(tables)}: serve as a role that does not own the"
        f" tables, and give the owner's URL to `dla-{app.service} migrate` alone, as DLA_DATABASE_OWNER_URL"
    )
    if settings.mode is Mode.PRODUCTION:
        raise Misconfigured([fault])
    log.warning("%s; in production the service would refuse to start", fault)
