"""Changes by hand in the ledger's own tables: the rebuilt tree reveals them."""

from __future__ import annotations

from random import Random

import pytest
from tests.support.histories.audit_events import receive_events
from tests.support.servers.served_service import Serve, Served

from audit.ledger import integrator
from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.main import service
from audit.reconcile import ledger_check as rebuilding
from audit.reconcile.finding import FindingKind
from audit.reconcile.ledger_check import check_ledger
from audit.tlog import Checkpoint, Signer
from shared.eventlog import ServiceApplication

LEAVES = 700
TILES = "tile/0/0", "tile/0/1", "tile/0/2", "tile/1/0"


@pytest.fixture
def audit(serve: Serve) -> Served:
    """A log of its own, empty."""
    return serve(service)


@pytest.fixture
def ledger(
    app: ServiceApplication, checkpoint_signer: CheckpointSigner, monkeypatch: pytest.MonkeyPatch
) -> ServiceApplication:
    """Of 700 leaves, with checkpoints at 0, 100, 200…; read by batches that no tile ends with."""
    monkeypatch.setattr(integrator, "BATCH_EVENTS", 100)
    monkeypatch.setattr(rebuilding, "BATCH_LEAVES", 130)
    receive_events(app, LEAVES)
    checkpoint_signer.sign(app)
    while integrate(app):
        checkpoint_signer.sign(app)
    checkpoint_signer.sign(app)
    return app


def found(app: ServiceApplication) -> list[tuple[FindingKind, int, str | None]]:
    return [(finding.kind, finding.position, finding.name) for finding in check_ledger(app)]


def test_a_ledger_nobody_touched_has_no_finding(ledger: ServiceApplication) -> None:
    assert found(ledger) == []


def test_altered_tiles_are_named(ledger: ServiceApplication) -> None:
    ledger.recorder.fetch("UPDATE {schema}.tiles SET hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1)")
    assert {name for _, _, name in found(ledger)} == set(TILES)
    ledger.recorder.fetch("DELETE FROM {schema}.tiles WHERE (level, n) = (0, 1)")
    assert {name for _, _, name in found(ledger)} == set(TILES)


def test_an_altered_entry_contradicts_its_tile_and_each_later_checkpoint(ledger: ServiceApplication) -> None:
    ledger.recorder.fetch("UPDATE {schema}.leaves SET entry = %s WHERE index = 450", (bytes(32),))
    kinds = found(ledger)
    assert {(kind, position) for kind, position, _ in kinds if kind is FindingKind.CHECKPOINT_CONTRADICTED} == {
        (FindingKind.CHECKPOINT_CONTRADICTED, size) for size in (500, 600, 700)
    }
    assert {name for kind, _, name in kinds if kind is FindingKind.TILE_ALTERED} == {"tile/0/1", "tile/1/0"}


def test_leaves_that_are_gone_are_missed(ledger: ServiceApplication) -> None:
    ledger.recorder.fetch("DELETE FROM {schema}.leaves WHERE index >= 600")
    assert (FindingKind.LEAVES_MISSING, 600, None) in found(ledger)


def test_a_ledger_cut_back_is_less_than_was_signed(ledger: ServiceApplication) -> None:
    ledger.recorder.fetch("UPDATE {schema}.ledger SET size = 550")
    assert [each[:2] for each in found(ledger)] == [
        (FindingKind.CHECKPOINT_BEYOND, 600),
        (FindingKind.CHECKPOINT_BEYOND, 700),
    ]


def test_two_histories_under_the_key_are_a_contradiction(
    ledger: ServiceApplication, checkpoint_signer: CheckpointSigner
) -> None:
    """A fork: somebody who has the key signed something else of the same size."""
    signer = Signer("registre.example/dla", bytes(range(32)))
    note = signer.sign(str(Checkpoint(signer.verifier.name, 300, root=Random(1).randbytes(32))))
    ledger.recorder.fetch(
        "INSERT INTO {schema}.checkpoints (size, note, key) VALUES (300, %s, %s)", (note, str(signer.verifier))
    )
    (only,) = found(ledger)
    assert only[:2] == (FindingKind.CHECKPOINT_CONTRADICTED, 300)


def test_an_altered_checkpoint_has_no_signature(ledger: ServiceApplication) -> None:
    ledger.recorder.fetch("UPDATE {schema}.checkpoints SET note = replace(note, '300', '301') WHERE size = 300")
    (only,) = found(ledger)
    assert only[:2] == (FindingKind.CHECKPOINT_UNSIGNED, 300)
