"""`dla up` with stand-ins in the place of the services: what a test starts, and interrupts, from outside."""

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from embedded import cli

app = typer.Typer(pretty_exceptions_enable=False)


def stand_in(service: str) -> Sequence[str]:
    return [sys.executable, str(Path(__file__).with_name("stand_in.py"))]


@app.command()
def up() -> None:
    cli.keep_up(program=stand_in)


if __name__ == "__main__":
    app()
