"""What does an operator type to compare the services with the ledger?"""

from __future__ import annotations

import getpass
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn
from rich.progress import Progress as Bar

from audit.health import get_health
from audit.reconcile.finding import Finding
from audit.reconcile.run import Reconciler, Reconciliation, begin_reconciliation, find_last_reconciliation
from audit.reconcile.run import follow_restored_log as followed_again
from shared.kernel import PHASE_SERVICES
from shared.messaging import FeedUnavailable, NotFollowed
from shared.runtime import Service, settings_for

EXIT_FOUND, EXIT_NOT_DONE = 1, 3
PROGRESS_SECONDS = 10.0
MAX_SHOWN = 100
"""Findings told to a person; a program gets them all."""


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def reconcile(
        only: Annotated[list[str] | None, typer.Option("--service", help="Only this service; may be repeated")] = None,
        resume: Annotated[bool, typer.Option("--resume", help="Go on with the last one, which was broken off")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON line a finding")] = False,
        by: Annotated[str, typer.Option(help="Who asks; kept with the result")] = "",
    ) -> None:
        """Compares what the services hold now with the ledger. Ends with 0 when nothing differs, 1 when something does,
        3 when it could not come to its end."""
        if unknown := set(only or []) - set(PHASE_SERVICES):
            raise typer.BadParameter(f"{', '.join(sorted(unknown))}: not one of {', '.join(PHASE_SERVICES)}")
        settings = settings_for(service)
        app = service.application(settings)
        with closing(app), closing(service.feed(settings)) as feed:
            run = (
                find_last_reconciliation(app, ended=False)
                if resume
                else begin_reconciliation(app, by or getpass.getuser(), only or PHASE_SERVICES)
            )
            if run is None:
                typer.echo("Aucune comparaison n’est restée en chemin\u00a0: lancez-la sans --resume.", err=True)
                raise typer.Exit(EXIT_NOT_DONE)
            reconciling = Reconciler(app, feed, run)
            try:
                with _progress(reconciling) as advanced:
                    _tell(reconciling.findings(advanced), as_json=as_json)
            except FeedUnavailable as error:
                typer.echo(f"Interrompu\u00a0: {error}. Reprenez avec «\u202freconcile --resume\u202f».", err=True)
                raise typer.Exit(EXIT_NOT_DONE) from None
        typer.echo(_summary(run), err=True)
        if run.findings:
            raise typer.Exit(EXIT_FOUND)

    @cli.command()
    def follow(
        restored: Annotated[str, typer.Argument(metavar="SERVICE", help="Whose log was restored from a back-up")],
        motive: Annotated[str, typer.Option(help="Why audit goes on with it; kept")],
        by: Annotated[str, typer.Option(help="Who decides; kept")] = "",
    ) -> None:
        """Compares a restored service with the ledger and, when nothing else differs, hears it again from where
        it is another history. What the restore lost stays in the ledger."""
        if restored not in PHASE_SERVICES:
            raise typer.BadParameter(f"{restored}: not one of {', '.join(PHASE_SERVICES)}")
        settings = settings_for(service)
        with closing(service.application(settings)) as app, closing(service.feed(settings)) as feed:
            try:
                done = followed_again(app, feed, restored, by or getpass.getuser(), motive)
            except (NotFollowed, FeedUnavailable) as error:
                typer.echo(f"Rien n’a changé\u00a0: {error}", err=True)
                raise typer.Exit(EXIT_NOT_DONE if isinstance(error, FeedUnavailable) else EXIT_FOUND) from None
        typer.echo(
            f"Audit écoute {restored} de nouveau, après la position {done.since}, dans le journal {done.new_log}\u202f;"
            f" {done.lost} événements perdus par la restauration restent au registre, sous le journal {done.old_log}."
        )

    @cli.command()
    def state() -> None:
        """Says how the ledger is, and what to do; ends with 1 when somebody has to look."""
        settings = settings_for(service)
        with closing(service.application(settings)) as app:
            found = get_health(app)
        typer.echo(found.model_dump_json(indent=2, exclude={"advice"}))
        for line in found.advice:
            typer.echo(line, err=True)
        raise typer.Exit(0 if found.well else EXIT_FOUND)


def _tell(findings: Iterator[Finding], *, as_json: bool) -> None:
    for nth, finding in enumerate(findings, 1):
        if as_json:
            typer.echo(json.dumps(finding.line(), default=str, ensure_ascii=False))
        elif nth <= MAX_SHOWN:
            typer.echo(str(finding))
        elif nth == MAX_SHOWN + 1:
            typer.echo("… les suivants sont comptés, et nommés tous avec --json.")


def _summary(run: Reconciliation) -> str:
    each = ", ".join(
        f"{service} {progress.compared} (position {progress.reached}, {progress.unheard} pas encore consignés"
        + (f", {progress.lost} perdus par une restauration reconnue)" if progress.lost else ")")
        for service, progress in run.reached.services.items()
    )
    found = "aucun écart" if run.findings == 0 else f"{run.findings} écart" + "s" * (run.findings > 1)
    return f"Événements comparés\u00a0: {each}\u202f; {found}."


@contextmanager
def _progress(reconciling: Reconciler) -> Iterator[Callable[[], None]]:
    """On the error output: a bar for who looks on, else a line now and then."""
    console = Console(stderr=True)
    if console.is_terminal:
        with Bar(*Bar.get_default_columns(), MofNCompleteColumn(), console=console) as bar:
            task = bar.add_task("Événements comparés", total=reconciling.total, completed=reconciling.done)
            yield lambda: bar.update(task, completed=reconciling.done)
        return
    told = time.monotonic()

    def line() -> None:
        nonlocal told
        if time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            typer.echo(f"{reconciling.done} événements comparés, sur {reconciling.total}", err=True)

    yield line
