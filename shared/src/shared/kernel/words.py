"""What fields and codes are called in French: one file for the screens, papers and problems of every service."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def operation_label(operation: str) -> str | None:
    """What an operation of an API is called in French, by its id in OpenAPI: its own label, or that of its longest
    suffix that has one."""
    parts = operation.split("_")
    names = ("_".join(parts[n:]) for n in range(len(parts)))
    return next((label for name in names if (label := french_words()["operations"].get(name))), None)


@cache
def french_words() -> Mapping[str, Mapping[str, str]]:
    """By table (`fields`, `codes`, `operations`), the French of each name."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(
        files("shared.kernel.vocabulary").joinpath("words.toml").read_text("utf-8")
    )
    return found
