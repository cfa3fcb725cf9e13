"""What does an operator type now and then? What waits to be mended, and another key for what is sealed."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer

from shared.eventlog import ServiceStillRunning, declare_restored, rewrap_keys
from shared.messaging import (
    FeedUnavailable,
    Inbox,
    NotFollowed,
    effects_without_cause,
    find_restored_log,
    follow_restored,
)
from shared.runtime.cli_settings import settings_for
from shared.runtime.service import Service


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def rewrap() -> None:
        """Wraps what DLA_FORMER_SEALING_KEY wraps under DLA_SEALING_KEY, while the service runs with both; broken off,
        it is run again. Ends with 2 without a former key, and with 1 at a key that neither opens."""
        settings = settings_for(service)
        if settings.former_sealing_key is None:
            typer.echo("DLA_FORMER_SEALING_KEY is not set: there is no other key to leave", err=True)
            raise typer.Exit(2)
        seen = done = 0
        with closing(service.application(settings)) as app:
            try:
                for step in rewrap_keys(app):
                    seen, done = step
                    typer.echo(f"{seen} keys looked at", err=True)
            except ValueError as error:
                typer.echo(f"after {seen} keys: {error}", err=True)
                raise typer.Exit(1) from None
        typer.echo(
            f"{service.name}: {done} of {seen} keys were wrapped anew, and none needs DLA_FORMER_SEALING_KEY any more"
        )

    @cli.command()
    def restored() -> None:
        """After its database was restored from a back-up, and before it serves again: from here on its log is another
        history. Whoever hears it stops, and goes on by `follow`. Ends with 1 while anything is connected to it."""
        settings = settings_for(service)
        try:
            url = settings.database_url.get_secret_value()
            position, new = declare_restored(url, lambda: service.application(settings))
        except ServiceStillRunning as error:
            typer.echo(f"{service.name} {error}: stop it first", err=True)
            raise typer.Exit(1) from None
        said = "is told from now on to be" if new else "was declared already to be, and nothing was recorded since:"
        typer.echo(f"{service.name} {said} another history after position {position}; the others go on by `follow`")

    @cli.command()
    def parked() -> None:
        """Lists the cases that wait for an event to be mended, one JSON line each."""
        with _inbox(service) as inbox:
            for case in inbox.parking.cases():
                typer.echo(json.dumps(asdict(case), default=str, ensure_ascii=False))

    @cli.command()
    def replay(publisher: str, case: UUID) -> None:
        """Has the effects of a parked case's events, in order, once what failed is mended."""
        with _inbox(service) as inbox:
            typer.echo(f"{inbox.parking.replay(publisher, case)} events replayed")

    if not service.reactions.reads_whole_logs:  # else it compares more than numbers first, by a command of its own
        _installed_follow(cli, service)

    @cli.command()
    def skip(publisher: str, case: UUID, motive: Annotated[str, typer.Option(help="Why it is given up")]) -> None:
        """Gives up the first parked event of a case; it is kept, with the motive."""
        with _inbox(service) as inbox:
            if not inbox.parking.skip(publisher, case, motive):
                typer.echo("nothing of this publisher is parked for this case", err=True)
                raise typer.Exit(1)


def _installed_follow(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def follow(
        publisher: Annotated[str, typer.Argument(help="The service whose log was restored from a back-up")],
        motive: Annotated[str, typer.Option(help="Why; without it nothing changes, and what is lost is told")] = "",
        by: Annotated[str, typer.Option(help="Who decides it; sealed in the event")] = "",
    ) -> None:
        """Hears a restored service again from where its log is another history. Names first what is lost: one JSON line
        for each event here whose cause is gone; it stays. Ends with 1 when nothing has changed, 3 without a feed."""
        settings = settings_for(service)
        with closing(service.application(settings)) as app, closing(service.feed(settings)) as feed:
            try:
                found = find_restored_log(app, feed, publisher)
                for effect in effects_without_cause(app, feed, service.reactions.publishers):
                    typer.echo(json.dumps(asdict(effect), default=str))
                typer.echo(
                    f"{publisher} a été restauré jusqu’à la position {found.since}\u202f; {found.lost_count} des"
                    f" événements que {service.name} avait reçus ne sont plus dans son journal.",
                    err=True,
                )
                follow_restored(app, found, by or getpass.getuser(), motive)
            except (NotFollowed, FeedUnavailable) as error:
                typer.echo(f"Rien n’a changé\u00a0: {error}", err=True)
                raise typer.Exit(3 if isinstance(error, FeedUnavailable) else 1) from None
        typer.echo(f"{service.name} suit de nouveau {publisher}, dans le journal {found.new_log}.", err=True)


@contextmanager
def _inbox(service: Service) -> Iterator[Inbox]:
    settings = settings_for(service)
    app = service.application(settings)
    try:
        yield Inbox(app, service.reactions, service.feed(settings))
    finally:
        app.close()
