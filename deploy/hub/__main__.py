"""`python -m deploy.hub`: the NATS configuration of a national hub and of a region under it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Annotated

import nkeys
import typer
from rich.console import Console

from deploy.hub import nats_configuration as configuration
from deploy.hub.demo.deployment import NotYet
from deploy.hub.nats_configuration import LEAF_PORT, SEED_VARIABLE, BadInput
from embedded.errors import EmbeddedError
from embedded.processes.interruption import interrupt_once

REGION_OPTION = typer.Option("--region", help="A region and the public key of its leaf, NAME=U…; say it again.")
Certificate = Annotated[str | None, typer.Option(help="Certificate of the hub, as its server finds it.")]
app = typer.Typer(help="The NATS configuration of a national hub, and of a region under it.", no_args_is_help=True)


@app.command()
def key(file: Annotated[Path, typer.Argument(help="Where the seed is kept; it must not exist yet.")]) -> None:
    """Make the key of a region's leaf. The seed stays in the region; the public key, printed, goes to the hub."""
    seed: bytes = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)
    try:
        file.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise _refused(f"{file}: {error.strerror}") from None
    file.write_bytes(seed)
    print(nkeys.from_seed(seed).public_key.decode())
    typer.echo(f"The seed is in {file}: give it to the region's nats-server as {SEED_VARIABLE}.", err=True)


@app.command()
def hub(
    audit: Annotated[str, typer.Option(help="Public key of the audit service.")],
    deployer: Annotated[str, typer.Option(help="Public key of the deploy step.")],
    region: Annotated[list[str], REGION_OPTION],
    name: Annotated[str, typer.Option(help="DLA_REGION of the hub.")] = "national",
    listen: Annotated[str, typer.Option(help="Where regions connect.")] = f"0.0.0.0:{LEAF_PORT}",
    certificate: Certificate = None,
    private_key: Annotated[str | None, typer.Option(help="Its private key, as the server finds it.")] = None,
) -> None:
    """Print what the hub's nats-server includes: its users, accounts, and where regions connect."""
    try:
        if not (certificate and private_key):
            raise BadInput("regions connect over TLS alone: give --certificate and --private-key")
        tls = {"cert_file": certificate, "key_file": private_key}
        regions = _read_regions(region)
        print(configuration.hub_authorization(name, regions, audit=audit, deployer=deployer), end="")
        print(configuration.hub_leaf_listener(listen, tls), end="")
    except BadInput as error:
        raise _refused(str(error)) from None


@app.command()
def region(
    name: Annotated[str, typer.Argument(help="DLA_REGION of the region.")],
    hub: Annotated[str, typer.Option(help=f"Where the hub is, like tls://hub.example.fr:{LEAF_PORT}.")],
    authority: Annotated[str | None, typer.Option(help="Authority of the hub's certificate, as a file.")] = None,
) -> None:
    """Print what a region's nats-server includes: its connection with the hub."""
    try:
        print(configuration.region_leaf(name, hub, authority), end="")
    except BadInput as error:
        raise _refused(str(error)) from None


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where the servers keep their data; it must not exist yet.")],
    cases: Annotated[int, typer.Option(min=1, max=100, help="In each region, before the cut and during it.")] = 4,
) -> None:
    """Run a hub and two regions here, cut one of them off, and show what holds. Exit code 1 when something does not."""
    from deploy.hub.demo.run import Demonstration, print_promises  # noqa: PLC0415  the other commands start without it

    if folder.exists():
        raise _refused(f"{folder} exists already")
    os.environ["DLA_MODE"] = "development"
    interrupt_once()
    try:
        promises = Demonstration(folder, cases, Console(stderr=True).print).run()
    except (EmbeddedError, NotYet) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    print_promises(Console(), promises)
    raise typer.Exit(0 if all(each.holds for each in promises) else 1)


def _read_regions(given: list[str]) -> dict[str, str]:
    regions: dict[str, str] = {}
    for each in given:
        name, separator, public_key = each.partition("=")
        if not separator:
            raise BadInput(f"“{each}” is not of the form NAME=U…")
        if name in regions:
            raise BadInput(f"the region {name} is given twice")
        regions[name] = public_key
    return regions


def _refused(why: str) -> typer.Exit:
    typer.echo(why, err=True)
    return typer.Exit(2)


if __name__ == "__main__":
    app()
