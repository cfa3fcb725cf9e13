"""What does an operator type, beside what every service understands?"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from intake import bootstrap
from intake.domain.register.commands import GrantRight
from intake.domain.retention import Kept
from intake.operations import criteria_simulation, retention, territorial_rights
from intake.reference import files
from intake.settings import deployment
from shared.kernel import Actor, Refused, Role
from shared.runtime import Service, settings_for
from shared.temporal import ReportFormat, format_report
from shared.web.identity import pseudonym

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
        territories: Annotated[
            list[str] | None,
            typer.Option("--territory", help="A department's code or a region's name, for its units; say it again"),
        ] = None,
        since: Day = None,
        until: Day = None,
        name: Annotated[str | None, typer.Option(help="To recognise them; it is sealed")] = None,
    ) -> None:
        """Gives a right from here: the first one, to whoever gives the others, or that of a program."""
        if (subject is None) == (identity is None):
            raise typer.BadParameter("say who: either --subject or --identity")
        settings = settings_for(service)
        if subject is not None:
            identity = UUID(pseudonym(settings.identity_key.get_secret_value(), settings.issuer, subject))
        assert identity is not None
        over, named = tuple(units or ()), tuple(territories or ())
        asked = GrantRight(
            identity,
            role,
            motive=motive,
            unit=unit,
            units=over,
            case=None,
            since=_day(since),
            until=_day(until),
            name=name,
            territories=named,
        )
        app = service.application(settings)
        try:
            receipt = app.handle(bootstrap.register, identity, asked, app.context(identity, OPERATOR))
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
        shape: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Tells which derogations would be needed, or no longer, under other criteria. It writes nothing."""
        settings = settings_for(service)
        try:
            other = files.criteria(criteria)[-1]
        except ValueError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        app = service.application(settings)
        try:
            found = list(criteria_simulation.rows(app, deployment().reference(), other, _day(since)))
        finally:
            app.close()
        rows = [row for _, differing in found for row in differing]
        typer.echo(format_report(shape, criteria_simulation.COLUMNS, rows), nl=False)
        typer.echo(f"critères {other.version}\u00a0: {len(found)} demandes, {len(rows)} différences", err=True)

    _install_territories(cli, service)
    _install_retention(cli, service)


def _install_territories(cli: typer.Typer, service: Service) -> None:
    @cli.command("territories")
    def followed(
        act: Annotated[bool, typer.Option("--act", help="Give these rights anew, as the table says now")] = False,
        shape: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Tells which rights over departments and regions cover other units than the table of competence says now."""
        app = service.application(settings_for(service))
        try:
            found = territorial_rights.differing(app)
            typer.echo(format_report(shape, territorial_rights.COLUMNS, [each.row() for each in found]), nl=False)
            for each in territorial_rights.renewed(app, found, OPERATOR) if act else ():
                typer.echo(f"{each.identity}\u00a0: droit donné de nouveau", err=True)
        finally:
            app.close()
        done = "donnés de nouveau" if act else "à donner de nouveau\u202f; rien n’a été fait"
        renew = sum(each.obstacle is None for each in found)
        typer.echo(f"{len(found)} droits diffèrent de la table de compétence, {renew} {done}", err=True)


def _install_retention(cli: typer.Typer, service: Service) -> None:
    @cli.command("retention")
    def kept(
        act: Annotated[bool, typer.Option("--act", help="Destroy what is past its term; it cannot be undone")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell; so it is without --act")] = False,
        only: Annotated[Kept | None, typer.Option("--class", help="Dossiers of this class only")] = None,
        shape: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Tells which dossiers are past the time for which they are kept, and with --act destroys their keys."""
        if act and dry_run:
            raise typer.BadParameter("either --dry-run or --act")
        app = service.application(settings_for(service))
        try:
            today = app.clock.now().date()
            found = [term for term in retention.terms(app, deployment()) if only in (None, term.kept)]
            due = [term for term in found if term.due(today)]
            typer.echo(format_report(shape, retention.COLUMNS, [term.row(today) for term in found]), nl=False)
            for term in retention.destroy(app, due, OPERATOR) if act else ():
                typer.echo(f"{term.case}\u00a0: détruit", err=True)
        except Refused as refused:
            typer.echo(f"{refused.title}. {refused.detail}", err=True)
            raise typer.Exit(1) from None
        finally:
            app.close()
        done = "détruits" if act else "à détruire\u202f; rien n’a été fait"
        typer.echo(f"{len(found)} dossiers terminés, {len(due)} {done}", err=True)


def _day(said: datetime | None) -> date | None:
    return said.date() if said else None
