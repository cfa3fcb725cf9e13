"""`make faults`: a run under a seeded schedule of faults, and its report. Ends with 1 when the checker finds
anything."""

from __future__ import annotations

import secrets
from collections import Counter
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tests.faults.checker import Kind
from tests.faults.run import Report, run

from embedded.processes.interruption import interrupt_once

FOLDER = Path(".dla")
"""Servers keep their data below: a system's temporary folder may be in memory, where fsync costs nothing."""
MAX_PRINTED = 50


def main(
    seed: Annotated[int | None, typer.Option(help="The schedule; drawn when none is given.")] = None,
    minutes: Annotated[float, typer.Option(help="How long faults are injected.")] = 10.0,
) -> None:
    """Plays dossiers on replicas of the services while processes and servers fail, and checks what was acknowledged."""
    interrupt_once()
    console = Console()
    FOLDER.mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix="faults-", dir=FOLDER)).absolute()
    number = secrets.randbelow(10**6) if seed is None else seed
    console.print(f"Seed {number}; data and logs in {folder}")
    report = run(number, minutes * 60, folder, say=console.print)
    print_report(console, report)
    if report.findings:
        console.print(f"Run it again with: make faults SEED={number} MINUTES={minutes:g}. The logs are in {folder}.")
        raise typer.Exit(1)


def print_report(console: Console, report: Report) -> None:
    table = Table(title=f"Seed {report.seed}", title_justify="left", box=None)
    table.add_column("What")
    table.add_column("How many", justify="right")
    for kind, count in sorted(report.faults.items()):
        table.add_row(f"fault: {kind}", str(count))
    for kind, why in sorted(report.skipped.items()):
        table.add_row(f"skipped: {kind}: {why}", "–")
    table.add_row("processes started", str(report.starts))
    table.add_row("commands acknowledged", str(report.acknowledged))
    table.add_row("commands repeated and compared", str(report.repeated))
    table.add_row("commands of unknown outcome", str(report.unknown))
    for service, count in report.events.items():
        table.add_row(f"events of {service}", str(count))
    found = Counter(finding.kind for finding in report.findings)
    for kind in Kind:
        table.add_row(f"found: {kind}", str(found[kind]))
    console.print(table)
    for finding in report.findings[:MAX_PRINTED]:
        console.print(f"{finding.kind}: {finding.where}: {finding.what}", markup=False)


if __name__ == "__main__":
    typer.run(main)
