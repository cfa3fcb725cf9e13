"""Figures, computed on no case at all: code, label and formula of each."""

from __future__ import annotations

from markdown_text import cell, table
from packages import PHASES, instances

from shared.statistics import Figures

INTRODUCTION = """# Figures

Each figure has a formula, in French, which the API gives with the number, and names the events that it rests on.
Figures that are counted for each group (legal form, sector, size…) are not listed: which groups there are depends
on the cases.

`?since=` and `?until=` (days of Paris, both included) or `?period=` (`2027`, `2027-T1`, `2027-03`, or the school year
`2026-2027`) count the cases whose own date is inside: each figure says which, as *dated by*. `?by=` gives each figure
once for each group. Anything else is refused with 422.
"""


def statistics() -> str:
    parts = [INTRODUCTION]
    for name in PHASES:
        found = {figure.code: (figure, each) for each in instances(name, Figures) for figure in each.of([])}
        rows = [
            (f"`{code}`", cell(figure.label), cell(figure.formula), cell(figures.dates[figures.date_of(code)]))
            for code, (figure, figures) in found.items()
        ]
        groupings = dict.fromkeys(code for each in instances(name, Figures) for code in each.groupings)
        by = ", ".join(f"`{code}`" for code in groupings)
        parts += [f"\n## {name}\n\nGiven by {by}.\n", table(("code", "figure", "formula", "dated by"), rows)]
    return "".join(parts)
