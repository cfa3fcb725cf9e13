"""`make rolling-upgrade FROM=<commit>`: an upgrade under load, and what its clients and the checker saw of it.

Ends with 1 when anything was lost, doubled or out of order, or a process did not end in order."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from tests.faults.checker import Kind
from tests.upgrade.checkouts import CHANGED_EVENT, change_event, checked_out
from tests.upgrade.rolling import Upgrade, upgrade

from embedded.processes.interruption import interrupt_once

FOLDER = Path(".dla")


def main(
    earlier: Annotated[str, typer.Option("--from", help="The commit whose code runs first.")],
    newer: Annotated[str, typer.Option("--to", help="The commit that it is upgraded to.")] = "HEAD",
    seconds: Annotated[float, typer.Option(help="How long clients play before the upgrade, and after it.")] = 30.0,
) -> None:
    """Upgrades each process in turn while clients play dossiers. The newer code is given a new version of an event."""
    interrupt_once()
    console = Console()
    FOLDER.mkdir(exist_ok=True)
    folder = Path(mkdtemp(prefix="upgrade-", dir=FOLDER)).absolute()
    console.print(f"From {earlier} to {newer} with {CHANGED_EVENT} in a new version; data and logs in {folder}")
    with checked_out(earlier, folder / "earlier") as before, checked_out(newer, folder / "newer") as after:
        change_event(after)
        done = upgrade(before, after, folder, seconds=seconds, say=console.print)
    print_report(console, done)
    for finding in done.findings[:50]:
        console.print(str(finding))
    if done.findings or set(done.ends) != {0}:
        raise typer.Exit(1)


def print_report(console: Console, done: Upgrade) -> None:
    table = Table(title="Rolling upgrade", title_justify="left", box=None)
    table.add_column("What")
    table.add_column("How many", justify="right")
    table.add_row("requests", str(done.requests))
    for reason, count in sorted(done.unanswered.items()):
        table.add_row(f"sent again: {reason}", str(count))
    table.add_row("commands acknowledged", str(done.acknowledged))
    for code, count in sorted(done.ends.items(), key=str):
        table.add_row(f"processes that ended with {code}", str(count))
    for topic, count in sorted(done.versions.items()):
        table.add_row(f"events {topic}", str(count))
    for service, count in done.events.items():
        table.add_row(f"events of {service}", str(count))
    found = Counter(finding.kind for finding in done.findings)
    for kind in Kind:
        table.add_row(f"found: {kind}", str(found[kind]))
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
