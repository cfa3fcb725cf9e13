"""What does an operator type, beside what every service understands?"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer

from intake.domain.register import register
from intake.domain.register.commands import GrantRight
from shared.decider import Actor, Refused, Role
from shared.program import settings_of
from shared.service import Service
from shared.web.tokens import pseudonym

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


def _day(said: datetime | None) -> date | None:
    return said.date() if said else None
