"""Command line of followup, besides the verbs that every service has."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import typer

from followup import schedule_simulation
from followup.settings import load_settings
from shared.runtime import Service, settings_for
from shared.temporal import ReportFormat, format_report

MAX_MONTHS = 60
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Opened or resumed since that day")]


def add_commands(cli: typer.Typer, service: Service) -> None:
    @cli.command("what-if")
    def simulate(
        reviews: Annotated[str, typer.Option(help="Months after the parcours’ end, such as 0,6,18")],
        since: Day = None,
        shape: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Lists the review dates that would differ under another rule. It writes nothing."""
        months = _parse_months(reviews)
        app = service.application(settings_for(service))
        try:
            simulated = list(
                schedule_simulation.simulate(app, load_settings().reviews, months, since.date() if since else None)
            )
        finally:
            app.close()
        rows = [row for _, differences in simulated for row in differences]
        typer.echo(format_report(shape, schedule_simulation.COLUMNS, rows), nl=False)
        typer.echo(f"{len(simulated)} fins de parcours, {len(rows)} différences", err=True)


def _parse_months(option: str) -> set[int]:
    if not re.fullmatch(r"\d{1,2}(,\d{1,2}){0,9}", option):
        raise typer.BadParameter("one to ten numbers of months with commas between them, such as 0,6,18")
    months = [int(number) for number in option.split(",")]
    if len(set(months)) < len(months) or max(months) > MAX_MONTHS:
        raise typer.BadParameter(f"each number of months once, from 0 to {MAX_MONTHS}")
    return set(months)
