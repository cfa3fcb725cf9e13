"""The ledger under a real Prometheus: its worker and its witness are stopped, and run again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.support.histories.audit_events import receive_events
from tests.support.samples.sample_services import eventually
from tests.support.servers.prometheus import WatchedServices, forget_earlier_tests, needs_prometheus
from tests.support.servers.reconciled_intake import sql
from tests.support.servers.running_witness import COSIGNER, serve_witness

from audit.ledger.signing import CheckpointSigner
from audit.ledger.witnesses import WitnessWorkers
from audit.ledger.worker import LedgerWorker
from audit.main import service
from audit.status import ADVICE
from embedded.processes import ports
from shared.eventlog import ServiceApplication

pytestmark = needs_prometheus
EARLIER = "clock_timestamp() - interval '5 minutes'"
INTERVAL_SECONDS = 0.2


class ObservedLedger(WatchedServices):
    def __init__(self, app: ServiceApplication, signer: CheckpointSigner, folder: Path, closing: ExitStack) -> None:
        self.app, self._signer, self._folder = app, signer, folder
        self._port = ports.choose_ports({"witness": None})["witness"]
        self._ledger, self._witness = ExitStack(), ExitStack()
        closing.callback(self._witness.close)
        closing.callback(self._ledger.close)
        self.start_ledger()
        self.start_witness()
        address = f"http://127.0.0.1:{self._port}"
        asking = WitnessWorkers(app, {COSIGNER.witness_key: address}, quorum=1, interval_seconds=INTERVAL_SECONDS)
        asking.start()
        closing.callback(asking.stop)
        super().__init__({app: service.status_reader(app)}, folder / "prometheus", closing)

    def start_ledger(self) -> None:
        worker = LedgerWorker(self.app, self._signer, INTERVAL_SECONDS)
        worker.start()
        self._ledger.callback(worker.stop)

    def stop_ledger(self) -> None:
        self._ledger.close()

    def start_witness(self) -> None:
        """It follows the log that this ledger is."""
        self._witness.enter_context(serve_witness(self._folder / "witness", port=self._port))

    def stop_witness(self) -> None:
        self._witness.close()

    def cosigned_size(self) -> float | None:
        return self.prometheus.value("dla_cosigned_size")


@pytest.fixture
def observed(app: ServiceApplication, checkpoint_signer: CheckpointSigner, tmp_path: Path) -> Iterator[ObservedLedger]:
    forget_earlier_tests()
    with ExitStack() as closing:
        yield ObservedLedger(app, checkpoint_signer, tmp_path, closing)


def has_no_advice(faults: set[tuple[str, str | None]] | None) -> bool:
    return faults is not None and not {name for name, _ in faults} & ADVICE.keys()


def test_a_ledger_or_a_witness_that_stops_shows_until_it_runs_again(observed: ObservedLedger) -> None:
    receive_events(observed.app, 3)
    eventually(lambda: observed.cosigned_size() == 3)
    eventually(lambda: has_no_advice(observed.faults(observed.app)))
    stop_signing(observed)
    stop_the_witness(observed)


def stop_signing(observed: ObservedLedger) -> None:
    observed.stop_ledger()
    receive_events(observed.app, 1, first=4)
    sql(observed.app, f"UPDATE {{events}} SET recorded_at = {EARLIER}")
    eventually(lambda: observed.has(observed.app, "checkpoint-late", None, "DlaCheckpointLate"))
    assert (observed.prometheus.value("dla_checkpoint_delay_seconds") or 0) > 60
    assert observed.prometheus.value("dla_ledger_signed_size") == 3
    observed.start_ledger()
    eventually(lambda: observed.is_free_of(observed.app, "checkpoint-late", "DlaCheckpointLate"))
    eventually(lambda: observed.cosigned_size() == 4)


def stop_the_witness(observed: ObservedLedger) -> None:
    observed.stop_witness()
    receive_events(observed.app, 1, first=5)
    eventually(lambda: observed.prometheus.value("dla_ledger_signed_size") == 5)
    sql(observed.app, f"UPDATE {{schema}}.checkpoints SET signed_at = {EARLIER}")
    for fault, about, alert in (
        ("witness-silent", COSIGNER.witness_key.name, "DlaWitnessBehind"),
        ("quorum-missed", None, "DlaQuorumMissed"),
    ):
        eventually(lambda fault=fault, about=about, alert=alert: observed.has(observed.app, fault, about, alert))  # type: ignore[misc]
    assert observed.prometheus.value("dla_witness_behind") == 1
    observed.start_witness()
    eventually(lambda: observed.is_free_of(observed.app, "witness-silent", "DlaWitnessBehind"))
    eventually(lambda: observed.cosigned_size() == 5)
