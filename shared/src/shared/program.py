"""A service as a program, from its first moment: it ends in order when it is asked to while it still imports."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from types import FrameType


def run_program(module: str) -> None:
    """Runs the command line `cli` of a module. Imports take a second or two; a `serve` that SIGTERM ends meanwhile has
    answered nobody and holds nothing, and exits with 0. The server's own handler replaces this one. Other commands end
    by the signal: nobody may take a migration that was stopped for one that is done."""
    if sys.argv[1:2] == ["serve"]:
        signal.signal(signal.SIGTERM, _exit_at_once)
    gc.disable()  # what is imported stays: looking for garbage meanwhile took an eighth of the time
    program = import_module(module)
    gc.enable()
    program.cli()


def _exit_at_once(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)
