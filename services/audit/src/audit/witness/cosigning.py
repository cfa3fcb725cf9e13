"""Cosigning of checkpoints: only those that extend the last one cosigned (C2SP tlog-witness, add-checkpoint)."""

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
    Fault,
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
        self.response = WitnessResponse(status, body + "\n", media_type=media_type)


class CheckpointWitness:
    """`logs`: the known keys of each log; a key that was replaced is valid up to a size. `now`: seconds since 1970."""

    def __init__(self, cosigner: Cosigner, logs: Sequence[PublishedKey], store: Store, now: Callable[[], int]) -> None:
        self._cosigner, self._logs, self._store, self._now = cosigner, logs, store, now
        self._lock = Lock()

    def add_checkpoint(self, body: bytes) -> WitnessResponse:
        """Checks, stores and cosigns under one lock: the cosignature is on disk before it is returned.

        Raises StoreUnusable; then nothing is cosigned."""
        try:
            request = _read(body)
            checkpoint, text, log_lines = self._verify_signature(request.note)
            with self._lock:
                _check_extends(request, checkpoint, self._store.last(checkpoint.origin))
                line = self._cosigner.cosign(text, self._now())
                self._store.write(checkpoint.origin, f"{text}\n{log_lines}{line}")
        except CheckpointRefused as refusal:
            return refusal.response
        return WitnessResponse(HTTPStatus.OK, line)

    def _verify_signature(self, note: str) -> tuple[Checkpoint, str, str]:
        """The checkpoint, its text, and the signature lines of its log."""
        origin = note.partition("\n")[0]
        keys = [each for each in self._logs if each.key.name == origin]
        if not keys:
            raise CheckpointRefused(HTTPStatus.NOT_FOUND, f"{origin[:200]}: this witness does not follow this log")
        known = [each.key for each in keys]
        try:
            text, signers = find_signers(note, known)
        except VerificationError as error:
            raise CheckpointRefused(HTTPStatus.FORBIDDEN, f"the signature of {origin} is not valid: {error}") from error
        try:
            checkpoint = parse_checkpoint(text)
        except VerificationError as error:
            raise CheckpointRefused(HTTPStatus.BAD_REQUEST, f"no checkpoint: {error}") from error
        if not any(each.key in signers and checkpoint.size <= (each.until or checkpoint.size) for each in keys):
            raise CheckpointRefused(
                HTTPStatus.FORBIDDEN, f"no key that this witness knows of {origin} has signed it at this size"
            )
        return checkpoint, text, signature_lines(note, known)


def _read(body: bytes) -> AddCheckpointRequest:
    try:
        return parse_add_checkpoint(decode_text(body))
    except VerificationError as error:
        raise CheckpointRefused(HTTPStatus.BAD_REQUEST, f"the body is not that of add-checkpoint: {error}") from error


def _check_extends(request: AddCheckpointRequest, checkpoint: Checkpoint, last: Checkpoint | None) -> None:
    if request.old > checkpoint.size:
        raise CheckpointRefused(
            HTTPStatus.BAD_REQUEST, f"old {request.old} is beyond the checkpoint's size, {checkpoint.size}"
        )
    size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
    if request.old != size:
        raise CheckpointRefused(HTTPStatus.CONFLICT, str(size), SIZE_MEDIA_TYPE)
    try:
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise VerificationError(Fault.EMPTY_TREE_ROOT)
        verify_consistency(size, root, checkpoint.size, checkpoint.root, request.hashes)
    except VerificationError as error:
        raise CheckpointRefused(
            HTTPStatus.UNPROCESSABLE_ENTITY, f"it does not extend what was cosigned: {error}"
        ) from error
