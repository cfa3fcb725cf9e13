"""How does a rule that was tried differ from the one that held?"""

from __future__ import annotations

from enum import StrEnum


class RuleDifference(StrEnum):
    """`cannot_tell`: what would decide it was never asked, or is not known."""

    MORE = "more"
    LESS = "less"
    CANNOT_TELL = "cannot_tell"
