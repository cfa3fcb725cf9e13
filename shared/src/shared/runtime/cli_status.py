"""The command `status`: how the service is, from its tables. It needs the database, and no process that runs."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Annotated, Any

import typer
from rich.console import Console

from shared.eventlog import DATABASE_ERRORS
from shared.health import StatusReader, status_document
from shared.health.terminal import show
from shared.runtime.cli_settings import settings_for
from shared.runtime.service import Service

EXIT_HURTS, EXIT_UNREADABLE = 1, 3


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def status(
        watch: Annotated[bool, typer.Option("--watch", help="Show it anew every two seconds, until Ctrl-C")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="As one JSON document")] = False,
    ) -> None:
        """Show the relay, lag, projections, deadlines and parked cases of this service, what hurts and what to do.

        Exits with 1 when something hurts, with 3 when the database does not answer."""
        with closing(service.application(settings_for(service))) as app:
            reader = service.status_reader(app)
            if as_json:
                document = _read(reader)
                typer.echo(json.dumps(document, ensure_ascii=False))
                raise typer.Exit(
                    EXIT_HURTS if document.get("faults") else EXIT_UNREADABLE if "error" in document else 0
                )
            if not show(lambda: [_read(reader)], Console(), watch=watch, detailed=True):
                raise typer.Exit(EXIT_HURTS)


def _read(reader: StatusReader) -> dict[str, Any]:
    try:
        return status_document(reader.read())
    except DATABASE_ERRORS as error:
        return {"service": reader.app.service, "error": f"its database does not answer ({type(error).__name__})"}
