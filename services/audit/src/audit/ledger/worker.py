"""Who keeps the ledger going? A thread of each replica that works: it integrates what audit hears, and signs."""

from __future__ import annotations

import logging
from threading import Event, Thread

from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner, SigningRefused
from shared.eventlog import ServiceApplication

POLL_SECONDS = 1.0
log = logging.getLogger(__name__)


class LedgerWorker:
    """`every`: at most one batch after another, and one checkpoint, in so many seconds."""

    def __init__(self, app: ServiceApplication, signing: CheckpointSigner, every: float) -> None:
        self._app, self._signing, self._every = app, signing, every
        self._news, self._stopped = Event(), Event()
        self._refused = ""
        self._thread = Thread(target=self._keep, name="ledger", daemon=True)

    def start(self) -> None:
        self._app.recorder.notifier.listeners.append(self._news)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._news.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._stopped.is_set():
            self._news.clear()
            try:
                while integrate(self._app) and not self._stopped.is_set():
                    pass
                self._signing.sign(self._app)
                self._note()
            except SigningRefused as refusal:
                self._say(refusal)
                self._note(refusal)
            except Exception:
                log.exception("the ledger waits: it will be tried again")
            self._stopped.wait(self._every)
            self._news.wait(POLL_SECONDS)

    def _say(self, refusal: SigningRefused) -> None:
        if self._refused != str(refusal):
            log.critical("no checkpoint is signed: %s", refusal)
        self._refused = str(refusal)

    def _note(self, refusal: SigningRefused | None = None) -> None:
        """For whoever asks how the ledger is: they may be told by another process."""
        if refusal is None:
            self._refused = ""
        self._app.recorder.fetch(
            "UPDATE {schema}.ledger SET refused = %(why)s, refusal = %(text)s"
            " WHERE (refused, refusal) IS DISTINCT FROM (%(why)s, %(text)s)",
            {"why": refusal and refusal.why, "text": refusal and str(refusal)},
        )
