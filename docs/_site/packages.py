"""The workspace's packages: their names, and what their modules declare."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
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


def instances(package: str, kind: type, *, own: bool = False) -> Iterator[Any]:
    """Values of modules; `own`: only where they are assigned, and not where they are imported."""
    for module in modules(package):
        assigned = set(_assigned_names(module)) if own else vars(module).keys()
        yield from (value for name, value in vars(module).items() if isinstance(value, kind) and name in assigned)


def syntax_tree(module: ModuleType) -> ast.Module:
    assert module.__file__
    return ast.parse(Path(module.__file__).read_text())


def _assigned_names(module: ModuleType) -> Iterator[str]:
    for node in syntax_tree(module).body:
        if isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
