"""Commands on the bundle of a case: `export` and `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

import httpx
import typer

from audit.verify import verify_file
from shared.web.auth import RIGHT_HEADER
from shared.web.http import REASON_HEADER


def install(cli: typer.Typer) -> None:
    @cli.command()
    def export(
        case: UUID,
        out: Annotated[Path, typer.Option(help="The file to write; it must not exist")],
        token: Annotated[str, typer.Option(envvar=["DLA_TOKEN", "DLA_SERVICE_TOKEN"], help="Token of the reader")],
        reason: Annotated[str | None, typer.Option(help="Why, for the access log; required of auditors")] = None,
        right: Annotated[str | None, typer.Option(help="Which right to use, for a reader who has several")] = None,
        url: Annotated[str, typer.Option(envvar="DLA_AUDIT_URL", help="Address of audit")] = "http://127.0.0.1:8000",
        sealed: Annotated[
            bool, typer.Option("--sealed", help="Without the plaintext of sealed values: the file for archives")
        ] = False,
    ) -> None:
        """Write the bundle of a case, as far as the reader may see it, and verify it."""
        address = f"{url.rstrip('/')}/api/v1/cases/{case}/bundle" + ("?sealed=true" if sealed else "")
        reader = {"Authorization": f"Bearer {token}"} | ({RIGHT_HEADER: right} if right else {})
        reader |= {REASON_HEADER: quote(reason, safe="")} if reason else {}
        try:
            response = httpx.get(address, headers=reader, timeout=120, trust_env=False)
        except httpx.HTTPError as error:
            typer.echo(f"{url}: {error}", err=True)
            raise typer.Exit(1) from None
        if response.is_error:
            typer.echo(f"{url}: {response.status_code} {response.text}", err=True)
            raise typer.Exit(1)
        try:
            with out.open("xb") as file:
                file.write(response.content)
        except OSError as error:
            typer.echo(f"{out}: {error.strerror}; nothing was written", err=True)
            raise typer.Exit(1) from None
        raise typer.Exit(verify_file(out, []))

    @cli.command()
    def verify(
        file: Path,
        key: Annotated[
            list[str] | None, typer.Option(help="The ledger's published key, or a file that holds it")
        ] = None,
        witness: Annotated[
            list[str] | None, typer.Option(help="The published key of a witness, or a file that holds some")
        ] = None,
    ) -> None:
        """Verify a bundle without any service; print what was not verified, or the first thing wrong."""
        raise typer.Exit(verify_file(file, key or [], witness or []))
