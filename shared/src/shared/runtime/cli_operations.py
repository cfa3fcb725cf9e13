"""Commands for operators: parked events, restored databases, and the replacement of the sealing key."""

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
    ForeignContent,
    Inbox,
    NotFollowed,
    check_reason,
    effects_without_cause,
    find_restored_log,
    follow_restored,
    lift_halt,
    resume_publisher,
)
from shared.runtime.cli_settings import settings_for, settings_of_owner
from shared.runtime.service import Service
from shared.settings import OwnerSettings


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command("rewrap-keys")
    def rewrap() -> None:
        """Wrap the data keys of DLA_FORMER_SEALING_KEY under DLA_SEALING_KEY, while the service runs with both.

        When interrupted, run it again. Exits with 2 without a former key, with 1 at a data key that neither opens."""
        settings = settings_for(service)
        if settings.former_sealing_key is None:
            typer.echo("DLA_FORMER_SEALING_KEY is not set: there is no key to replace", err=True)
            raise typer.Exit(2)
        seen = done = 0
        with closing(service.application(settings)) as app:
            try:
                for step in rewrap_keys(app):
                    seen, done = step
                    typer.echo(f"{seen} keys read", err=True)
            except ValueError as error:
                typer.echo(f"after {seen} keys: {error}", err=True)
                raise typer.Exit(1) from None
        typer.echo(
            f"{service.name}: {done} of {seen} keys were wrapped anew; none needs DLA_FORMER_SEALING_KEY any more"
        )

    @cli.command("declare-restored")
    def declare_restored_log() -> None:
        """Declare that the database was restored from a back-up, before the service serves again.

        From here on its log is another history, under a new id. The services that receive from it stop, and go on by
        `follow-restored`. Needs DLA_DATABASE_OWNER_URL. Exits with 1 while anything is connected to the database."""
        settings, owner = settings_of_owner(service, OwnerSettings)
        url = owner.database_owner_url or settings.database_url
        try:
            position, new = declare_restored(url.get_secret_value(), lambda: service.application(settings, url))
        except ServiceStillRunning as error:
            typer.echo(f"{service.name} {error}: stop it first", err=True)
            raise typer.Exit(1) from None
        state = "is now" if new else "was declared already, and nothing was recorded since:"
        typer.echo(f"{service.name} {state} another history after position {position}")
        typer.echo("the services that receive from it go on by `follow-restored`")

    @cli.command("list-parked")
    def list_parked() -> None:
        """List the cases whose events are parked, one JSON line each."""
        with _inbox(service) as inbox:
            for case in inbox.parking.cases():
                typer.echo(json.dumps(asdict(case), default=str, ensure_ascii=False))

    @cli.command("replay-parked")
    def replay_parked(publisher: str, case: UUID) -> None:
        """Apply the parked events of a case, in order, once the cause of the failure is mended."""
        with _inbox(service) as inbox:
            typer.echo(f"{inbox.parking.replay(publisher, case)} events replayed")

    _install_resume(cli, service)
    if not service.reactions.reads_whole_logs:  # audit first compares with its ledger, in a command of its own
        _install_follow(cli, service)

    @cli.command("skip-parked")
    def skip_parked(
        publisher: str, case: UUID, reason: Annotated[str, typer.Option(help="Why the event is given up")]
    ) -> None:
        """Give up the first parked event of a case. It is kept, with the reason."""
        with _inbox(service) as inbox:
            if not inbox.parking.skip(publisher, case, reason):
                typer.echo("nothing of this publisher is parked for this case", err=True)
                raise typer.Exit(1)


def _install_resume(cli: typer.Typer, service: Service) -> None:
    @cli.command("resume-publisher")
    def resume(
        publisher: Annotated[str, typer.Argument(help="The service that spoke for another")],
        reason: Annotated[str, typer.Option(help="What was found and mended; kept with why it was halted")],
    ) -> None:
        """Apply the events of a service again that was halted because it spoke for another service.

        First find out who wrote that, and mend the service and its keys: if it speaks for another again, it is halted
        again. Exits with 1 when it is not halted for that."""
        with closing(service.application(settings_for(service))) as app:
            try:
                halted = resume_publisher(app, publisher, check_reason(reason))
            except NotFollowed as error:
                typer.echo(f"Rien n’a changé\u00a0: {error}", err=True)
                raise typer.Exit(1) from None
        if halted is None:
            typer.echo(f"{publisher} n’est pas arrêté pour avoir parlé au nom d’un autre.", err=True)
            raise typer.Exit(1)
        typer.echo(f"{service.name} lit de nouveau {publisher}. Il était arrêté\u00a0: {halted}", err=True)


def _install_follow(cli: typer.Typer, service: Service) -> None:
    @cli.command("follow-restored")
    def follow(
        publisher: Annotated[str, typer.Argument(help="The service whose log was restored from a back-up")],
        reason: Annotated[str, typer.Option(help="Why; without it nothing changes, and the losses are listed")] = "",
        by: Annotated[str, typer.Option(help="Who decides it; encrypted in the event")] = "",
    ) -> None:
        """Follow a restored service again, from the position where its log became another history.

        Lists the losses first: one JSON line for each event of this service whose cause is gone; the event itself
        stays. A publisher that was halted, and sends the log again that is followed, is read again; nothing is lost.
        Exits with 1 when nothing has changed, with 3 when the feed cannot be read."""
        settings = settings_for(service)
        with closing(service.application(settings)) as app, closing(service.feed(settings)) as feed:
            try:
                if reason and (halted := lift_halt(app, feed, publisher, reason)):
                    typer.echo(
                        f"{service.name} lit de nouveau {publisher}, dans le journal qu’il suit. Il était"
                        f" arrêté\u00a0: {halted}",
                        err=True,
                    )
                    return
                restored = find_restored_log(app, feed, publisher)
                for effect in effects_without_cause(app, feed, service.reactions.publishers):
                    typer.echo(json.dumps(asdict(effect), default=str))
                typer.echo(
                    f"{publisher} a été restauré jusqu’à la position {restored.since}\u202f; {restored.lost_count} des"
                    f" événements que {service.name} avait reçus ne sont plus dans son journal.",
                    err=True,
                )
                follow_restored(app, restored, by or getpass.getuser(), reason)
            except (NotFollowed, FeedUnavailable, ForeignContent) as error:
                typer.echo(f"Rien n’a changé\u00a0: {error}", err=True)
                raise typer.Exit(1 if isinstance(error, NotFollowed) else 3) from None
        typer.echo(f"{service.name} suit de nouveau {publisher}, dans le journal {restored.new_log}.", err=True)


@contextmanager
def _inbox(service: Service) -> Iterator[Inbox]:
    settings = settings_for(service)
    app = service.application(settings)
    try:
        yield Inbox(app, service.reactions, service.feed(settings))
    finally:
        app.close()
