"""Integration and signing: each event is one leaf, and no second history is ever signed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from tests.support import ROOT
from tests.support.checks import reference_merkle
from tests.support.histories.audit_events import receive_events
from tests.support.samples.note_aggregate import DEPLOYMENT_KEY
from tests.support.samples.sample_services import eventually

from audit import domain
from audit.ledger import integrator
from audit.ledger.integrator import build_opening, integrate, is_committed
from audit.ledger.signing import CheckpointSigner, SigningRefused
from audit.ledger.store import Ledger
from audit.ledger.worker import LedgerWorker
from audit.main import service
from audit.tlog import Signer, consistency_proof, verify_checkpoint, verify_consistency
from shared.eventlog import ServiceApplication

ORIGIN = "registre.example/dla"
KILLS = 6
KEEPER = "tests.support.processes.ledger_process"


def rows(app: ServiceApplication, statement: str) -> list[dict[str, Any]]:
    return app.recorder.fetch(statement)


def signed_root(app: ServiceApplication) -> tuple[int, bytes]:
    signed = Ledger(app.recorder).newest_checkpoint()
    assert signed is not None
    headers = verify_checkpoint(signed.note, [Signer(ORIGIN, bytes(range(32))).verifier])
    return headers.size, headers.root


def test_each_event_heard_is_one_leaf_in_the_order_of_the_log(
    app: ServiceApplication, checkpoint_signer: CheckpointSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrator, "BATCH_EVENTS", 100)
    headers = receive_events(app, 700)
    while integrate(app):
        pass
    checkpoint_signer.sign(app)
    leaves = rows(app, "SELECT * FROM {schema}.leaves ORDER BY index")
    assert [leaf["event_id"] for leaf in leaves] == [header.id for header in headers]
    assert [leaf["index"] for leaf in leaves] == list(range(700))
    assert signed_root(app) == (700, reference_merkle.mth([leaf["entry"] for leaf in leaves]))


def test_a_leaf_commits_to_salt_header_name_and_body(app: ServiceApplication) -> None:
    headers = receive_events(app, 2) + receive_events(app, 1, first=3, body='{"unit": "dla-44"}')
    integrate(app)
    ledger = Ledger(app.recorder)
    for header, row in zip(headers, rows(app, "SELECT * FROM {schema}.leaves ORDER BY index"), strict=True):
        ((_, topic, state),) = app.recorder.history(header.id)
        received: domain.EventReceived = app.mapper.to_data(str(header.id), 1, topic, state)
        leaf = ledger.leaf(header.id)
        assert leaf is not None
        opening = bytes(build_opening(received, leaf))
        assert sha256(opening).digest() == row["entry"]
        assert opening.startswith(leaf.salt)
        assert json.loads(opening[32:])["header"]["payload_hash"] == header.payload_hash
        assert (leaf.body_salt is None) == (received.body is None)
        assert is_committed(leaf, received)
        assert not is_committed(leaf, replace(received, header=received.header.replace("ines", "anna")))
        for altered in (replace(received, label="a"), replace(received, contract="a"), replace(received, body="{}")):
            assert not is_committed(leaf, altered)
    drawn = rows(app, "SELECT salt, body_salt FROM {schema}.leaves")
    salts = [bytes(salt) for leaf in drawn for salt in leaf.values() if salt is not None]
    assert {len(salt) for salt in salts} == {32}
    assert len(set(salts)) == len(salts) == 4


def test_an_empty_ledger_is_signed_too(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> None:
    checkpoint_signer.sign(app)
    assert signed_root(app) == (0, sha256().digest())


def test_nothing_new_is_nothing_signed(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> None:
    receive_events(app, 2)
    integrate(app)
    assert checkpoint_signer.sign(app) is not None
    assert checkpoint_signer.sign(app) is None
    assert len(rows(app, "SELECT nth FROM {schema}.checkpoints")) == 1


def test_where_nothing_is_new_the_ledger_is_not_locked(app: ServiceApplication) -> None:
    """A lock is a write to the disk."""
    receive_events(app, 2)
    while integrate(app):
        pass
    locker = "SELECT size, xmax::text FROM {schema}.ledger"
    before = rows(app, locker)
    assert not integrate(app)
    assert rows(app, locker) == before


def test_replicas_take_turns(
    app: ServiceApplication, checkpoint_signer: CheckpointSigner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrator, "BATCH_EVENTS", 20)
    headers = receive_events(app, 600)

    def keep() -> None:
        while integrate(app):
            checkpoint_signer.sign(app)
        checkpoint_signer.sign(app)

    replicas = [Thread(target=keep) for _ in range(3)]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    leaves = rows(app, "SELECT event_id, entry FROM {schema}.leaves ORDER BY index")
    assert [leaf["event_id"] for leaf in leaves] == [header.id for header in headers]
    assert signed_root(app) == (600, reference_merkle.mth([leaf["entry"] for leaf in leaves]))
    assert_all_checkpoints_are_one_history(app)


def assert_all_checkpoints_are_one_history(app: ServiceApplication) -> None:
    """Each of them only adds to the one signed before it."""
    ledger, own = Ledger(app.recorder), [Signer(ORIGIN, bytes(range(32))).verifier]
    notes = [
        verify_checkpoint(row["note"], own) for row in rows(app, "SELECT note FROM {schema}.checkpoints ORDER BY nth")
    ]
    assert notes
    for old, new in pairwise(notes):
        assert old.size < new.size
        hashes = ledger.compute(partial(consistency_proof, old.size, new.size))
        verify_consistency(old.size, old.root, new.size, new.root, hashes)


# -- what must not be signed


@pytest.fixture
def of_five(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> ServiceApplication:
    """A ledger of five leaves, signed."""
    receive_events(app, 5)
    integrate(app)
    checkpoint_signer.sign(app)
    return app


def test_a_database_older_than_what_was_signed_is_not_signed(
    of_five: ServiceApplication, checkpoint_signer: CheckpointSigner
) -> None:
    for statement in (
        "DELETE FROM {schema}.leaves WHERE index >= 3",
        "DELETE FROM {schema}.checkpoints",
        "UPDATE {schema}.tiles SET hashes = substr(hashes, 1, 96)",
        "UPDATE {schema}.ledger SET size = 3, position = 3",
    ):
        of_five.recorder.fetch(statement)
    with pytest.raises(SigningRefused, match=r"has 3 leaves, .* signed 5: the database is older"):
        checkpoint_signer.sign(of_five)
    assert rows(of_five, "SELECT nth FROM {schema}.checkpoints") == []


def test_a_database_that_grew_again_from_an_older_state_is_a_fork(
    of_five: ServiceApplication, checkpoint_signer: CheckpointSigner
) -> None:
    """Its leaves have other salts, and maybe other events."""
    for statement in (
        "DELETE FROM {schema}.leaves",
        "DELETE FROM {schema}.checkpoints",
        "DELETE FROM {schema}.tiles",
        "UPDATE {schema}.ledger SET size = 0, position = 0",
    ):
        of_five.recorder.fetch(statement)
    receive_events(of_five, 2, first=6)
    integrate(of_five)
    with pytest.raises(
        SigningRefused, match=r"first 5 leaves are not those of the checkpoint kept in .*last-checkpoint"
    ):
        checkpoint_signer.sign(of_five)


def test_a_changed_tile_is_not_signed(of_five: ServiceApplication, checkpoint_signer: CheckpointSigner) -> None:
    of_five.recorder.fetch("UPDATE {schema}.tiles SET hashes = set_byte(hashes, 40, get_byte(hashes, 40) # 1)")
    with pytest.raises(SigningRefused, match="first 5 leaves are not those of the checkpoint kept in the database"):
        checkpoint_signer.sign(of_five)


def test_a_missing_tile_is_not_signed(of_five: ServiceApplication, checkpoint_signer: CheckpointSigner) -> None:
    of_five.recorder.fetch("DELETE FROM {schema}.tiles")
    with pytest.raises(SigningRefused, match="tiles of the first 5 leaves are missing"):
        checkpoint_signer.sign(of_five)


def test_another_key_does_not_take_the_ledger_over(of_five: ServiceApplication, checkpoint_file: Path) -> None:
    receive_events(of_five, 1, first=6)
    integrate(of_five)
    with pytest.raises(SigningRefused, match=r"signed with registre\.example/dla"):
        CheckpointSigner(Signer(ORIGIN, bytes(32)), None).sign(of_five)
    of_five.recorder.fetch("DELETE FROM {schema}.checkpoints")
    with pytest.raises(SigningRefused, match="last-checkpoint was not signed with our key"):
        CheckpointSigner(Signer(ORIGIN, bytes(32)), checkpoint_file).sign(of_five)


def test_what_was_signed_and_not_yet_stored_is_kept_to(
    of_five: ServiceApplication, checkpoint_signer: CheckpointSigner
) -> None:
    """The process died after it had remembered, before it had committed."""
    of_five.recorder.fetch("DELETE FROM {schema}.checkpoints")
    checkpoint_signer.sign(of_five)
    assert signed_root(of_five)[0] == 5


# -- killed at any point


def test_killed_at_any_point_the_ledger_goes_on(database: Callable[..., str], tmp_path: Path) -> None:
    """kill -9, again and again, while events arrive: no leaf missing, none twice, and one history of checkpoints."""
    url, checkpoint_file, rng = database("audit"), tmp_path / "last-checkpoint", random.Random(3)
    app = ServiceApplication("audit", service.deciders, url, DEPLOYMENT_KEY, tables=service.tables)
    app.create_tables()
    headers: list[UUID] = []
    try:
        for _ in range(KILLS):
            worker = subprocess.Popen(
                [sys.executable, "-m", KEEPER, url, str(checkpoint_file)], stdout=subprocess.PIPE, cwd=ROOT
            )
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"running\n"
            until = time.monotonic() + rng.uniform(0.05, 0.6)
            while time.monotonic() < until:
                headers += [header.id for header in receive_events(app, 7, first=len(headers) + 1)]
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
            worker.stdout.close()
        while integrate(app):
            pass
        CheckpointSigner(Signer(ORIGIN, bytes(range(32))), checkpoint_file).sign(app)
        leaves = rows(app, "SELECT event_id, entry FROM {schema}.leaves ORDER BY index")
        assert [leaf["event_id"] for leaf in leaves] == headers
        assert signed_root(app) == (len(headers), reference_merkle.mth([leaf["entry"] for leaf in leaves]))
        assert_all_checkpoints_are_one_history(app)
        assert len(rows(app, "SELECT nth FROM {schema}.checkpoints")) > KILLS
    finally:
        app.close()


def test_the_keeper_signs_what_audit_hears(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> None:
    worker = LedgerWorker(app, checkpoint_signer, interval_seconds=0.01)
    worker.start()
    try:
        eventually(lambda: Ledger(app.recorder).newest_checkpoint())
        receive_events(app, 12)
        eventually(lambda: signed_root(app)[0] == 12)
    finally:
        worker.stop()
