"""Commands on the bundle of a case: `export` and `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import httpx
import typer

from audit.verify import verify_file as verified
from shared.web.auth import RIGHT_HEADER
from shared.web.http import MOTIVE_HEADER


def install(cli: typer.Typer) -> None:
    @cli.command()
    def export(
        case: UUID,
        out: Annotated[Path, typer.Option(help="The file to write; it must not exist")],
        token: Annotated[str, typer.Option(envvar=["DLA_TOKEN", "DLA_SERVICE_TOKEN"], help="Who reads")],
        motive: Annotated[str | None, typer.Option(help="Why, for the access log; auditors say it")] = None,
        right: Annotated[str | None, typer.Option(help="Which right is used, for who holds several")] = None,
        url: Annotated[str, typer.Option(envvar="DLA_AUDIT_URL", help="Where audit answers")] = "http://127.0.0.1:8000",
        sealed: Annotated[
            bool, typer.Option("--sealed", help="Without what sealed values say: the file to keep for archives")
        ] = False,
    ) -> None:
        """Writes a case with its proofs into one file, as far as the reader may see, and verifies it."""
        address = f"{url.rstrip('/')}/api/v1/cases/{case}/bundle" + ("?sealed=true" if sealed else "")
        reader = {"Authorization": f"Bearer {token}"} | ({RIGHT_HEADER: right} if right else {})
        reader |= {MOTIVE_HEADER: quote(motive, safe="")} if motive else {}
        try:
            answer = httpx.get(address, headers=reader, timeout=120, trust_env=False)
        except httpx.HTTPError as error:
            typer.echo(f"{url}: {error}", err=True)
            raise typer.Exit(1) from None
        if answer.is_error:
            typer.echo(f"{url}: {answer.status_code} {answer.text}", err=True)
            raise typer.Exit(1)
        try:
            with out.open("xb") as file:
                file.write(answer.content)
        except OSError as error:
            typer.echo(f"{out}: {error.strerror}; nothing was written", err=True)
            raise typer.Exit(1) from None
        raise typer.Exit(verified(out, []))

    @cli.command()
    def verify(
        file: Path,
        key: Annotated[
            list[str] | None, typer.Option(help="The ledger's key as it was published, or a file that holds it")
        ] = None,
        witness: Annotated[
            list[str] | None, typer.Option(help="The key of a witness as it publishes it, or a file that holds some")
        ] = None,
    ) -> None:
        """Verifies a case's file without any service; says what it did not verify, or the first thing wrong."""
        raise typer.Exit(verified(file, key or [], witness or []))
