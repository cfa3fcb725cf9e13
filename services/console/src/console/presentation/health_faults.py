"""What hurts a service, in French: the title of a fault and what an operator does about it, from health_faults.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def fault_texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("console.presentation").joinpath("health_faults.toml").read_text("utf-8"))


def fault_title(name: str) -> str:
    """The name itself for a fault of a newer release."""
    return fault_texts()["titles"].get(name, name)


def fault_advice(name: str, otherwise: str) -> str:
    """`otherwise`: the service's own advice, in English."""
    return fault_texts()["advice"].get(name, otherwise)
