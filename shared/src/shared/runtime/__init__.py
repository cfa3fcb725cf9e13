"""A service as a program: composition, command line, scheduler, schemas."""

from shared.runtime.cli import command_line
from shared.runtime.cli_settings import settings_for
from shared.runtime.service import Service
from shared.runtime.shared_deciders import SHARED_DECIDERS
from shared.runtime.startup import Worker

__all__ = [
    "SHARED_DECIDERS",
    "Service",
    "Worker",
    "command_line",
    "settings_for",
]
