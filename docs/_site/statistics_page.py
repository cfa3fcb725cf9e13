"""Figures, computed on no case at all: code, label and formula of each."""

from __future__ import annotations

from markdown_text import cell, table
from packages import PHASES, instances

from shared.statistics import Figures

INTRODUCTION = """# Figures

Each figure has a formula, in French, which the API gives with the number, and names the events that it rests on.
Figures that are counted for each group (legal form, sector, size…) are not listed: which groups there are depends
on the cases.
"""


def statistics() -> str:
    parts = [INTRODUCTION]
    for name in PHASES:
        found = {figure.code: figure for each in instances(name, Figures) for figure in each.of([])}
        rows = [(f"`{figure.code}`", cell(figure.label), cell(figure.formula)) for figure in found.values()]
        parts += [f"\n## {name}\n", table(("code", "figure", "formula"), rows)]
    return "".join(parts)
