"""Calls and patterns of dataclasses that give more than two fields by position, found in the syntax tree.

Two swapped fields of one type pass the type checker; a stored event with two swapped dates can never be repaired."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

MAX_POSITIONAL = 2
SOURCES = (Path("shared/src"), *sorted(Path("services").glob("*/src")), Path("deploy/embedded/src"), Path())
DECORATORS = frozenset({"dataclass", "command", "event"})
LIBRARY_CLASSES = {
    "Tracking": ("application_name", "notification_id"),
    "Notification": ("originator_id", "originator_version", "topic", "state", "id"),
}
"""The fields that our classes inherit from the eventsourcing library."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`nodes`: what stands by position from the third field on; `names`: the fields that these are."""

    path: Path
    line: int
    name: str
    nodes: tuple[ast.AST, ...]
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name}(…) gives {', '.join(self.names)} by position"


class Workspace:
    """Python sources by their path in the project, and the fields of the dataclasses that they define."""

    def __init__(self, sources: Mapping[Path, str]) -> None:
        self._trees = {path: ast.parse(text) for path, text in sources.items()}
        self._by_module = {module_of(path): path for path in sources}
        self._imported = cache(self._imports_of)

    def findings(self) -> Iterator[Finding]:
        for path, tree in self._trees.items():
            imported = self._imported(path)
            for node in ast.walk(tree):
                if (found := _arguments(node)) is None:
                    continue
                called, arguments, line = found
                names = self._fields_of(path, imported, called)[MAX_POSITIONAL : len(arguments)]
                if names and not any(isinstance(each, ast.Starred) for each in arguments):
                    given = tuple(arguments[MAX_POSITIONAL:])
                    yield Finding(path, line, name=ast.unparse(called), nodes=given, names=names)

    def _fields_of(self, path: Path, imported: dict[str, str], called: ast.expr) -> tuple[str, ...]:
        match called:
            case ast.Name(name):
                return self._look_up(imported.get(name, f"{module_of(path)}.{name}"))
            case ast.Attribute(ast.Name(module), name) if module in imported:
                return self._look_up(f"{imported[module]}.{name}")
        return ()

    def _look_up(self, dotted: str) -> tuple[str, ...]:
        module, _, name = dotted.rpartition(".")
        if (module, name) in self._classes:
            return self._classes[module, name]
        reexported = self._imported(self._by_module[module]).get(name) if module in self._by_module else None
        return self._look_up(reexported) if reexported and reexported != dotted else ()

    @cached_property
    def _classes(self) -> dict[tuple[str, str], tuple[str, ...]]:
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for path, tree in self._trees.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef) and any(_name(each) in DECORATORS for each in node.decorator_list):
                    inherited = (self._inherited(found, path, _name(base)) for base in node.bases)
                    own = [each.target.id for each in node.body if _is_field(each)]  # type: ignore[attr-defined]
                    found[module_of(path), node.name] = tuple(dict.fromkeys([*sum(inherited, ()), *own]))
        return found

    def _inherited(self, found: dict[tuple[str, str], tuple[str, ...]], path: Path, base: str) -> tuple[str, ...]:
        return found.get((module_of(path), base), LIBRARY_CLASSES.get(base, ()))

    def _imports_of(self, path: Path) -> dict[str, str]:
        return {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(self._trees[path])
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }


def module_of(path: Path) -> str:
    source = next(each for each in SOURCES if path.is_relative_to(each))
    return ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")


def _arguments(node: ast.AST) -> tuple[ast.expr, list[ast.expr] | list[ast.pattern], int] | None:
    match node:
        case ast.Call(func, args):
            return func, args, node.lineno
        case ast.MatchClass(cls, patterns):
            return cls, patterns, node.lineno
    return None


def _is_field(statement: ast.stmt) -> bool:
    """Not a class variable, nor a field that __init__ does not take."""
    match statement:
        case ast.AnnAssign(ast.Name(), annotation, ast.Call(_, _, keywords)):
            excluded = any(each.arg == "init" and ast.unparse(each.value) == "False" for each in keywords)
            return not excluded and "ClassVar" not in ast.unparse(annotation)
        case ast.AnnAssign(ast.Name(), annotation):
            return "ClassVar" not in ast.unparse(annotation)
    return False


def _name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
