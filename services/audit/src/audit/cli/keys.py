"""Commands on the key that signs the ledger: `keygen` and `replace-key`."""

from __future__ import annotations

import os
import secrets
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from audit import key_succession
from audit.ledger.french import in_french
from audit.ledger.settings import LedgerSettings
from audit.ledger.signing import SigningRefused
from audit.tlog import VerificationError
from shared.runtime import Service, settings_for
from shared.settings import Misconfigured, load_settings


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def keygen(file: Annotated[Path, typer.Argument(help="File to write; it must not exist")]) -> None:
        """Make the key that signs the ledger, in a file that only its owner can read. Back it up: there is no copy."""
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            typer.echo(f"{file}: {error.strerror}; no key was made", err=True)
            raise typer.Exit(1) from None
        with os.fdopen(descriptor, "w") as key:
            key.write(b64encode(secrets.token_bytes(32)).decode() + "\n")
        typer.echo(f"{file}: set DLA_AUDIT_LEDGER_KEY_FILE to it, and DLA_AUDIT_LEDGER_ORIGIN to the ledger's name")

    @cli.command()
    def replace_key(
        old: Annotated[str, typer.Option("--from", help="The key that signed so far, as it is published")],
        reason: Annotated[str, typer.Option(help="Why the key changes; published for ever")],
        old_key_file: Annotated[Path | None, typer.Option(help="The old key itself, if it still exists")] = None,
        old_checkpoint_file: Annotated[
            Path | None, typer.Option(help="The checkpoint file of the old key, if it still exists")
        ] = None,
    ) -> None:
        """Sign with a new key, the one that DLA_AUDIT_LEDGER_KEY_FILE names: check the whole ledger, sign the same
        tree, and publish the succession. The old key may be lost."""
        try:
            settings = load_settings(LedgerSettings)
        except Misconfigured as missing:
            typer.echo("\n".join(missing.faults), err=True)
            raise typer.Exit(2) from None
        with closing(service.application(settings_for(service))) as app:
            try:
                succession = key_succession.replace_key(app, settings, old, reason, old_key_file, old_checkpoint_file)
            except (key_succession.SuccessionRefused, SigningRefused, VerificationError, ValueError) as error:
                cause = in_french(error) if isinstance(error, VerificationError) else error
                typer.echo(f"Rien n’a été signé\u00a0: {cause}", err=True)
                raise typer.Exit(1) from None
        typer.echo(f"{succession.new} succède à {succession.old}, à partir de {succession.checkpoint.size} lignes.")
        if not succession.signed_by_old:
            typer.echo(
                "L’ancienne clé n’a pas signé cette succession\u00a0: publiez la nouvelle là où l’ancienne l’était, car"
                " rien d’autre ne les relie pour qui vérifie.",
                err=True,
            )
        if old_checkpoint_file is None and settings.checkpoint_file is None:
            typer.echo(
                "Aucun point de contrôle retenu hors de la base n’a été comparé\u00a0: si la base est plus ancienne que"
                " ce qui a été signé, seul un témoin, ou qui tient un ancien point de contrôle, le verra.",
                err=True,
            )
