"""French labels and hints of the fields of forms, from wording.toml; the general label of a field is in words.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from console.presentation.labels import field_label


@cache
def wording() -> dict[str, dict[str, Any]]:
    return tomllib.loads(files("console.commands").joinpath("wording.toml").read_text("utf-8"))


def find_label(command: str, path: str, name: str) -> str:
    """The most precise label: of the command's field, of the field within its group, of the field, or the general."""
    return next(_found("labels", command, path, name), None) or field_label(name)


def find_hint(command: str, path: str, name: str) -> str:
    """What a person should know to fill in a field; empty for none."""
    return next(_found("hints", command, path, name), "")


def find_meanings(command: str, path: str) -> dict[str, str]:
    """What each choice of a field means, by value."""
    prefix = f"{command}.{path}."
    return {key.removeprefix(prefix): text for key, text in wording()["meanings"].items() if key.startswith(prefix)}


def refused_fields(slug: str) -> list[str]:
    """The paths of the fields that a refusal may be about which names none, the likeliest first."""
    found: list[str] = wording()["refusals"].get(slug, [])
    return found


def _found(table: str, command: str, path: str, name: str) -> Iterator[str]:
    parts = [part for part in path.split(".") if part != "{n}"]
    keys = [f"{command}.{'.'.join(parts)}", ".".join(parts[-2:]), name]
    return (wording()[table][key] for key in keys if key in wording()[table])
