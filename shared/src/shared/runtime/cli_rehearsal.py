"""`rehearse`: what an upgrade would change, on the deployment's own history."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shared.eventlog import ServiceApplication
from shared.runtime.cli_settings import settings_for
from shared.runtime.rehearsal import (
    Declared,
    DeclaredBadly,
    Fact,
    FactDifference,
    LogGrows,
    RecordDamaged,
    compare,
    count_steps,
    folded_rows,
    gather_facts,
    heading_of,
    read_declared,
    read_record,
    stored_rows,
    write_record,
)
from shared.runtime.service import Service

READ_ONLY = "-c default_transaction_read_only=on"


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command("rehearse")
    def rehearse(
        record: Annotated[
            Path | None, typer.Option(help="Write here what this version makes of the log, for the next one to compare")
        ] = None,
        against: Annotated[
            Path | None, typer.Option(help="Compare with what another version wrote on the same log")
        ] = None,
        declared: Annotated[
            Path | None, typer.Option(help="A TOML file of the differences that the release means to make")
        ] = None,
    ) -> None:
        """Replay the whole log under this version, and name each difference: one JSON line for each state, decision on
        access, document, projected row and integration event that is another. Changes nothing: its connections are
        read-only.

        On a copy of the database, in which nothing is recorded. Without an option it compares the projected rows with
        those that are kept, and names what fails. Exits with 1 at a failure or at a difference that is not declared,
        with 2 when a file cannot be used or the log grows meanwhile."""
        if record and (against or declared):
            _refuse("--record writes a record; --against and --declared compare with one")
        try:
            expected = read_declared(declared) if declared else []
            with closing(_read_only(service)) as app:
                if record:
                    _record(service, app, record)
                else:
                    _compare(service, app, against, expected)
        except (DeclaredBadly, RecordDamaged, LogGrows, OSError) as error:
            _refuse(str(error))


def _refuse(reason: str) -> None:
    typer.echo(reason, err=True)
    raise typer.Exit(2)


def _read_only(service: Service) -> ServiceApplication:
    settings = settings_for(service)
    url = settings.database_url.get_secret_value()
    options = f"{conninfo_to_dict(url).get('options') or ''} {READ_ONLY}".strip()
    return service.application(settings, SecretStr(make_conninfo(url, options=options)))


def _facts(service: Service, app: ServiceApplication) -> Iterator[Fact]:
    shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*shown, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(service.name, total=count_steps(app))
        yield from gather_facts(service, app, lambda done: progress.advance(task, done))


def _record(service: Service, app: ServiceApplication, file: Path) -> None:
    failures = list[Fact]()

    def noted() -> Iterator[Fact]:
        for fact in _facts(service, app):
            if fact.error:
                failures.append(fact)
            yield fact

    heading = heading_of(app)
    number = write_record(file, heading, noted())
    typer.echo(f"{service.name}: {number} facts of {heading.position} events in {file}", err=True)
    if failures:
        for fact in failures:
            typer.echo(json.dumps(asdict(fact), ensure_ascii=False))
        typer.echo(f"{len(failures)} of them fail under this version", err=True)
        raise typer.Exit(1)


def _compare(service: Service, app: ServiceApplication, against: Path | None, declared: list[Declared]) -> None:
    changed, meant = Counter[str](), Counter[str]()
    differences = [_differences_of_stored_rows(service, app, declared)]
    if against:
        differences.append(compare(read_record(against, heading_of(app)), _facts(service, app), declared))
    else:
        failing = (fact for fact in _facts(service, app) if fact.error)
        differences.append(compare((), failing))
    for each in (difference for found in differences for difference in found):
        typer.echo(json.dumps(asdict(each), ensure_ascii=False))
        (meant if each.because else changed)[f"{each.kind} {each.name} {each.change}".replace("  ", " ")] += 1
    for heading, counted in (("declared", meant), ("NOT DECLARED", changed)):
        for what, number in counted.most_common():
            typer.echo(f"{heading}: {number} × {what}", err=True)
    if changed:
        raise typer.Exit(1)
    typer.echo(f"{service.name}: nothing differs that is not declared", err=True)


def _differences_of_stored_rows(
    service: Service, app: ServiceApplication, declared: Iterable[Declared]
) -> Iterator[FactDifference]:
    """Of the rows that the running version keeps, where it has read the whole log."""
    end = app.recorder.max_notification_id() or 0
    for projection in sorted(service.projections, key=lambda each: each.name):
        stored = stored_rows(app, projection)
        if stored is None:
            typer.echo(
                f"{projection.name}: no rows are kept up to the log's last position, and none compared", err=True
            )
        else:
            yield from compare(stored, folded_rows(app, projection, end), declared)
