"""Commands of a witness. None of them needs a database, a broker or a service."""

from __future__ import annotations

import time
from contextlib import suppress

import typer
import uvicorn

from audit.witness.cosigning import CheckpointWitness
from audit.witness.settings import WitnessSettings
from audit.witness.store import Store, StoreUnusable, create_store
from audit.witness.web import build_web
from shared.settings import Misconfigured, load_settings
from shared.telemetry import configure_logs
from shared.web.limits import KEEP_ALIVE_SECONDS, Server

witness = typer.Typer(
    no_args_is_help=True, help="Cosign the checkpoints of other organisations' logs, and never two histories of one."
)


@witness.command()
def init() -> None:
    """Make the empty store of a new witness, once, and print the key to publish. After a lost store, never use the
    same key again: that witness might cosign another history."""
    settings = _settings()
    try:
        is_new = create_store(settings.store)
    except (StoreUnusable, OSError) as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{settings.store} is {'empty' if is_new else 'there already'}; the witness's key is", err=True)
    typer.echo(settings.cosigner().witness_key)


@witness.command()
def serve() -> None:
    """Serve add-checkpoint until SIGTERM."""
    configure_logs()
    settings = _settings()
    cosigner = settings.cosigner()
    try:
        with Store(settings.store, cosigner.witness_key) as store:
            checkpoint_witness = CheckpointWitness(cosigner, settings.log_keys(), store, lambda: int(time.time()))
            config = uvicorn.Config(
                build_web(checkpoint_witness, store),
                host=settings.host,
                port=settings.port,
                workers=1,  # and not WEB_CONCURRENCY
                proxy_headers=False,  # nor FORWARDED_ALLOW_IPS
                log_config=None,
                access_log=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
            )
            server = Server(config, drain_seconds=0)
            with suppress(KeyboardInterrupt):
                server.run()
        if not server.started:
            raise typer.Exit(1)
    except StoreUnusable as error:
        typer.echo(error, err=True)
        raise typer.Exit(1) from None


def _settings() -> WitnessSettings:
    try:
        return load_settings(WitnessSettings)
    except Misconfigured as error:
        typer.echo("\n".join(error.faults), err=True)
        raise typer.Exit(2) from None
