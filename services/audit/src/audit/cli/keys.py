"""Commands on the key that signs the ledger: `keygen` and `succeed`."""

from __future__ import annotations

import os
import secrets
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from audit.key_succession import SuccessionRefused, replace_key
from audit.ledger.settings import LedgerSettings
from audit.ledger.signing import SigningRefused
from audit.tlog import VerificationError
from shared.runtime import Service, settings_for
from shared.settings import Misconfigured, load_settings


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def keygen(file: Annotated[Path, typer.Argument(help="Where the key is kept; it must not exist")]) -> None:
        """Makes the key that signs the ledger, in a file that only its owner reads. Back it up: it is nowhere else."""
        try:
            made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            typer.echo(f"{file}: {error.strerror}; no key was made", err=True)
            raise typer.Exit(1) from None
        with os.fdopen(made, "w") as key:
            key.write(b64encode(secrets.token_bytes(32)).decode() + "\n")
        typer.echo(f"{file}: set DLA_AUDIT_LEDGER_KEY_FILE to it, and DLA_AUDIT_LEDGER_ORIGIN to the ledger's name")

    @cli.command()
    def succeed(
        old: Annotated[str, typer.Option("--from", help="The key that signed so far, as it is published")],
        motive: Annotated[str, typer.Option(help="Why the key changes; published for ever")],
        old_key_file: Annotated[Path | None, typer.Option(help="The old key itself, if it still exists")] = None,
        old_memory: Annotated[
            Path | None, typer.Option(help="The checkpoint that was remembered beside the old key, if it still exists")
        ] = None,
    ) -> None:
        """Has the key that DLA_AUDIT_LEDGER_KEY_FILE names take over from the one that signed so far, which is lost or
        replaced: the whole ledger is checked, then the same tree is signed, and the succession published."""
        try:
            settings = load_settings(LedgerSettings)
        except Misconfigured as missing:
            typer.echo("\n".join(missing.faults), err=True)
            raise typer.Exit(2) from None
        with closing(service.application(settings_for(service))) as app:
            try:
                done = replace_key(app, settings, old, motive, old_key_file, old_memory)
            except (SuccessionRefused, SigningRefused, VerificationError, ValueError) as error:
                typer.echo(f"Rien n’a été signé\u00a0: {error}", err=True)
                raise typer.Exit(1) from None
        typer.echo(f"{done.new} succède à {done.old}, à partir de {done.checkpoint.size} lignes.")
        if not done.by_old:
            typer.echo(
                "L’ancienne clé n’a pas signé cette succession\u00a0: publiez la nouvelle là où l’ancienne l’était, car"
                " rien d’autre ne les relie pour qui vérifie.",
                err=True,
            )
        if old_memory is None and settings.memory is None:
            typer.echo(
                "Aucun point de contrôle retenu hors de la base n’a été comparé\u00a0: si la base est plus ancienne que"
                " ce qui a été signé, seul un témoin, ou qui tient un ancien point de contrôle, le verra.",
                err=True,
            )
