"""`verify-access-log`: names the reads that are missing from the access log."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta

import typer

from shared.access import SealsAltered, VerifiedDay, verify_access_log
from shared.runtime.cli_settings import settings_for
from shared.runtime.service import Service


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command("verify-access-log")
    def verify() -> None:
        """Compare the access log with its seals: one JSON line for each day that is over. Changes nothing.

        The seals are events, to which audit's ledger commits. Exits with 1 when entries were deleted, altered or added
        since, or when a day was not sealed."""
        settings = settings_for(service)
        retention = timedelta(days=settings.access_log_days)
        with closing(service.application(settings)) as app:
            try:
                days = list(verify_access_log(app, service.read_seals(app), retention))
            except SealsAltered as error:
                typer.echo(f"{service.name}: the seals themselves were altered: {error}", err=True)
                raise typer.Exit(1) from None
        for day in days:
            typer.echo(json.dumps(asdict(day), default=str))
        if differing := [day for day in days if not day.matches]:
            for day in differing:
                typer.echo(f"{service.name}: {say_difference(day)}", err=True)
            raise typer.Exit(1)


def say_difference(day: VerifiedDay) -> str:
    if day.sealed is None:
        return f"{day.day} is over and not sealed, {day.found} entries: does a process with the role `work` run?"
    if day.found < day.sealed:
        return f"{day.sealed - day.found} of the {day.sealed} entries of {day.day} are missing"
    if day.found > day.sealed:
        return f"{day.found - day.sealed} entries were added to the {day.sealed} of {day.day}"
    return f"the {day.sealed} entries of {day.day} are not those that were sealed"
