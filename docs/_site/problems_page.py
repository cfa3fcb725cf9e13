"""Problems: refusals declared in the code, and the problem documents that the HTTP edge gives by itself."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from api_pages import statuses
from markdown_text import cell, table
from packages import SERVICES, instances, modules, syntax_tree

from shared.kernel import Refusal
from shared.web.http.problems import ProblemError, problem_response

INTRODUCTION = """# Problems

An error is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`. Its
`type` ends with a slug that never changes: programs compare that. Its `title` and `detail` are in French, for
people; `detail` says what to do next.
"""
REFUSALS = """
## Refusals

What the rules refuse. [Commands](commands.md) says which command leads to which refusal.
"""
EDGE = """
## Problems of the HTTP edge

What is refused before any rule decides: who calls, what is sent, how often, and which point in time is requested.
"""
HEAD = ("slug", "status", "title", "services")
BUILDERS = {ProblemError.__name__, problem_response.__name__}
Found = tuple[str, int, str]
"""Slug, status, title."""


def problems() -> str:
    return "".join(
        (
            INTRODUCTION,
            "\n## Statuses\n",
            table(("status", "meaning"), [(status, cell(meaning)) for status, meaning in sorted(statuses().items())]),
            REFUSALS,
            _rows(_refusals),
            EDGE,
            _rows(_at_the_edge),
        )
    )


def _rows(find: Callable[[str], Iterator[Found]]) -> str:
    owners: dict[Found, list[str]] = {}
    for package in ("shared", *SERVICES):
        for found in find(package):
            owners.setdefault(found, []).append("every service" if package == "shared" else package)
    rows = [
        (f"`{slug}`", str(status), cell(title), ", ".join(dict.fromkeys(names)))
        for (slug, status, title), names in sorted(owners.items())
    ]
    return table(HEAD, rows)


def _refusals(package: str) -> Iterator[Found]:
    yield from {(each.slug, each.status, each.title) for each in instances(package, Refusal, own=True)}


def _at_the_edge(package: str) -> Iterator[Found]:
    """Slug, status and title stand as constants where the problem is built."""
    for module in modules(package):
        for node in ast.walk(syntax_tree(module)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in BUILDERS:
                match node.args:
                    case [ast.Constant(int(status)), ast.Constant(str(slug)), ast.Constant(str(title)), *_]:
                        yield slug, status, title
