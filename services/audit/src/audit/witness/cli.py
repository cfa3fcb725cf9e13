"""What does whoever runs a witness type? Nothing of it needs a database, a broker or a service."""

from __future__ import annotations

import logging
import time

import typer
import uvicorn

from audit.witness.cosigning import CheckpointWitness
from audit.witness.settings import WitnessSettings
from audit.witness.store import Store, StoreUnusable
from audit.witness.store import create_store as begun
from audit.witness.web import build_web
from shared.settings import Misconfigured, load_settings

witness = typer.Typer(
    no_args_is_help=True, help="Cosigns the checkpoints of other organisations' logs, and never two histories of one."
)


@witness.command()
def begin() -> None:
    """Makes the empty store of a new witness, once, and says the key to publish. A lost store is not begun anew with
    the same key: that witness would cosign what it had cosigned otherwise."""
    settings = _settings()
    try:
        new = begun(settings.store)
    except (StoreUnusable, OSError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{settings.store} is {'empty' if new else 'there already'}; the witness's key is", err=True)
    typer.echo(settings.cosigner().witness)


@witness.command()
def serve() -> None:
    """Answers add-checkpoint until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = _settings()
    cosigner = settings.cosigner()
    try:
        with Store(settings.store, cosigner.witness_key) as store:
            witnessing = CheckpointWitness(cosigner, settings.known(), store, lambda: int(time.time()))
            uvicorn.run(
                build_web(witnessing, store), host=settings.host, port=settings.port, log_config=None, access_log=False
            )
    except StoreUnusable as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


def _settings() -> WitnessSettings:
    try:
        return load_settings(WitnessSettings)
    except Misconfigured as missing:
        typer.echo("\n".join(missing.faults), err=True)
        raise typer.Exit(2) from None
