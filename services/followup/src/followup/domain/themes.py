"""What can a new need be about? The axes of change that diagnoses look at, by the same codes."""

from enum import StrEnum


class Theme(StrEnum):
    STRATEGY = "strategy"
