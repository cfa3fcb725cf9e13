"""Witness workers: one loop a witness requests its cosignature of the newest checkpoint. The ledger waits for none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from http import HTTPStatus

import httpx

from audit.ledger.store import Ledger
from audit.tlog import DECIMAL, AddCheckpointRequest, VerificationError, WitnessKey, find_signers, signature_lines, tree
from shared.eventlog import ServiceApplication
from shared.kernel import WorkerLoop

TIMEOUT_SECONDS = 5.0
MAX_INTERVAL_SECONDS = 60.0
MAX_RESPONSE_BYTES = 64 << 10
MAX_ATTEMPTS = 4


class WitnessFault(StrEnum):
    """Why a witness has not cosigned."""

    UNREACHABLE = "unreachable"
    REFUSES = "refuses"
    FORK = "fork"
    AHEAD = "ahead"
    FORGOT = "forgot"


class NotCosigned(Exception):
    def __init__(self, trouble: WitnessFault, said: str) -> None:
        super().__init__(said)
        self.trouble = trouble


class WitnessWorker:
    """`every`: seconds between two requests; after errors more and more, up to MAX_INTERVAL_SECONDS."""

    def __init__(self, app: ServiceApplication, witness: WitnessKey, address: str, every: float) -> None:
        self._http = httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._loop = WorkerLoop(
            f"witness {witness.name}",
            partial(request_cosignature, app, witness, self._http),
            interval_seconds=every,
            backoff_seconds=2 * every,
            max_backoff_seconds=MAX_INTERVAL_SECONDS,
            expected=(NotCosigned,),
        )

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()
        self._http.close()


class WitnessWorkers:
    """All the witnesses, by their `addresses`. They are registered in the database first: only then do they start."""

    def __init__(self, app: ServiceApplication, addresses: Mapping[WitnessKey, str], quorum: int, every: float) -> None:
        self._register = partial(register_witnesses, app, list(addresses), quorum)
        self._workers = [WitnessWorker(app, witness, address, every) for witness, address in addresses.items()]
        self._registration = WorkerLoop("register witnesses", self._start_workers, interval_seconds=every)

    def start(self) -> None:
        self._registration.start()

    def stop(self) -> None:
        self._registration.stop()
        for worker in self._workers:
            worker.stop()

    def _start_workers(self) -> None:
        self._register()
        for worker in self._workers:
            worker.start()
        self._registration.end()


def register_witnesses(app: ServiceApplication, witnesses: Sequence[WitnessKey], quorum: int) -> None:
    """For whoever asks how the ledger is, in another process: whom we ask, and how many must have cosigned."""
    known = [str(each) for each in witnesses]
    app.recorder.fetch("UPDATE {schema}.ledger SET quorum = %s", (quorum,))
    app.recorder.fetch("DELETE FROM {schema}.witnesses WHERE witness <> ALL(%s::text[])", (known,))
    app.recorder.fetch(
        "INSERT INTO {schema}.witnesses (witness) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", (known,)
    )


def request_cosignature(app: ServiceApplication, witness: WitnessKey, http: httpx.Client) -> None:
    """Has the newest checkpoint cosigned, unless it is. Raises NotCosigned, once it is noted why."""
    try:
        _ask(app, witness, http)
    except NotCosigned as trouble:
        _note(app, witness, trouble)
        raise
    _note(app, witness, None)


def _ask(app: ServiceApplication, witness: WitnessKey, http: httpx.Client) -> None:
    ledger = Ledger(app.recorder)
    signed, last = ledger.newest(), ledger.last_cosigned(str(witness))
    if signed is None or last == signed.size:
        return
    old = last or 0
    for _ in range(MAX_ATTEMPTS):
        shown = AddCheckpointRequest(
            old, tuple(ledger.asked(partial(tree.consistency_proof, old, signed.size))), note=signed.note
        )
        status, said = _posted(http, str(shown))
        if status == HTTPStatus.OK:
            ledger.keep_cosignature(signed.size, str(witness), _line(signed.note, said, witness))
            return
        if status != HTTPStatus.CONFLICT:
            fork = status == HTTPStatus.UNPROCESSABLE_ENTITY
            raise NotCosigned(WitnessFault.FORK if fork else WitnessFault.REFUSES, f"{status}: {said[:200].strip()}")
        old = _size(said)
        if last is not None and old < last:
            raise NotCosigned(WitnessFault.FORGOT, f"it had cosigned {last} leaves, and says that it has seen {old}")
        if old > signed.size:
            signed = ledger.newest() or signed
        if old > signed.size:
            raise NotCosigned(
                WitnessFault.AHEAD, f"it has cosigned {old} leaves, and the ledger has signed {signed.size}"
            )
    raise NotCosigned(WitnessFault.UNREACHABLE, "it moves on faster than it is asked")


def _posted(http: httpx.Client, body: str) -> tuple[int, str]:
    raw = bytearray()
    try:
        with http.stream("POST", "/add-checkpoint", content=body.encode()) as answer:
            for piece in answer.iter_bytes():
                raw += piece
                if len(raw) > MAX_RESPONSE_BYTES:
                    raise NotCosigned(WitnessFault.REFUSES, "its answer has no end")
    except httpx.HTTPError as error:
        raise NotCosigned(WitnessFault.UNREACHABLE, str(error) or type(error).__name__) from error
    if answer.is_server_error:
        raise NotCosigned(WitnessFault.UNREACHABLE, f"it answers {answer.status_code}")
    return answer.status_code, raw.decode(errors="replace")


def _line(note: str, said: str, witness: WitnessKey) -> str:
    text = note.partition("\n\n")[0] + "\n"
    try:
        _, signers = find_signers(f"{text}\n{said}", [witness])
    except VerificationError as error:
        raise NotCosigned(WitnessFault.REFUSES, f"its cosignature does not hold: {error}") from error
    if not signers:
        raise NotCosigned(WitnessFault.REFUSES, f"it cosigns with another key than {witness}")
    return signature_lines(f"{text}\n{said}", [witness])


def _size(said: str) -> int:
    if not DECIMAL.fullmatch(size := said.removesuffix("\n")):
        raise NotCosigned(WitnessFault.REFUSES, "it does not say what it has seen")
    return int(size)


def _note(app: ServiceApplication, witness: WitnessKey, trouble: NotCosigned | None) -> None:
    app.recorder.fetch(
        "UPDATE {schema}.witnesses SET trouble = %(why)s, said = %(text)s WHERE witness = %(witness)s"
        " AND (trouble, said) IS DISTINCT FROM (%(why)s, %(text)s)",
        {"witness": str(witness), "why": trouble and trouble.trouble, "text": trouble and str(trouble)},
    )
