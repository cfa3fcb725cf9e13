"""Succession of the key that signs the ledger: check the whole ledger, then sign the same tree with the new key."""

from __future__ import annotations

from pathlib import Path

from audit.ledger.durable_file import Memory
from audit.ledger.settings import LedgerSettings, seed_in
from audit.ledger.signing import Signing, check, remembered_in
from audit.ledger.store import Ledger, Signed
from audit.ledger.succession import LONGEST_MOTIVE, Succession
from audit.reconcile.run import of_audit_alone
from audit.tlog.checkpoint import Checkpoint
from audit.tlog.note import Signer, verifier
from shared.eventlog import ServiceApplication


class NotSucceeded(Exception):
    """Nothing was signed, and why in French."""


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
