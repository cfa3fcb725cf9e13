"""What does an operator type, beside what every service understands?"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

import typer

from followup import what_if
from followup.reactions import settings
from shared.runtime import Service, settings_for
from shared.temporal import ReportFormat, format_report

LONGEST = 60
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Heard of since that day")]


def add_commands(cli: typer.Typer, service: Service) -> None:
    @cli.command("what-if")
    def tried(
        reviews: Annotated[str, typer.Option(help="Months after the parcours’ end, such as 0,6,18")],
        since: Day = None,
        shape: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TABLE,
    ) -> None:
        """Tells which review dates would differ by another rule. It writes nothing."""
        months = _months(reviews)
        app = service.application(settings_for(service))
        try:
            found = list(what_if.rows(app, settings.reviews, months, since.date() if since else None))
        finally:
            app.close()
        rows = [row for _, differing in found for row in differing]
        typer.echo(format_report(shape, what_if.COLUMNS, rows), nl=False)
        typer.echo(f"{len(found)} fins de parcours, {len(rows)} différences", err=True)


def _months(told: str) -> set[int]:
    if not re.fullmatch(r"\d{1,2}(,\d{1,2}){0,9}", told):
        raise typer.BadParameter("one to ten numbers of months with commas between them, such as 0,6,18")
    months = [int(each) for each in told.split(",")]
    if len(set(months)) < len(months) or max(months) > LONGEST:
        raise typer.BadParameter(f"each number of months once, from 0 to {LONGEST}")
    return set(months)
