"""The endpoints that every service has: health, identity, feed, access log, erasure, development clock."""

from shared.web.standard.access_log import (
    ACCESS_LOG_READERS,
    AccessLogEntry,
    AccessLogFilters,
    AccessLogParams,
    authorize_log,
    find_entries,
)
from shared.web.standard.clock import clock_router
from shared.web.standard.erasure import DPO_ONLY, people_router
from shared.web.standard.event_bodies import event_body
from shared.web.standard.feed import feed_router
from shared.web.standard.health import health_router
from shared.web.standard.me import me_router

__all__ = [
    "ACCESS_LOG_READERS",
    "DPO_ONLY",
    "AccessLogEntry",
    "AccessLogFilters",
    "AccessLogParams",
    "authorize_log",
    "clock_router",
    "event_body",
    "feed_router",
    "find_entries",
    "health_router",
    "me_router",
    "people_router",
]
