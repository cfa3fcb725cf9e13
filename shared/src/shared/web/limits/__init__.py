"""Limits, so that nobody stops a service: rates, slots for what costs much, and connections."""

from shared.web.limits.fair_use import FairUseMiddleware, Payer, payer_of
from shared.web.limits.rates import PROGRAM, RateLimiter, address_of
from shared.web.limits.server import BACKLOG, KEEP_ALIVE_SECONDS, Server, build_server
from shared.web.limits.slots import LARGE_FILES, PAST, PDFS, UPLOADS, SlotLimits, Slots

__all__ = [
    "BACKLOG",
    "KEEP_ALIVE_SECONDS",
    "LARGE_FILES",
    "PAST",
    "PDFS",
    "PROGRAM",
    "UPLOADS",
    "FairUseMiddleware",
    "Payer",
    "RateLimiter",
    "Server",
    "SlotLimits",
    "Slots",
    "address_of",
    "build_server",
    "payer_of",
]
