"""What does an operator type, beside what every service understands?"""

from __future__ import annotations

import os
import secrets
from base64 import b64encode
from pathlib import Path
from typing import Annotated

import typer


def install(cli: typer.Typer) -> None:
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
