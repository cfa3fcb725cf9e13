"""The command line of every service: `dla-<service> serve`, and the commands of a deployment and of an operator."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from shared.eventlog import TablesUnusable
from shared.messaging import topology
from shared.runtime import cli_access_log, cli_operations, cli_rehearsal, cli_status
from shared.runtime.cli_settings import settings_for, settings_of_owner
from shared.runtime.migration import migrate_database
from shared.runtime.process_role import ProcessRole
from shared.runtime.rebuild_check import check_rebuild
from shared.runtime.schemas import breaking_changes, describe, dump_schema, schema_drift
from shared.runtime.service import Service
from shared.runtime.worker_processes import WorkerProcesses
from shared.settings import DeploySettings, Mode, Settings
from shared.telemetry import configure_logs, start_tracing, stop_tracing
from shared.web.limits import BACKLOG, build_server

THREAD_SWITCH_SECONDS = 0.0005
"""After which a thread that computes lets another run. A request changes threads some ten times: by Python's 5 ms, each
would wait that long while a question about the past is reckoned."""


def command_line(service: Service) -> typer.Typer:
    cli = typer.Typer(name=f"dla-{service.name}", no_args_is_help=True, add_completion=False, help=service.title)

    @cli.command()
    def serve(
        role: Annotated[ProcessRole, typer.Option(help="What this process runs")] = ProcessRole.ALL,
        workers: Annotated[
            int,
            typer.Option(
                min=1,
                max=64,
                help="For the role api: so many processes answer on one port. Rates, slots and connections to the"
                " database are those of one process, times their number",
            ),
        ] = 1,
    ) -> None:
        """Run the service until SIGTERM, or until NATS refuses it a permission that it needs."""
        if workers > 1 and role is not ProcessRole.API:
            typer.echo("--workers is for --role api: of the other roles one process is at work at a time", err=True)
            raise typer.Exit(2)
        works = role in (ProcessRole.ALL, ProcessRole.WORK)
        settings = settings_for(service, *([service.workers] if works else []))
        is_development = settings.mode is Mode.DEVELOPMENT
        configure_logs(settings.log_format, settings.log_level, shows_texts=is_development)
        if workers > 1:
            _run_workers(service, settings, workers)
        else:
            _run(service, settings, role)

    @cli.command()
    def migrate() -> None:
        """Create the service's tables, its NATS stream and its consumers, where they are missing.

        The deploy step: it alone connects to NATS as the deployer (DLA_NATS_DEPLOYER_SEED), and to PostgreSQL as the
        owner of the tables (DLA_DATABASE_OWNER_URL). The role of DLA_DATABASE_URL, which must exist, is given what
        serving needs."""
        settings, deploy = settings_of_owner(service, DeploySettings)
        deployer = replace(settings.access, seed=deploy.nats_deployer_seed.get_secret_value())
        connect = partial(service.application, settings, deploy.database_owner_url)
        try:
            migrate_database(connect, deploy.serving_role(settings))
        except TablesUnusable as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        reactions = service.reactions
        asyncio.run(
            topology.install(
                deployer,
                settings.region,
                service.name,
                reactions.publishers,
                whole_log=reactions.reads_whole_logs,
                replicas=deploy.nats_replicas,
            )
        )
        typer.echo(f"{service.name}: ready to serve")

    @cli.command("check-rebuild")
    def check_rebuild_command(
        case: Annotated[list[UUID] | None, typer.Argument(help="Cases; all when none is named")] = None,
    ) -> None:
        """Rebuild states and projections from the first event and compare them with those that are served. Prints one
        JSON line for each; changes nothing."""
        app = service.application(settings_for(service))
        for line in check_rebuild(service, app, set(case or [])):
            typer.echo(json.dumps(line, ensure_ascii=False))
        app.close()

    @cli.command()
    def schemas(
        folder: Annotated[Path, typer.Argument(help="The folder of the schemas")],
        check: Annotated[
            bool, typer.Option("--check", help="Write nothing; exit with 1 when the files differ")
        ] = False,
        allow_break: Annotated[
            bool, typer.Option("--break", help="Write breaking changes as well, and list them")
        ] = False,
    ) -> None:
        """Write the OpenAPI and AsyncAPI documents of this service.

        A change that breaks clients of the committed documents is refused: exit with 1, one line for each. With --break
        it is written; the lines say what to announce in the CHANGELOG. The clean break before 0.1.0 uses it."""
        if check:
            for name in (differing := schema_drift(service, folder)):
                typer.echo(f"{folder / name} is out of date: run `make schemas`", err=True)
            raise typer.Exit(1 if differing else 0)
        for name, schema in describe(service).items():
            file = folder / name
            changes = breaking_changes(json.loads(file.read_text()), schema) if file.exists() else []
            for change in changes:
                typer.echo(f"{name}: {change}", err=True)
            if changes and not allow_break:
                typer.echo("These changes break clients. To write them all the same: --break", err=True)
                raise typer.Exit(1)
            file.write_text(dump_schema(schema))

    cli_operations.install(cli, service)
    cli_access_log.install(cli, service)
    cli_rehearsal.install(cli, service)
    cli_status.install(cli, service)
    return cli


def _run_workers(service: Service, settings: Settings, number: int) -> None:
    service.warm_up()
    gc.collect()
    gc.freeze()

    def serve(place: int, listener: socket.socket, call_when_parent_ends: Callable[[Callable[[], None]], None]) -> int:
        try:
            _run(service, settings, ProcessRole.API, number, listener, call_when_parent_ends, place)
        except typer.Exit as ended:
            return ended.exit_code
        return 0

    processes = WorkerProcesses(number, settings.host, settings.port, backlog=BACKLOG, serve=serve)
    raise typer.Exit(processes.run())


def _run(
    service: Service,
    settings: Settings,
    role: ProcessRole,
    processes: int = 1,
    listener: socket.socket | None = None,
    call_when_parent_ends: Callable[[Callable[[], None]], None] = lambda _: None,
    place: int = 0,
) -> None:
    ends: list[tuple[str, int]] = []

    def stop_server(reason: str, code: int = 1) -> None:
        ends.append((reason, code))
        server.should_exit = True

    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    if settings.otlp_endpoint:  # here: a thread of its own does not survive the fork of --workers
        start_tracing(str(settings.otlp_endpoint), service.name, ratio=settings.traces_ratio)
    web = service.web(settings, role, fatal=stop_server, processes=processes, place=place)
    service.warm_up()
    gc.collect()
    gc.freeze()  # else each full collection looks through all that was loaded, and everybody waits up to 0.2 s
    answers_others = role in (ProcessRole.ALL, ProcessRole.API)
    server = build_server(web, settings, drain_seconds=settings.drain_seconds if answers_others else 0)

    def stop() -> None:
        server.should_exit = True

    call_when_parent_ends(stop)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener] if listener else None)
    stop_tracing()
    for reason, code in ends[:1]:
        typer.echo(f"{service.name} cannot go on: {reason}", err=True)
        raise typer.Exit(code)
    if not server.started:
        raise typer.Exit(1)
