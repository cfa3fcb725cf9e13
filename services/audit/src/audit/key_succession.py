"""Replacing the key that signs the ledger: check the whole ledger, then sign the same tree with the new key."""

from __future__ import annotations

from pathlib import Path

from audit.ledger.durable_file import DurableFile
from audit.ledger.settings import LedgerSettings, read_seed
from audit.ledger.signing import CheckpointSigner, check_still_holds, read_checkpoint_file
from audit.ledger.store import Ledger, SignedCheckpoint
from audit.ledger.succession import MAX_REASON_CHARS, Succession
from audit.reconcile.run import check_own_log
from audit.tlog import Checkpoint, Signer, parse_verifier
from shared.eventlog import ServiceApplication
from shared.kernel import OVERRIDE, squeeze_blanks


class SuccessionRefused(Exception):
    """Nothing was signed, and why in French."""


def replace_key(
    app: ServiceApplication,
    settings: LedgerSettings,
    old: str,
    reason: str,
    old_key_file: Path | None,
    old_checkpoint_file: Path | None,
) -> Succession:
    """`old`: the published key that signed so far. Raises SuccessionRefused, SigningRefused, VerificationError or
    ValueError; then nothing has changed."""
    new, old_verifier = settings.signer(), parse_verifier(old)
    reason = squeeze_blanks(reason)
    if not reason or len(reason) > MAX_REASON_CHARS or OVERRIDE.search(reason):
        raise SuccessionRefused(f"dites pourquoi, en {MAX_REASON_CHARS} caractères au plus (--reason).")
    if old_verifier.name != new.verifier.name:
        raise SuccessionRefused(
            f"{old_verifier.name} et {new.verifier.name} sont deux registres\u00a0: l’origine reste la même."
        )
    last = _last_checkpoint(app, str(old_verifier), str(new.verifier))
    old_signer = None if old_key_file is None else Signer(old_verifier.name, read_seed(old_key_file))
    if old_signer and old_signer.verifier != old_verifier:
        raise SuccessionRefused(f"{old_key_file} n’est pas la clé {old_verifier}.")
    for finding in check_own_log(app):
        raise SuccessionRefused(f"le registre n’est plus ce qui a été signé. {finding}")
    if old_checkpoint_file and (note := read_checkpoint_file(DurableFile(old_checkpoint_file))):
        check_still_holds(Ledger(app.recorder), _size(app), note, [old_verifier], str(old_checkpoint_file))
    successions: list[Succession] = []

    def sign_succession(checkpoint: Checkpoint) -> str:
        succession = Succession(
            checkpoint,
            old_verifier,
            new=new.verifier,
            at=app.clock.now(),
            reason=reason,
            signed_by_old=old_signer is not None,
        )
        successions.append(succession)
        return succession.sign(new, old_signer)

    CheckpointSigner(new, settings.checkpoint_path()).take_over(app, sign_succession, last)
    return successions[0]


def _last_checkpoint(app: ServiceApplication, old: str, new: str) -> SignedCheckpoint:
    last = Ledger(app.recorder).newest_checkpoint()
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
