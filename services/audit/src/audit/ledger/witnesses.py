"""Cosigning by witnesses: one worker per witness shows it the newest checkpoint and stores its cosignature.

The ledger does not wait for them: a witness that is down is caught up later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus

import httpx

from audit.ledger.store import Ledger
from audit.tlog import (
    DECIMAL,
    AddCheckpointRequest,
    VerificationError,
    WitnessKey,
    consistency_proof,
    find_signers,
    signature_lines,
)
from shared.eventlog import ServiceApplication
from shared.kernel import LabelledEnum, WorkerLoop

TIMEOUT_SECONDS = 5.0
MAX_INTERVAL_SECONDS = 60.0
MAX_RESPONSE_BYTES = 64 << 10
MAX_ATTEMPTS = 4


class WitnessFault(LabelledEnum):
    """Why a witness has not cosigned."""

    UNREACHABLE = "unreachable", "ne répond pas"
    REFUSES = "refuses", "refuse de cosigner"
    FORK = "fork", "a cosigné une autre histoire de ce registre"
    AHEAD = "ahead", "a cosigné plus de lignes que le registre n’en a"
    STATE_LOST = "state-lost", "a perdu ce qu’il avait cosigné"


class NotCosigned(Exception):
    def __init__(self, fault: WitnessFault, detail: str) -> None:
        super().__init__(detail)
        self.fault = fault


class WitnessWorker:
    """`interval_seconds`: the least time between two requests; longer and longer while the witness does not cosign."""

    def __init__(self, app: ServiceApplication, witness: WitnessKey, address: str, interval_seconds: float) -> None:
        self._http = httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._loop = WorkerLoop(
            f"witness {witness.name}",
            partial(request_cosignature, app, witness, self._http),
            interval_seconds=interval_seconds,
            backoff_seconds=2 * interval_seconds,
            max_backoff_seconds=MAX_INTERVAL_SECONDS,
            expected=(NotCosigned,),
        )

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()
        self._http.close()


class WitnessWorkers:
    """The workers of all witnesses; `addresses` by witness. The witnesses are registered in the database first."""

    def __init__(
        self, app: ServiceApplication, addresses: Mapping[WitnessKey, str], quorum: int, interval_seconds: float
    ) -> None:
        self._register = partial(register_witnesses, app, list(addresses), quorum)
        self._workers = [WitnessWorker(app, witness, url, interval_seconds) for witness, url in addresses.items()]
        self._registration = WorkerLoop(
            "register witnesses", self._start_workers, interval_seconds=None, backoff_seconds=interval_seconds
        )

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
    """Stores which witnesses are asked and how many must have cosigned: another process may serve the health."""
    known = [str(each) for each in witnesses]
    app.recorder.fetch("UPDATE {schema}.ledger SET quorum = %s", (quorum,))
    app.recorder.fetch("DELETE FROM {schema}.witnesses WHERE witness <> ALL(%s::text[])", (known,))
    app.recorder.fetch(
        "INSERT INTO {schema}.witnesses (witness) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", (known,)
    )


def request_cosignature(app: ServiceApplication, witness: WitnessKey, http: httpx.Client) -> None:
    """Has the newest checkpoint cosigned, unless it is. Raises NotCosigned after the reason is stored."""
    try:
        _ask(app, witness, http)
    except NotCosigned as error:
        _store_fault(app, witness, error)
        raise
    _store_fault(app, witness, None)


def _ask(app: ServiceApplication, witness: WitnessKey, http: httpx.Client) -> None:
    ledger = Ledger(app.recorder)
    signed, last = ledger.newest_checkpoint(), ledger.last_cosigned_size(str(witness))
    if signed is None or last == signed.size:
        return
    old = last or 0
    for _ in range(MAX_ATTEMPTS):
        request = AddCheckpointRequest(
            old, tuple(ledger.compute(partial(consistency_proof, old, signed.size))), note=signed.note
        )
        status, body = _post(http, str(request))
        if status == HTTPStatus.OK:
            ledger.add_cosignature(signed.size, str(witness), _cosignature_line(signed.note, body, witness))
            return
        if status != HTTPStatus.CONFLICT:
            is_fork = status == HTTPStatus.UNPROCESSABLE_ENTITY
            raise NotCosigned(WitnessFault.FORK if is_fork else WitnessFault.REFUSES, f"{status}: {body[:200].strip()}")
        old = _parse_size(body)
        if last is not None and old < last:
            raise NotCosigned(
                WitnessFault.STATE_LOST, f"it had cosigned {last} leaves, and says that it has seen {old}"
            )
        if old > signed.size:
            signed = ledger.newest_checkpoint() or signed
        if old > signed.size:
            raise NotCosigned(
                WitnessFault.AHEAD, f"it has cosigned {old} leaves, and the ledger has signed {signed.size}"
            )
    raise NotCosigned(WitnessFault.UNREACHABLE, "it moves on faster than it is asked")


def _post(http: httpx.Client, body: str) -> tuple[int, str]:
    raw = bytearray()
    try:
        with http.stream("POST", "/add-checkpoint", content=body.encode()) as response:
            for chunk in response.iter_bytes():
                raw += chunk
                if len(raw) > MAX_RESPONSE_BYTES:
                    raise NotCosigned(WitnessFault.REFUSES, f"its response is longer than {MAX_RESPONSE_BYTES} bytes")
    except httpx.HTTPError as error:
        raise NotCosigned(WitnessFault.UNREACHABLE, str(error) or type(error).__name__) from error
    if response.is_server_error:
        raise NotCosigned(WitnessFault.UNREACHABLE, f"it answers {response.status_code}")
    return response.status_code, raw.decode(errors="replace")


def _cosignature_line(note: str, body: str, witness: WitnessKey) -> str:
    text = note.partition("\n\n")[0] + "\n"
    try:
        _, signers = find_signers(f"{text}\n{body}", [witness])
    except VerificationError as error:
        raise NotCosigned(WitnessFault.REFUSES, f"its cosignature is not valid: {error}") from error
    if not signers:
        raise NotCosigned(WitnessFault.REFUSES, f"it cosigns with another key than {witness}")
    return signature_lines(f"{text}\n{body}", [witness])


def _parse_size(body: str) -> int:
    if not DECIMAL.fullmatch(size := body.removesuffix("\n")):
        raise NotCosigned(WitnessFault.REFUSES, "it does not say which size it has seen")
    return int(size)


def _store_fault(app: ServiceApplication, witness: WitnessKey, error: NotCosigned | None) -> None:
    app.recorder.fetch(
        "UPDATE {schema}.witnesses SET fault = %(fault)s, detail = %(detail)s WHERE witness = %(witness)s"
        " AND (fault, detail) IS DISTINCT FROM (%(fault)s, %(detail)s)",
        {"witness": str(witness), "fault": error and error.fault, "detail": error and str(error)},
    )
