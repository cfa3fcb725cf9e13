"""The command line of every service: `dla-<service> serve`, and what a deployment or an operator does now and then."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from shared.messaging import topology
from shared.runtime import cli_operations
from shared.runtime.cli_settings import settings_for
from shared.runtime.rebuild_check import check_rebuild
from shared.runtime.schemas import breaking_changes, describe, dump_schema, schema_drift
from shared.runtime.service import ProcessRole, Service
from shared.settings import DeploySettings, Settings, load_settings
from shared.web.http import build_server


def command_line(service: Service) -> typer.Typer:
    cli = typer.Typer(name=f"dla-{service.name}", no_args_is_help=True, add_completion=False, help=service.title)

    @cli.command()
    def serve(role: Annotated[ProcessRole, typer.Option(help="What this process does")] = ProcessRole.ALL) -> None:
        """Runs the service until SIGTERM, or until NATS refuses it a right that it cannot do without."""
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        works = role in (ProcessRole.ALL, ProcessRole.WORK)
        _run(service, settings_for(service, *([service.workers] if works else [])), role)

    @cli.command()
    def migrate() -> None:
        """Makes the tables of this service's database, its stream and its consumers, where they are missing.

        The deploy step: it alone enters NATS as the deployer, by DLA_NATS_DEPLOYER_SEED."""
        settings = settings_for(service, partial(load_settings, DeploySettings))
        deployer = replace(settings.access, seed=load_settings(DeploySettings).nats_deployer_seed.get_secret_value())
        app = service.application(settings)
        app.create_tables()
        app.close()
        hearing = service.reactions
        asyncio.run(
            topology.install(deployer, settings.region, service.name, hearing.publishers, hearing.reads_whole_logs)
        )
        typer.echo(f"{service.name}: ready to serve")

    @cli.command()
    def rebuild(
        case: Annotated[list[UUID] | None, typer.Argument(help="Cases; all of them if none is named")] = None,
    ) -> None:
        """Rebuilds states from the log's first event, without snapshots, and compares the views; one JSON line each."""
        app = service.application(settings_for(service))
        for line in check_rebuild(service, app, set(case or [])):
            typer.echo(json.dumps(line, ensure_ascii=False))
        app.close()

    @cli.command()
    def schemas(
        folder: Annotated[Path, typer.Argument(help="Where they are kept")],
        check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when they differ")] = False,
        break_promises: Annotated[bool, typer.Option("--break-promises", help="Write what others cannot read")] = False,
    ) -> None:
        """Writes what this service answers (OpenAPI), tells and hears (AsyncAPI), unless that breaks a promise."""
        if check:
            for name in (differing := schema_drift(service, folder)):
                typer.echo(f"{folder / name} is not what the program says: run `make schemas`", err=True)
            raise typer.Exit(1 if differing else 0)
        for name, schema in describe(service).items():
            file = folder / name
            broken = breaking_changes(json.loads(file.read_text()), schema) if file.exists() else []
            if broken and not break_promises:
                typer.echo("\n".join(f"{name}: {promise}" for promise in broken), err=True)
                raise typer.Exit(1)
            file.write_text(dump_schema(schema))

    cli_operations.install(cli, service)
    return cli


def _run(service: Service, settings: Settings, role: ProcessRole) -> None:
    ends: list[str] = []

    def end(reason: str) -> None:
        ends.append(reason)
        server.should_exit = True

    web = service.web(settings, role, fatal=end)
    server = build_server(web, settings)
    with suppress(KeyboardInterrupt):
        server.run()
    if ends:
        typer.echo(f"{service.name} cannot go on: {ends[0]}", err=True)
    if ends or not server.started:
        raise typer.Exit(1)
