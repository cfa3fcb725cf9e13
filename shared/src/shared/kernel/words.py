"""What fields and codes are called in French: one file for the screens, papers and problems of every service."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def french_words() -> Mapping[str, Mapping[str, str]]:
    """By table (`fields`, `codes`, `operations`), the French of each name."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(
        files("shared.kernel.vocabulary").joinpath("words.toml").read_text("utf-8")
    )
    return found
