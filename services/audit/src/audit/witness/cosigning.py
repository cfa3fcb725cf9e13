"""May this checkpoint be cosigned? If it only adds to the last one that was (C2SP tlog-witness, add-checkpoint)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock

from audit.ledger.succession import PublishedKey
from audit.tlog import (
    EMPTY_ROOT,
    AddCheckpointRequest,
    Checkpoint,
    Cosigner,
    VerificationError,
    decode_text,
    find_signers,
    parse_add_checkpoint,
    parse_checkpoint,
    signature_lines,
    verify_consistency,
)
from audit.witness.store import Store

TEXT_MEDIA_TYPE = "text/plain; charset=utf-8"
SIZE_MEDIA_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class WitnessResponse:
    status: HTTPStatus
    body: str
    media_type: str = TEXT_MEDIA_TYPE


class CheckpointRefused(Exception):
    def __init__(self, status: HTTPStatus, body: str, media_type: str = TEXT_MEDIA_TYPE) -> None:
        super().__init__(body)
        self.answer = WitnessResponse(status, body + "\n", media_type=media_type)


class CheckpointWitness:
    """`logs`: the keys it knows of each; one that was succeeded holds up to a size. `now`: seconds since 1970."""

    def __init__(self, cosigner: Cosigner, logs: Sequence[PublishedKey], store: Store, now: Callable[[], int]) -> None:
        self._cosigner, self._logs, self._store, self._now = cosigner, logs, store, now
        self._turn = Lock()

    def add_checkpoint(self, body: bytes) -> WitnessResponse:
        """Checked, persisted and cosigned in one turn: nobody is told before it is on disk.

        Raises StoreUnusable; then nothing is cosigned."""
        try:
            shown = _read(body)
            told, text, log_lines = self._signed(shown.note)
            with self._turn:
                _check(shown, told, self._store.last(told.origin))
                line = self._cosigner.cosign(text, self._now())
                self._store.keep(told.origin, f"{text}\n{log_lines}{line}")
        except CheckpointRefused as refused:
            return refused.answer
        return WitnessResponse(HTTPStatus.OK, line)

    def _signed(self, note: str) -> tuple[Checkpoint, str, str]:
        """The checkpoint, its text, and the lines of its log."""
        origin = note.partition("\n")[0]
        keys = [held for held in self._logs if held.key.name == origin]
        if not keys:
            raise CheckpointRefused(HTTPStatus.NOT_FOUND, f"{origin[:200]}: this witness does not follow this log")
        known = [held.key for held in keys]
        try:
            text, signers = find_signers(note, known)
        except VerificationError as error:
            raise CheckpointRefused(
                HTTPStatus.FORBIDDEN, f"the signature of {origin} does not hold: {error}"
            ) from error
        try:
            told = parse_checkpoint(text)
        except VerificationError as error:
            raise CheckpointRefused(HTTPStatus.BAD_REQUEST, f"no checkpoint: {error}") from error
        if not any(held.key in signers and told.size <= (held.until or told.size) for held in keys):
            raise CheckpointRefused(
                HTTPStatus.FORBIDDEN, f"no key that this witness knows of {origin} has signed it at this size"
            )
        return told, text, signature_lines(note, known)


def _read(body: bytes) -> AddCheckpointRequest:
    try:
        return parse_add_checkpoint(decode_text(body))
    except VerificationError as error:
        raise CheckpointRefused(HTTPStatus.BAD_REQUEST, f"the body is not that of add-checkpoint: {error}") from error


def _check(shown: AddCheckpointRequest, told: Checkpoint, last: Checkpoint | None) -> None:
    if shown.old > told.size:
        raise CheckpointRefused(HTTPStatus.BAD_REQUEST, f"old {shown.old} is beyond the checkpoint's size, {told.size}")
    size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    if shown.old != size:
        raise CheckpointRefused(HTTPStatus.CONFLICT, str(size), SIZE_MEDIA_TYPE)
    try:
        if told.size == 0 and told.root != EMPTY_ROOT:
            raise EvidenceError("la racine d’un registre vide n’est pas celle-ci")
        verify_consistency(size, root, told.size, told.root, shown.hashes)
    except VerificationError as error:
        raise CheckpointRefused(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"it does not extend what was cosigned: {error}"
        ) from error
