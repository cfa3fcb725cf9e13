"""What does an operator type when the ledger's key is lost, stolen or to be replaced?"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from audit.ledger.checkpoint import Checkpoint
from audit.ledger.memory import Memory
from audit.ledger.note import Signer, verifier
from audit.ledger.settings import LedgerSettings, seed_in
from audit.ledger.signing import NotSigned, Signing, check, remembered_in
from audit.ledger.store import Ledger, Signed
from audit.ledger.succession import LONGEST_MOTIVE, Succession
from audit.ledger.tree import Unproven
from audit.reconcile.run import of_audit_alone
from shared.eventlog import ServiceApplication
from shared.runtime import Service, settings_for
from shared.settings import Misconfigured, load_settings


class NotSucceeded(Exception):
    """Nothing was signed, and why in French."""


def install(cli: typer.Typer, service: Service) -> None:
    @cli.command()
    def succeed(
        old: Annotated[str, typer.Option("--from", help="The key that signed so far, as it is published")],
        motive: Annotated[str, typer.Option(help="Why the key changes; published for ever")],
        old_key_file: Annotated[Path | None, typer.Option(help="The old key itself, if it still exists")] = None,
        old_memory: Annotated[
            Path | None, typer.Option(help="The checkpoint that was remembered beside the old key, if it still exists")
        ] = None,
    ) -> None:
        """Has the key that DLA_AUDIT_LEDGER_KEY_FILE names take over from the one that signed so far, which is lost or
        replaced: the whole ledger is checked, then the same tree is signed, and the succession published."""
        try:
            settings = load_settings(LedgerSettings)
        except Misconfigured as missing:
            typer.echo("\n".join(missing.faults), err=True)
            raise typer.Exit(2) from None
        with closing(service.application(settings_for(service))) as app:
            try:
                done = succeeded(app, settings, old, motive, old_key_file, old_memory)
            except (NotSucceeded, NotSigned, Unproven, ValueError) as error:
                typer.echo(f"Rien n’a été signé\u00a0: {error}", err=True)
                raise typer.Exit(1) from None
        typer.echo(f"{done.new} succède à {done.old}, à partir de {done.checkpoint.size} lignes.")
        if not done.by_old:
            typer.echo(
                "L’ancienne clé n’a pas signé cette succession\u00a0: publiez la nouvelle là où l’ancienne l’était, car"
                " rien d’autre ne les relie pour qui vérifie.",
                err=True,
            )
        if old_memory is None and settings.memory is None:
            typer.echo(
                "Aucun point de contrôle retenu hors de la base n’a été comparé\u00a0: si la base est plus ancienne que"
                " ce qui a été signé, seul un témoin, ou qui tient un ancien point de contrôle, le verra.",
                err=True,
            )


def succeeded(
    app: ServiceApplication,
    settings: LedgerSettings,
    old: str,
    motive: str,
    old_key: Path | None,
    old_memory: Path | None,
) -> Succession:
    """Raises NotSucceeded, NotSigned, Unproven or ValueError; then nothing has changed."""
    new, before = settings.signer(), verifier(old)
    said = " ".join(motive.split())
    if not said or len(said) > LONGEST_MOTIVE or not said.isprintable():
        raise NotSucceeded(f"dites pourquoi, en {LONGEST_MOTIVE} caractères au plus (--motive).")
    if before.name != new.verifier.name:
        raise NotSucceeded(f"{before.name} et {new.verifier.name} sont deux registres\u00a0: l’origine reste la même.")
    last = _last(app, str(before), str(new.verifier))
    old_signer = None if old_key is None else Signer(before.name, seed_in(old_key))
    if old_signer and old_signer.verifier != before:
        raise NotSucceeded(f"{old_key} n’est pas la clé {before}.")
    for finding in of_audit_alone(app):
        raise NotSucceeded(f"le registre n’est plus ce qui a été signé. {finding}")
    if old_memory and (remembered := remembered_in(Memory(old_memory))):
        ledger = Ledger(app.recorder)
        check(ledger, _size(app), remembered, [before], str(old_memory))
    made: list[Succession] = []

    def taking_over(tree: Checkpoint) -> str:
        made.append(
            Succession(tree, before, new=new.verifier, at=app.clock.now(), motive=said, by_old=old_signer is not None)
        )
        return made[0].signed(new, old_signer)

    Signing(new, settings.remembered_in()).succeed(app, taking_over, last)
    return made[0]


def _last(app: ServiceApplication, old: str, new: str) -> Signed:
    last = Ledger(app.recorder).newest()
    if last is None:
        raise NotSucceeded("ce registre n’a encore rien signé\u00a0: il commencera avec la clé qui est donnée.")
    if last.key == new:
        raise NotSucceeded("cette clé est déjà celle qui signe.")
    if last.key != old:
        raise NotSucceeded(f"la clé qui a signé jusqu’ici est {last.key}, et non {old}.")
    return last


def _size(app: ServiceApplication) -> int:
    (row,) = app.recorder.fetch("SELECT size FROM {schema}.ledger")
    size: int = row["size"]
    return size
