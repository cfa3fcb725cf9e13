"""The programs of a stack by name, each with the settings of its service: what an operator has in a container."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from embedded.processes.nats import SERVICES
from embedded.stack import Stack


def operator_environment(stack: Stack, folder: Path) -> dict[str, str]:
    """The environment of a shell in which `dla-intake` and the others reach the services of this stack."""
    folder.mkdir()
    for service in SERVICES:
        settings = {
            name: value
            for name, value in (stack.environments[service] | stack.owner_environment(service)).items()
            if name.startswith("DLA_")
        }
        lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]
        program = folder / f"dla-{service}"
        program.touch(mode=0o700)
        program.write_text("\n".join(["#!/bin/sh", *lines, f'exec {shlex.quote(sys.executable)} -m {service} "$@"\n']))
    return os.environ | {"PATH": f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"}
