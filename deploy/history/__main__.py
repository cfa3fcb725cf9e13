"""`python -m deploy.history`: a history of any size, in the databases of an embedded stack."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

os.environ["DLA_MODE"] = "development"  # before the services read their settings: what is written here is nobody's

from deploy.history.plan import last_evening
from deploy.history.run import OtherHistory, Run, Written, progress_bar, read_plan
from embedded.errors import EmbeddedError
from embedded.processes.interruption import interrupt_once

MEGABYTE = 1_000_000


def main(
    scale: Annotated[float, typer.Option(help="1 for 60,000 dossiers and 3.6 million events", min=0, max=2)] = 0.01,
    seed: Annotated[int, typer.Option(help="The same seed gives the same history")] = 1,
    folder: Annotated[Path, typer.Option(help="Of a stack of its own; `dla up` beside it starts it")] = Path(
        ".history"
    ),
    workers: Annotated[int, typer.Option(help="Processes", min=1)] = os.cpu_count() or 1,
    lists: Annotated[bool, typer.Option(help="Fold the lists too; else the services do when they start")] = True,
    until: Annotated[datetime | None, typer.Option(help="Its last instant, in UTC; yesterday evening")] = None,
) -> None:
    """Write a history since 2002. One that was interrupted goes on where it was."""
    interrupt_once()
    end = until.replace(tzinfo=UTC) if until else last_evening(datetime.now(UTC))
    plan = read_plan(folder, seed, scale, end)
    try:
        with progress_bar() as progress:
            written = Run(plan, folder, workers=workers, lists=lists, progress=progress).write()
    except (EmbeddedError, OtherHistory) as error:
        Console(stderr=True).print(str(error))
        raise typer.Exit(1) from error
    _show(written, folder)


def _show(written: Written, folder: Path) -> None:
    console = Console()
    table = Table("service", "events", "MB on disk")
    for name, events in written.events.items():
        table.add_row(name, f"{events:,}", f"{written.bytes[f'dla_{name}'] / MEGABYTE:,.0f}")
    total, size = sum(written.events.values()), sum(written.bytes.values()) / MEGABYTE
    table.add_row("all", f"{total:,}", f"{size:,.0f}")
    console.print(table)
    took = ", ".join(f"{step} {seconds:.0f} s" for step, seconds in written.seconds.items())
    console.print(f"{written.dossiers:,} dossiers received until {written.plan.until:%d %B %Y}. This run: {took}.")
    console.print(f"To look at it: dla up --folder {folder}")


if __name__ == "__main__":
    typer.run(main)
