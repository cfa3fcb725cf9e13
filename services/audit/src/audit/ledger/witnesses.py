"""Who has the ledger cosigned? A thread for each witness asks it, and keeps what it says; the ledger waits for none."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from threading import Event, Thread

import httpx

from audit.ledger.store import Ledger
from audit.tlog import tree
from audit.tlog.add_checkpoint import AddCheckpointRequest
from audit.tlog.checkpoint import DECIMAL
from audit.tlog.cosignature import WitnessKey
from audit.tlog.note import find_signers, signature_lines
from audit.tlog.tree import VerificationError
from shared.eventlog import ServiceApplication

TIMEOUT_SECONDS = 5.0
MAX_INTERVAL_SECONDS = 60.0
MAX_RESPONSE_BYTES = 64 << 10
MAX_ATTEMPTS = 4
log = logging.getLogger(__name__)


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
    """`every`: at most one question in so many seconds; less and less often while it does not cosign."""

    def __init__(self, app: ServiceApplication, witness: WitnessKey, address: str, every: float) -> None:
        self._app, self._witness, self._every = app, witness, every
        self._http = httpx.Client(base_url=address, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._stopped = Event()
        self._thread = Thread(target=self._go_on, name=f"witness {witness.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._http.close()

    def _go_on(self) -> None:
        pause = self._every
        while not self._stopped.wait(pause):
            try:
                request_cosignature(self._app, self._witness, self._http)
                pause = self._every
            except NotCosigned as trouble:
                log.warning("%s: %s", self._witness.name, trouble)
                pause = min(2 * pause, MAX_INTERVAL_SECONDS)
            except Exception:
                log.exception("%s: it will be asked again", self._witness.name)
                pause = min(2 * pause, MAX_INTERVAL_SECONDS)


class WitnessWorkers:
    """All that are asked; `addresses` by witness."""

    def __init__(self, app: ServiceApplication, addresses: Mapping[WitnessKey, str], quorum: int, every: float) -> None:
        self._follow = partial(register_witnesses, app, list(addresses), quorum)
        self._asking = [WitnessWorker(app, witness, address, every) for witness, address in addresses.items()]
        self._every, self._stopped = every, Event()
        self._thread = Thread(target=self._begin, name="witnesses", daemon=True)

    def start(self) -> None:
        self._thread.start()
        for asking in self._asking:
            asking.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        for asking in self._asking:
            asking.stop()

    def _begin(self) -> None:
        while not self._stopped.is_set():
            try:
                self._follow()
                break
            except Exception:
                log.exception("whom we ask is not noted yet: it will be tried again")
                self._stopped.wait(self._every)


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
