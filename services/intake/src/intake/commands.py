"""What does an operator type, beside what every service understands?"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from intake import files, what_if
from intake.domain.register import register
from intake.domain.register.commands import GrantRight
from intake.settings import deployment
from shared.decider import Actor, Refused, Role
from shared.program import settings_of
from shared.service import Service
from shared.web.tokens import pseudonym
from shared.what_if import Format, written

OPERATOR = Actor("operator", Role.OPS)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command("register")
    def give(
        role: Annotated[Role, typer.Option(help="What they may do")],
        motive: Annotated[str, typer.Option(help="Why it is given, for the history")],
        subject: Annotated[str | None, typer.Option(help="Who, as the identity provider's tokens say")] = None,
        identity: Annotated[UUID | None, typer.Option(help="Who, as GET /api/v1/me says")] = None,
        unit: Annotated[str | None, typer.Option(help="For which they work, such as dla-44")] = None,
        units: Annotated[list[str] | None, typer.Option(help="Which their territory covers; say it again")] = None,
        since: Day = None,
        until: Day = None,
        name: Annotated[str | None, typer.Option(help="To recognise them; it is sealed")] = None,
    ) -> None:
        """Gives a right from here: the first one, to whoever gives the others, or that of a program."""
        if (subject is None) == (identity is None):
            raise typer.BadParameter("say who: either --subject or --identity")
        settings = settings_of(service)
        if subject is not None:
            identity = UUID(pseudonym(settings.identity_key.get_secret_value(), settings.issuer, subject))
        assert identity is not None
        asked = GrantRight(identity, role, motive, unit, tuple(units or ()), None, _day(since), _day(until), name)
        app = service.application(settings)
        try:
            receipt = app.handle(register.decider, identity, asked, app.context(identity, OPERATOR))
        except Refused as refused:
            typer.echo(f"{refused.title}. {refused.detail}", err=True)
            raise typer.Exit(1) from None
        finally:
            app.close()
        typer.echo(f"{identity}: {', '.join(receipt.events) or 'held already'}")

    @cli.command("what-if")
    def tried(
        criteria: Annotated[
            Path, typer.Option(help="A TOML file as DLA_INTAKE_CRITERIA names; its last version is tried")
        ],
        since: Day = None,
        shape: Annotated[Format, typer.Option("--format")] = Format.TABLE,
    ) -> None:
        """Tells which derogations would be needed, or no longer, under other criteria. It writes nothing."""
        settings = settings_of(service)
        try:
            other = files.criteria(criteria)[-1]
        except ValueError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        app = service.application(settings)
        try:
            found = list(what_if.rows(app, deployment().reference(), other, _day(since)))
        finally:
            app.close()
        rows = [row for _, differing in found for row in differing]
        typer.echo(written(shape, what_if.COLUMNS, rows), nl=False)
        typer.echo(f"critères {other.version}\u00a0: {len(found)} demandes, {len(rows)} différences", err=True)


def _day(said: datetime | None) -> date | None:
    return said.date() if said else None
