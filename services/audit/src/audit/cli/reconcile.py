"""Commands that compare the services with the ledger: `reconcile`, `follow-restored` and `health`."""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from audit.health import get_health
from audit.reconcile.finding import Finding
from audit.reconcile.run import (
    Reconciler,
    Reconciliation,
    begin_reconciliation,
    find_last_reconciliation,
    follow_restored_log,
)
from shared.messaging import FeedUnavailable, ForeignContent, NotFollowed, lift_halt
from shared.runtime import Service, settings_for

EXIT_FOUND, EXIT_INCOMPLETE = 1, 3
PROGRESS_SECONDS = 10.0
MAX_PRINTED = 100
"""Findings printed for a person; a program gets them all."""


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def reconcile(
        only: Annotated[list[str] | None, typer.Option("--service", help="Only this service; may be repeated")] = None,
        resume: Annotated[bool, typer.Option("--resume", help="Resume the last one, which was interrupted")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON line per finding")] = False,
        by: Annotated[str, typer.Option(help="Who runs it; stored with the result")] = "",
    ) -> None:
        """Compare what the services hold now with the ledger. Exit code 0 when nothing differs, 1 when something does,
        3 when the comparison could not be completed."""
        publishers = service.reactions.publishers
        if unknown := set(only or []) - set(publishers):
            raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not one of {', '.join(publishers)}")
        settings = settings_for(service)
        app = service.application(settings)
        with closing(app), closing(service.feed(settings)) as feed:
            run = (
                find_last_reconciliation(app, ended=False)
                if resume
                else begin_reconciliation(app, by or getpass.getuser(), only or publishers)
            )
            if run is None:
                typer.echo("Aucune comparaison n’a été interrompue\u00a0: lancez-la sans --resume.", err=True)
                raise typer.Exit(EXIT_INCOMPLETE)
            reconciler = Reconciler(app, feed, run)
            try:
                with _progress(reconciler) as advance:
                    _print(reconciler.findings(advance), as_json=as_json)
            except FeedUnavailable as error:
                typer.echo(f"Interrompu\u00a0: {error}. Reprenez avec «\u202freconcile --resume\u202f».", err=True)
                raise typer.Exit(EXIT_INCOMPLETE) from None
        typer.echo(_summary(run), err=True)
        if run.findings:
            raise typer.Exit(EXIT_FOUND)

    @cli.command("follow-restored")
    def follow(
        restored: Annotated[str, typer.Argument(metavar="SERVICE", help="Whose log was restored from a back-up")],
        reason: Annotated[str, typer.Option(help="Why audit follows the restored log; stored")],
        by: Annotated[str, typer.Option(help="Who decides; stored")] = "",
    ) -> None:
        """Compare a restored service with the ledger and, when nothing else differs, follow its new log from where the
        two histories part. What the restore lost stays in the ledger."""
        if restored not in service.reactions.publishers:
            raise typer.BadParameter(f"{restored}: not one of {', '.join(service.reactions.publishers)}")
        settings = settings_for(service)
        with closing(service.application(settings)) as app, closing(service.feed(settings)) as feed:
            try:
                if halted := lift_halt(app, feed, restored, reason):
                    typer.echo(
                        f"Audit lit de nouveau {restored}, dans le journal suivi. Il était arrêté\u00a0: {halted}"
                    )
                    return
                restore = follow_restored_log(app, feed, restored, by or getpass.getuser(), reason)
            except (NotFollowed, FeedUnavailable, ForeignContent) as error:
                typer.echo(f"Rien n’a changé\u00a0: {error}", err=True)
                raise typer.Exit(EXIT_INCOMPLETE if isinstance(error, FeedUnavailable) else EXIT_FOUND) from None
        typer.echo(
            f"Audit suit de nouveau {restored}, après la position {restore.since}, dans le journal {restore.new_log}"
            f"\u202f; {restore.lost} événements perdus par la restauration restent au registre, sous le journal"
            f" {restore.old_log}."
        )

    @cli.command()
    def health() -> None:
        """Print the ledger's health, and what to do; exit code 1 when an operator has to act."""
        settings = settings_for(service)
        with closing(service.application(settings)) as app:
            report = get_health(app)
        typer.echo(report.model_dump_json(indent=2, exclude={"advice"}))
        for line in report.advice:
            typer.echo(line, err=True)
        raise typer.Exit(0 if report.healthy else EXIT_FOUND)


def _print(findings: Iterator[Finding], *, as_json: bool) -> None:
    for nth, finding in enumerate(findings, 1):
        if as_json:
            typer.echo(json.dumps(finding.to_dict(), default=str, ensure_ascii=False))
        elif nth <= MAX_PRINTED:
            typer.echo(str(finding))
        elif nth == MAX_PRINTED + 1:
            typer.echo("… les suivants sont comptés, et nommés tous avec --json.")


def _summary(run: Reconciliation) -> str:
    services = ", ".join(
        f"{service} {progress.compared} (position {progress.reached}, {progress.not_received} pas encore consignés"
        + (f", {progress.lost} perdus par une restauration reconnue)" if progress.lost else ")")
        for service, progress in run.progress.services.items()
    )
    findings = "aucun écart" if run.findings == 0 else f"{run.findings} écart" + "s" * (run.findings > 1)
    return f"Événements comparés\u00a0: {services}\u202f; {findings}."


@contextmanager
def _progress(reconciler: Reconciler) -> Iterator[Callable[[], None]]:
    """On the error output: a bar on a terminal, else a line every ten seconds."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=console) as bar:
            task = bar.add_task("Événements comparés", total=reconciler.total, completed=reconciler.done)
            yield lambda: bar.update(task, completed=reconciler.done)
        return
    last = time.monotonic()

    def print_line() -> None:
        nonlocal last
        if time.monotonic() - last > PROGRESS_SECONDS:
            last = time.monotonic()
            typer.echo(f"{reconciler.done} événements comparés, sur {reconciler.total}", err=True)

    yield print_line
