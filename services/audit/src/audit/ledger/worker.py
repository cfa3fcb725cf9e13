"""The ledger worker: integrates the events that audit receives into the Merkle tree and signs checkpoints."""

from __future__ import annotations

import logging

from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner, SigningRefused
from shared.eventlog import ServiceApplication
from shared.kernel import WorkerLoop

POLL_SECONDS = 1.0
log = logging.getLogger(__name__)


class LedgerWorker:
    """One in each replica that works. `every`: seconds between two batches, and between two checkpoints, at least."""

    def __init__(self, app: ServiceApplication, signing: CheckpointSigner, every: float) -> None:
        self._app, self._signing = app, signing
        self._refused = ""
        self._loop = WorkerLoop(
            "ledger", self._run, interval_seconds=POLL_SECONDS, rest_seconds=every, backoff_seconds=every
        )

    def start(self) -> None:
        self._app.recorder.notifier.listeners.append(self._loop.wake_up)
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def _run(self) -> None:
        while integrate(self._app) and not self._loop.stopping.is_set():
            pass
        try:
            self._signing.sign(self._app)
        except SigningRefused as refusal:
            self._log_refusal(refusal)
            self._record_refusal(refusal)
        else:
            self._record_refusal(None)

    def _log_refusal(self, refusal: SigningRefused) -> None:
        if self._refused != str(refusal):
            log.critical("no checkpoint is signed: %s", refusal)
        self._refused = str(refusal)

    def _record_refusal(self, refusal: SigningRefused | None) -> None:
        """In the database, for the ledger's health endpoint, which another process may serve."""
        if refusal is None:
            self._refused = ""
        self._app.recorder.fetch(
            "UPDATE {schema}.ledger SET refused = %(why)s, refusal = %(text)s"
            " WHERE (refused, refusal) IS DISTINCT FROM (%(why)s, %(text)s)",
            {"why": refusal and refusal.why, "text": refusal and str(refusal)},
        )
