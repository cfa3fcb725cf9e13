"""The command line of the embedded stack: `dla up`, `dla demo`, `dla tour`, `dla token`, `dla status`."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from embedded.errors import EmbeddedError
from embedded.identity.issuer import ROLES, Issuer
from embedded.processes.interruption import interrupt_once
from embedded.stack import Program, Stack, installed_service

DATA_FOLDER = Path(".dla")
Folder = Annotated[Path, typer.Option(help="Where the stack keeps its data.")]
STATUS_PROGRAM = (sys.executable, "-m", "shared.health")
INTERRUPTED_EXIT_CODE = 130
"""What a shell expects of a program that Ctrl-C cut short."""

app = typer.Typer(
    help="The DLA's services on this machine, with their own PostgreSQL and NATS. Data is kept in .dla.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def up(folder: Folder = DATA_FOLDER) -> None:
    """Start everything and keep it running; Ctrl-C stops it."""
    keep_up(folder=folder)


@app.command()
def demo(keep: Annotated[bool, typer.Option("--keep", help="Leave everything running afterwards.")] = False) -> None:
    """Start everything, play the cases of deploy/demo through the public API, show them, stop."""
    from embedded.demo import demo  # noqa: PLC0415 — the other commands start without it
    from embedded.demo.script import DEMO  # noqa: PLC0415

    with stack_for_stories(keep, DEMO) as (stack, began):
        demo(stack, Console(), began)


@app.command()
def tour(
    out: Annotated[Path | None, typer.Option(help="Where to keep a copy of the stories, in Markdown.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running afterwards.")] = False,
) -> None:
    """As demo, with the stories of deploy/tour: all of the DLA, and what of it they leave out."""
    from embedded.demo import tour  # noqa: PLC0415 — the other commands start without it
    from embedded.demo.script import TOUR  # noqa: PLC0415

    with stack_for_stories(keep, TOUR) as (stack, began):
        tour(stack, Console(), began, out)


@app.command()
def token(
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}.")],
    unit: Annotated[str | None, typer.Option(help="The unit the person works for, such as dla-44.")] = None,
    units: Annotated[list[str] | None, typer.Option(help="A unit of their territory; say it again.")] = None,
    case: Annotated[UUID | None, typer.Option(help="The case a leader or a provider is bound to.")] = None,
    subject: Annotated[str | None, typer.Option(help="Who the person is; dev-ROLE unless given.")] = None,
    name: Annotated[str | None, typer.Option(help="The person's name.")] = None,
    folder: Folder = DATA_FOLDER,
) -> None:
    """Print a token to try the API by hand."""
    with print_errors():
        if not folder.is_dir():
            raise EmbeddedError(
                f"There is no {folder} here: start the stack once (dla up), or go to where it was started."
            )
        case_id = None if case is None else str(case)
        print(
            Issuer(folder).mint(
                role, subject=subject or f"dev-{role}", unit=unit, units=units or (), case=case_id, name=name
            )
        )


@app.command()
def status(
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every two seconds, until Ctrl-C.")] = False,
    folder: Folder = DATA_FOLDER,
) -> None:
    """Show how the services of the running stack are, what hurts and what to do. Exit code 1 when something hurts."""
    with print_errors():
        addresses = metrics_addresses(folder)
    options = ["--watch"] if watch else []
    services = [f"{service}={address}" for service, address in addresses.items()]
    raise typer.Exit(subprocess.run([*STATUS_PROGRAM, *services, *options], check=False).returncode)


def metrics_addresses(folder: Path) -> dict[str, str]:
    """Raises EmbeddedError when no stack runs there."""
    try:
        published = json.loads((folder / "addresses.json").read_text())
    except FileNotFoundError as error:
        raise EmbeddedError(
            f"No stack runs in {folder}: start it with `make up`, and ask again in another terminal."
        ) from error
    addresses: dict[str, str] = published["metrics"]
    return addresses


def keep_up(program: Program = installed_service, folder: Path = DATA_FOLDER) -> None:
    with print_errors(), exit_on_interrupt(exit_code=0), stack_running(program, folder) as stack:
        keep_running(stack)


def keep_running(stack: Stack) -> None:
    console = Console()
    console.print(f"The console, in a browser: [bold]{stack.console}[/bold]")
    table = Table("service", "address")
    for service, address in stack.addresses.items():
        table.add_row(service, address)
    console.print(table)
    console.print("A token to try it by hand: make token ROLE=adviser UNIT=dla-44")
    console.print("Ready. Ctrl-C stops it all.")
    stack.watch()


@contextmanager
def stack_for_stories(keep: bool, stories: Path) -> Iterator[tuple[Stack, float]]:
    """The stack to play on, and when the command began. `stories`: their folder, for whom one may be afterwards."""
    began = time.monotonic()
    with print_errors(), exit_on_interrupt(exit_code=0 if keep else INTERRUPTED_EXIT_CODE), stack_running() as stack:
        try:
            yield stack, began
        except Exception:
            stack.check_alive()  # a service that died is what to tell, rather than the call that it left unanswered
            raise
        if keep:
            from embedded.identity.people import development_people, print_people  # noqa: PLC0415

            print_people(Console(), stack.console, development_people(stories))
            keep_running(stack)


@contextmanager
def stack_running(program: Program = installed_service, folder: Path = DATA_FOLDER) -> Iterator[Stack]:
    from embedded.identity.people import development_people  # noqa: PLC0415 — the stories are played on a stack

    interrupt_once()
    with Stack(folder, program=program, people=development_people(), say=Console(stderr=True).print) as stack:
        yield stack


@contextmanager
def print_errors() -> Iterator[None]:
    try:
        yield
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error


@contextmanager
def exit_on_interrupt(*, exit_code: int) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as interruption:
        print("Stopped.", file=sys.stderr)
        raise typer.Exit(exit_code) from interruption
