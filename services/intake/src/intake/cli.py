"""Commands of `dla-intake` in addition to those of every service: register, what-if, territories, retention."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from intake.bootstrap import Deployment
from intake.domain.register.rights import GrantRight
from intake.domain.retention import RetentionClass
from intake.operations import criteria_simulation, retention, territorial_rights
from intake.reference.files import read_criteria
from shared.kernel import Actor, Refused, Role, paris_date
from shared.runtime import Service, settings_for
from shared.temporal import PastBusy, ReportFormat, format_report
from shared.web.identity import pseudonym

OPERATOR = Actor("operator", Role.OPS)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def add_commands(cli: typer.Typer, service: Service, deployment: Deployment) -> None:
    _add_register(cli, service, deployment)
    _add_what_if(cli, service, deployment)
    _add_territories(cli, service, deployment)
    _add_retention(cli, service, deployment)


def _add_register(cli: typer.Typer, service: Service, deployment: Deployment) -> None:
    @cli.command("register")
    def grant_right(
        role: Annotated[Role, typer.Option(help="What they may do")],
        reason: Annotated[str, typer.Option(help="Why it is given, for the history")],
        subject: Annotated[str | None, typer.Option(help="Who, as the identity provider's tokens say")] = None,
        issuer: Annotated[
            str | None, typer.Option(help="Whose tokens those are: DLA_ISSUER, or DLA_SECOND_ISSUER")
        ] = None,
        identity: Annotated[UUID | None, typer.Option(help="Who, as GET /api/v1/me says")] = None,
        unit: Annotated[str | None, typer.Option(help="For which they work, such as dla-44")] = None,
        units: Annotated[list[str] | None, typer.Option(help="Which their territory covers; repeatable")] = None,
        territories: Annotated[
            list[str] | None,
            typer.Option("--territory", help="A department's code or a region's name, for its units; repeatable"),
        ] = None,
        since: Day = None,
        until: Day = None,
        name: Annotated[str | None, typer.Option(help="To recognise them; it is stored encrypted")] = None,
    ) -> None:
        """Gives a right: the first one, to the person who gives the others, or that of a program."""
        if (subject is None) == (identity is None):
            raise typer.BadParameter("say who: either --subject or --identity")
        settings = settings_for(service)
        if issuer not in (None, *(each.issuer for each in settings.trusted_issuers)):
            raise typer.BadParameter("--issuer is neither DLA_ISSUER nor DLA_SECOND_ISSUER")
        if subject is not None:
            key = settings.identity_key.get_secret_value()
            identity = UUID(pseudonym(key, issuer or settings.issuer, subject))
        assert identity is not None
        command = GrantRight(
            identity,
            role,
            reason=reason,
            unit=unit,
            units=tuple(units or ()),
            case=None,
            since=_day(since),
            until=_day(until),
            name=name,
            territories=tuple(territories or ()),
        )
        app = service.application(settings)
        try:
            receipt = app.handle(deployment.register, identity, command, app.context(identity, OPERATOR))
        except Refused as refused:
            typer.echo(f"{refused.title}. {refused.detail}", err=True)
            raise typer.Exit(1) from None
        finally:
            app.close()
        typer.echo(f"{identity}: {', '.join(receipt.events) or 'already granted'}")


def _add_what_if(cli: typer.Typer, service: Service, deployment: Deployment) -> None:
    @cli.command("what-if")
    def simulate(
        criteria: Annotated[
            Path, typer.Option(help="A TOML file as DLA_INTAKE_CRITERIA names; its last version is tried")
        ],
        since: Day = None,
        report_format: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Lists the derogations that would be needed, or no longer, under other criteria. It writes nothing."""
        settings = settings_for(service)
        try:
            other = read_criteria(criteria)[-1]
        except ValueError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        app = service.application(settings)
        try:
            requests = list(criteria_simulation.simulate_criteria(app, deployment.reference, other, _day(since)))
        finally:
            app.close()
        rows = [row for _, differences in requests for row in differences]
        typer.echo(format_report(report_format, criteria_simulation.COLUMNS, rows), nl=False)
        typer.echo(f"critères {other.version}\u00a0: {len(requests)} demandes, {len(rows)} différences", err=True)


def _add_territories(cli: typer.Typer, service: Service, deployment: Deployment) -> None:
    @cli.command("territories")
    def renew_territorial_rights(
        act: Annotated[bool, typer.Option("--act", help="Give these rights anew, as the table says now")] = False,
        report_format: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Lists the rights over departments and regions whose units differ from the table of competence."""
        app = service.application(settings_for(service))
        try:
            outdated = territorial_rights.find_outdated_rights(app, deployment.competence)
            rows = [each.row() for each in outdated]
            typer.echo(format_report(report_format, territorial_rights.COLUMNS, rows), nl=False)
            for each in territorial_rights.renew_rights(app, outdated, OPERATOR, deployment) if act else ():
                typer.echo(f"{each.identity}\u00a0: droit donné de nouveau", err=True)
        finally:
            app.close()
        done = "donnés de nouveau" if act else "à donner de nouveau\u202f; rien n’a été fait"
        renew = sum(each.obstacle is None for each in outdated)
        typer.echo(f"{len(outdated)} droits diffèrent de la table de compétence, {renew} {done}", err=True)


def _add_retention(cli: typer.Typer, service: Service, deployment: Deployment) -> None:
    @cli.command("retention")
    def destroy_due_cases(
        act: Annotated[bool, typer.Option("--act", help="Destroy what is past its term; it cannot be undone")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list; the default without --act")] = False,
        only: Annotated[RetentionClass | None, typer.Option("--class", help="Cases of this class only")] = None,
        report_format: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Lists the cases past their retention term, and with --act destroys their keys.

        Exits with 1 while the list of requests is folded anew, after a migration: run it again later."""
        if act and dry_run:
            raise typer.BadParameter("either --dry-run or --act")
        app = service.application(settings_for(service))
        try:
            today = paris_date(app.clock.now())
            retention.require_whole_list(app)
            terms = retention.find_terms(app, deployment.settings)
            terms = [term for term in terms if only in (None, term.retention_class)]
            due = [term for term in terms if term.is_due(today)]
            typer.echo(format_report(report_format, retention.COLUMNS, [term.row(today) for term in terms]), nl=False)
            for term in retention.destroy_cases(app, due, OPERATOR) if act else ():
                typer.echo(f"{term.case}\u00a0: détruit", err=True)
        except PastBusy:
            typer.echo(
                "La liste des demandes est relue depuis le début, comme après une mise à jour\u202f; rien n’a été"
                " détruit. Recommencez quand un processus du rôle `work` l’a terminée.",
                err=True,
            )
            raise typer.Exit(1) from None
        except Refused as refused:
            typer.echo(f"{refused.title}. {refused.detail}", err=True)
            raise typer.Exit(1) from None
        finally:
            app.close()
        done = "détruits" if act else "à détruire\u202f; rien n’a été fait"
        typer.echo(f"{len(terms)} dossiers terminés, {len(due)} {done}", err=True)


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None
