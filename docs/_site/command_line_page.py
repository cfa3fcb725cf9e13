"""Programs and their commands, read from the command lines themselves."""

from __future__ import annotations

import importlib
from typing import Any

from markdown_text import cell, plain, table
from packages import SERVICES
from typer.main import get_command

INTRODUCTION = """# Command line

Each program says the same with `--help`. `dla` runs everything on one machine; `dla-<service>` is one service, in a
container or on a machine of its own.
"""
PROGRAMS = {"dla": ("embedded.cli", "app"), **{f"dla-{name}": (f"{name}.main", "cli") for name in SERVICES}}


def command_line() -> str:
    parts = [INTRODUCTION]
    for program, (module, attribute) in PROGRAMS.items():
        group: Any = get_command(getattr(importlib.import_module(module), attribute))
        parts.append(f"\n## {program}\n")
        for name, command in sorted(group.commands.items()):
            parts.append(f"\n### {program} {name}\n\n{plain(command.help)}\n")
            rows = [_row(each) for each in command.params if each.name != "help"]
            parts.append(table(("argument", "default", "what it is"), rows))
    return "".join(parts)


def _row(parameter: Any) -> tuple[str, str, str]:
    is_option = parameter.param_type_name == "option"
    name = ", ".join((*parameter.opts, *parameter.secondary_opts)) if is_option else parameter.name
    default = "*required*" if parameter.required else _default(parameter.default)
    return f"`{name}`", default, cell(getattr(parameter, "help", ""))


def _default(value: Any) -> str:
    return "none" if value in (None, False, "", (), []) or callable(value) else f"`{getattr(value, 'value', value)}`"
