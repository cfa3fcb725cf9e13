"""Succession of the key that signs the ledger: check the whole ledger, then sign the same tree with the new key."""

from __future__ import annotations

from pathlib import Path

from audit.ledger.durable_file import DurableFile
from audit.ledger.settings import LedgerSettings, read_seed
from audit.ledger.signing import CheckpointSigner, check_checkpoint, read_remembered
from audit.ledger.store import Ledger, SignedCheckpoint
from audit.ledger.succession import MAX_MOTIVE_CHARS, Succession
from audit.reconcile.run import check_own_log
from audit.tlog import Checkpoint, Signer, parse_verifier
from shared.eventlog import ServiceApplication


class SuccessionRefused(Exception):
    """Nothing was signed, and why in French."""


def replace_key(
    app: ServiceApplication,
    settings: LedgerSettings,
    old: str,
    motive: str,
    old_key: Path | None,
    old_memory: Path | None,
) -> Succession:
    """Raises NotSucceeded, NotSigned, Unproven or ValueError; then nothing has changed."""
    new, before = settings.signer(), parse_verifier(old)
    said = " ".join(motive.split())
    if not said or len(said) > MAX_MOTIVE_CHARS or not said.isprintable():
        raise SuccessionRefused(f"dites pourquoi, en {MAX_MOTIVE_CHARS} caractères au plus (--motive).")
    if before.name != new.verifier.name:
        raise SuccessionRefused(
            f"{before.name} et {new.verifier.name} sont deux registres\u00a0: l’origine reste la même."
        )
    last = _last(app, str(before), str(new.verifier))
    old_signer = None if old_key is None else Signer(before.name, read_seed(old_key))
    if old_signer and old_signer.verifier != before:
        raise SuccessionRefused(f"{old_key} n’est pas la clé {before}.")
    for finding in check_own_log(app):
        raise SuccessionRefused(f"le registre n’est plus ce qui a été signé. {finding}")
    if old_memory and (remembered := read_remembered(DurableFile(old_memory))):
        ledger = Ledger(app.recorder)
        check_checkpoint(ledger, _size(app), remembered, [before], str(old_memory))
    made: list[Succession] = []

    def taking_over(tree: Checkpoint) -> str:
        made.append(
            Succession(tree, before, new=new.verifier, at=app.clock.now(), motive=said, by_old=old_signer is not None)
        )
        return made[0].signed(new, old_signer)

    CheckpointSigner(new, settings.remembered_in()).succeed(app, taking_over, last)
    return made[0]


def _last(app: ServiceApplication, old: str, new: str) -> SignedCheckpoint:
    last = Ledger(app.recorder).newest()
    if last is None:
        raise SuccessionRefused("ce registre n’a encore rien signé\u00a0: il commencera avec la clé qui est donnée.")
    if last.key == new:
        raise SuccessionRefused("cette clé est déjà celle qui signe.")
    if last.key != old:
        raise SuccessionRefused(f"la clé qui a signé jusqu’ici est {last.key}, et non {old}.")
    return last


def _size(app: ServiceApplication) -> int:
    (row,) = app.recorder.fetch("SELECT size FROM {schema}.ledger")
    size: int = row["size"]
    return size
