"""May this checkpoint be cosigned? If it only adds to the last one that was (C2SP tlog-witness, add-checkpoint)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock

from audit.ledger.succession import Held
from audit.tlog.add_checkpoint import Extension, extension
from audit.tlog.checkpoint import Checkpoint, checkpoint
from audit.tlog.cosignature import Cosigner
from audit.tlog.note import lines_by, signed_by, text_of
from audit.tlog.tree import EMPTY, Unproven, verify_consistency
from audit.witness.store import Store

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    body: str
    media_type: str = TEXT


class Refused(Exception):
    def __init__(self, status: HTTPStatus, body: str, media_type: str = TEXT) -> None:
        super().__init__(body)
        self.answer = Answer(status, body + "\n", media_type=media_type)


class Witnessing:
    """`logs`: the keys it knows of each; one that was succeeded holds up to a size. `now`: seconds since 1970."""

    def __init__(self, cosigner: Cosigner, logs: Sequence[Held], store: Store, now: Callable[[], int]) -> None:
        self._cosigner, self._logs, self._store, self._now = cosigner, logs, store, now
        self._turn = Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """Checked, persisted and cosigned in one turn: nobody is told before it is on disk.

        Raises StoreUnusable; then nothing is cosigned."""
        try:
            shown = _read(body)
            told, text, log_lines = self._signed(shown.note)
            with self._turn:
                _check(shown, told, self._store.last(told.origin))
                line = self._cosigner.line(text, self._now())
                self._store.keep(told.origin, f"{text}\n{log_lines}{line}")
        except Refused as refused:
            return refused.answer
        return Answer(HTTPStatus.OK, line)

    def _signed(self, note: str) -> tuple[Checkpoint, str, str]:
        """The checkpoint, its text, and the lines of its log."""
        origin = note.partition("\n")[0]
        keys = [held for held in self._logs if held.key.name == origin]
        if not keys:
            raise Refused(HTTPStatus.NOT_FOUND, f"{origin[:200]}: this witness does not follow this log")
        known = [held.key for held in keys]
        try:
            text, signers = signed_by(note, known)
        except Unproven as error:
            raise Refused(HTTPStatus.FORBIDDEN, f"the signature of {origin} does not hold: {error}") from error
        try:
            told = checkpoint(text)
        except Unproven as error:
            raise Refused(HTTPStatus.BAD_REQUEST, f"no checkpoint: {error}") from error
        if not any(held.key in signers and told.size <= (held.until or told.size) for held in keys):
            raise Refused(
                HTTPStatus.FORBIDDEN, f"no key that this witness knows of {origin} has signed it at this size"
            )
        return told, text, lines_by(note, known)


def _read(body: bytes) -> Extension:
    try:
        return extension(text_of(body))
    except Unproven as error:
        raise Refused(HTTPStatus.BAD_REQUEST, f"the body is not that of add-checkpoint: {error}") from error


def _check(shown: Extension, told: Checkpoint, last: Checkpoint | None) -> None:
    if shown.old > told.size:
        raise Refused(HTTPStatus.BAD_REQUEST, f"old {shown.old} is beyond the checkpoint's size, {told.size}")
    size, root = (last.size, last.root) if last else (0, EMPTY)
    if shown.old != size:
        raise Refused(HTTPStatus.CONFLICT, str(size), SIZE)
    try:
        if told.size == 0 and told.root != EMPTY:
            raise Unproven("la racine d’un registre vide n’est pas celle-ci")
        verify_consistency(size, root, told.size, told.root, shown.hashes)
    except Unproven as error:
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, f"it does not extend what was cosigned: {error}") from error
