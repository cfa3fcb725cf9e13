"""The ledger's worker: each replica that works integrates what audit receives, and signs checkpoints."""

from __future__ import annotations

import logging

from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner, SigningRefused
from shared.eventlog import ServiceApplication
from shared.kernel import WorkerLoop

POLL_SECONDS = 5.0
"""Without being woken by the notifier, which knows when the log has grown."""
log = logging.getLogger(__name__)


class LedgerWorker:
    """`interval_seconds`: the least time between two rounds, each of which signs one checkpoint at most."""

    def __init__(self, app: ServiceApplication, signer: CheckpointSigner, interval_seconds: float) -> None:
        self._app, self._signer = app, signer
        self._last_refusal = ""
        self._loop = WorkerLoop(
            "ledger",
            self._run,
            interval_seconds=POLL_SECONDS,
            rest_seconds=interval_seconds,
            backoff_seconds=interval_seconds,
        )

    def start(self) -> None:
        self._app.recorder.notifier.listeners.append(self._loop.wake_up)
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def _run(self) -> None:
        try:
            while integrate(self._app) and not self._loop.stopping.is_set():
                pass
            self._signer.sign(self._app)
        except SigningRefused as refusal:
            if self._last_refusal != str(refusal):
                log.critical("no checkpoint is signed: %s", refusal)
            self._last_refusal = str(refusal)
            self._store_refusal(refusal)
        else:
            self._last_refusal = ""
            self._store_refusal(None)

    def _store_refusal(self, refusal: SigningRefused | None) -> None:
        """In the database, because another process may serve the ledger's health."""
        self._app.recorder.fetch(
            "UPDATE {schema}.ledger SET refusal_reason = %(reason)s, refusal_detail = %(detail)s"
            " WHERE (refusal_reason, refusal_detail) IS DISTINCT FROM (%(reason)s, %(detail)s)",
            {"reason": refusal and refusal.reason, "detail": refusal and str(refusal)},
        )
