"""Health of the ledger: what is wrong, and what the operator has to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.histories.audit_events import receive_events
from tests.support.samples.sample_services import eventually
from tests.support.servers.reconciled_intake import sql
from tests.support.servers.served_service import Served
from typer.testing import CliRunner

from audit.cli import reconcile as commands
from audit.health import FINDINGS_ADVICE, NEVER_RECONCILED_ADVICE
from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.ledger.worker import LedgerWorker
from audit.main import cli
from audit.reactions import reactions
from audit.reconcile.run import Reconciler, begin_reconciliation
from audit.tlog import Signer
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.messaging import Feed, Inbox
from shared.messaging.wire import HighWaterMark

ORIGIN = "registre.example/dla"


def health(audit: Served, role: str = "ops") -> dict[str, Any]:
    answer = audit.by(role).get("/api/v1/ledger/health")
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def run_worker_until(
    app: ServiceApplication, checkpoint_signer: CheckpointSigner, condition: Callable[[], Any]
) -> None:
    worker = LedgerWorker(app, checkpoint_signer, interval_seconds=0.01)
    worker.start()
    try:
        eventually(condition)
    finally:
        worker.stop()


def test_size_and_last_checkpoint_are_told(
    audit: Served, app: ServiceApplication, checkpoint_signer: CheckpointSigner
) -> None:
    assert (health(audit)["size"], health(audit)["checkpoint"]) == (0, None)
    receive_events(app, 5)
    run_worker_until(app, checkpoint_signer, lambda: (health(audit)["checkpoint"] or {}).get("size") == 5)
    report = health(audit, "auditor")
    assert (report["healthy"], report["received"], report["size"], report["refusal"]) == (True, 5, 5, None)
    assert report["advice"] == [NEVER_RECONCILED_ADVICE]


def test_people_who_look_after_cases_are_not_told(audit: Served) -> None:
    assert audit.by("adviser").get("/api/v1/ledger/health").status_code == 403


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("UPDATE {schema}.ledger SET size = 3", "older-database"),
        ("UPDATE {schema}.tiles SET hashes = set_byte(hashes, 40, 1 # get_byte(hashes, 40))", "altered-ledger"),
        ("DELETE FROM {schema}.tiles", "missing-tiles"),
    ],
)
def test_why_nothing_is_signed_is_told_with_what_to_do_and_until_it_is_mended(
    audit: Served, app: ServiceApplication, checkpoint_signer: CheckpointSigner, damage: str, reason: str
) -> None:
    receive_events(app, 5)
    integrate(app)
    checkpoint_signer.sign(app)
    tiles = app.recorder.fetch("SELECT * FROM {schema}.tiles")
    sql(app, damage)
    run_worker_until(app, checkpoint_signer, lambda: health(audit)["refusal"])
    report = health(audit)
    assert (report["healthy"], report["refusal"]["reason"], report["checkpoint"]["size"]) == (False, reason, 5)
    assert report["advice"][0] == report["refusal"]["advice"]
    sql(app, "UPDATE {schema}.ledger SET size = 5")
    sql(app, "DELETE FROM {schema}.tiles")
    for tile in tiles:
        sql(app, "INSERT INTO {schema}.tiles VALUES (%s, %s, %s)", tile["level"], tile["n"], tile["hashes"])
    run_worker_until(app, checkpoint_signer, lambda: health(audit)["refusal"] is None)
    assert health(audit)["healthy"]


def test_another_key_and_an_unreadable_memory_are_told_apart(
    audit: Served, app: ServiceApplication, checkpoint_signer: CheckpointSigner, checkpoint_file: Path
) -> None:
    receive_events(app, 5)
    integrate(app)
    checkpoint_signer.sign(app)
    run_worker_until(
        app, CheckpointSigner(Signer(ORIGIN, bytes(32)), checkpoint_file), lambda: health(audit)["refusal"]
    )
    assert health(audit)["refusal"]["reason"] == "other-key"
    checkpoint_file.write_bytes(b"\xff")
    run_worker_until(app, checkpoint_signer, lambda: health(audit)["refusal"]["reason"] == "unreadable-checkpoint-file")


def test_how_far_behind_a_service_audit_is_and_that_it_hears_it_no_more(audit: Served, app: ServiceApplication) -> None:
    log_id = uuid7()
    sql(app, "INSERT INTO {schema}.sources VALUES ('intake', %s, NULL)", log_id)
    sql(app, "INSERT INTO {schema}.tracked VALUES ('intake', %s, -1, 7)", log_id)
    head = HighWaterMark(publisher="intake", log_id=log_id, position=9, numbers=[9] + [0] * 7)
    Inbox(app, reactions, Feed({}, "")).receive_high_water_mark(head, "intake")
    (intake,) = health(audit)["services"]
    assert (intake["service"], intake["position"], intake["announced"], intake["lag"]) == ("intake", 7, 9, 2)
    sql(app, "UPDATE {schema}.sources SET announced_at = announced_at - interval '1 minute'")
    report = health(audit)
    assert (report["healthy"], report["services"][0]["silent"]) == (False, True)
    assert report["advice"][0].startswith("Accueil (intake)\u00a0: Ce service n’annonce plus rien")
    sql(app, "UPDATE {schema}.sources SET announced_at = clock_timestamp()")
    assert health(audit)["services"][0]["silent"] is False
    sql(app, "UPDATE {schema}.sources SET announced_at = announced_at + interval '1 hour'")  # the clock was set back
    assert health(audit)["services"][0]["silent"] is True
    sql(app, "UPDATE {schema}.sources SET halted = 'it speaks from another log'")
    report = health(audit)
    assert (report["healthy"], report["services"][0]["halted"]) == (False, "it speaks from another log")
    assert report["advice"][0].startswith(
        "Accueil (intake)\u00a0: Audit ne suit plus ce service, qui présente un autre"
    )
    sql(app, "UPDATE {schema}.sources SET halted_as_foreign = true")
    assert "qui a parlé au nom d’un autre" in health(audit)["advice"][0]


def test_the_last_reconciliation_is_told_and_the_command_says_the_same(
    audit: Served, app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive_events(app, 5)
    integrate(app)
    assert list(Reconciler(app, Feed({}, ""), begin_reconciliation(app, "Inès", [])).findings()) == []
    report = health(audit)
    assert (report["last_reconciliation"]["by"], report["last_reconciliation"]["findings"], report["advice"]) == (
        "Inès",
        0,
        [],
    )
    sql(app, "UPDATE {schema}.leaves SET salt = %s WHERE index = 2", bytes(32))
    assert len(list(Reconciler(app, Feed({}, ""), begin_reconciliation(app, "Tanguy", [])).findings())) == 1
    report = health(audit)
    assert (report["healthy"], report["last_reconciliation"]["by"], report["advice"]) == (
        False,
        "Tanguy",
        [FINDINGS_ADVICE],
    )
    monkeypatch.setattr(commands, "settings_for", lambda _: audit.settings)
    result = CliRunner().invoke(cli, ["health"])
    assert (result.exit_code, result.stderr) == (1, FINDINGS_ADVICE + "\n")
    assert '"findings": 1' in result.stdout
