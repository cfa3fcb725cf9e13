"""Limits, so that nobody stops a service: slots for what costs much."""

from shared.web.limits.slots import PDFS, SlotLimits, Slots

__all__ = ["PDFS", "SlotLimits", "Slots"]
