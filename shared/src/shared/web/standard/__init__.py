"""The endpoints that every service has: health, identity, feed, access log, erasure, development clock."""

from shared.web.standard.clock import clock_router
from shared.web.standard.erasure import DPO_ONLY, people_router
from shared.web.standard.feed import feed_router
from shared.web.standard.health import health_router
from shared.web.standard.me import me_router

__all__ = [
    "DPO_ONLY",
    "clock_router",
    "feed_router",
    "health_router",
    "me_router",
    "people_router",
]
