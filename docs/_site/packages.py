"""The workspace's packages: their names, and what their modules declare."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PHASES = ("intake", "diagnostic", "parcours", "followup")
WITH_LOG = (*PHASES, "audit")
SERVICES = (*WITH_LOG, "console")


def modules(package: str) -> Iterator[Any]:
    """Every module of a package, imported; programs (`__main__`) are left out, since importing one runs it."""
    top = importlib.import_module(package)
    yield top
    for each in pkgutil.walk_packages(top.__path__, f"{package}."):
        if not each.name.endswith("__main__"):
            yield importlib.import_module(each.name)


def classes(package: str) -> Iterator[type]:
    for module in modules(package):
        for value in vars(module).values():
            if inspect.isclass(value) and value.__module__ == module.__name__:
                yield value


def instances(package: str, kind: type) -> Iterator[Any]:
    for module in modules(package):
        yield from (value for value in vars(module).values() if isinstance(value, kind))
