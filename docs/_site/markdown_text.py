"""Markdown helpers: one paragraph of plain text, and a cell of a table."""

from __future__ import annotations

import re
from collections.abc import Sequence


def plain(text: str | None) -> str:
    """One paragraph: line ends and indentation of a docstring become spaces."""
    return re.sub(r"\s+", " ", (text or "").replace("\b", "")).strip()


def cell(text: str | None) -> str:
    return plain(text).replace("|", "\\|").replace("<", "&lt;")


def words(name: str) -> str:
    """`LedgerSettings` → `ledger settings`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with a blank line before it; nothing at all without rows."""
    lines = [head, ["---"] * len(head), *rows] if rows else []
    return "\n" + "".join(f"| {' | '.join(row)} |\n" for row in lines)
