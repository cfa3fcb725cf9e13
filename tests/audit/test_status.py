"""What audit adds to its status: a checkpoint that is late, a witness that is silent, a ledger that refuses to sign."""

from __future__ import annotations

import pytest
from tests.support.histories.audit_events import receive_events
from tests.support.servers.reconciled_intake import sql

from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.ledger.witnesses import WitnessFault, register_witnesses
from audit.status import find_ledger_status
from audit.tlog import Cosigner
from shared.eventlog import ServiceApplication

WITNESS = Cosigner("nantes.example/witness", bytes(range(32))).witness_key
EARLIER = "clock_timestamp() - interval '5 minutes'"


def faults(app: ServiceApplication) -> dict[str, str]:
    return {each.fault: each.detail for each in find_ledger_status(app)[1]}


def value(app: ServiceApplication, name: str, *labels: str) -> float:
    (found,) = (m.value for m in find_ledger_status(app)[0] if (m.gauge.name, m.labels) == (name, labels))
    return found


def test_a_ledger_that_signs_is_well(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> None:
    receive_events(app, 5)
    integrate(app)
    checkpoint_signer.sign(app)
    assert faults(app) == {}
    assert (value(app, "dla_ledger_size"), value(app, "dla_ledger_signed_size")) == (5, 5)
    assert value(app, "dla_checkpoint_delay_seconds") == 0
    assert value(app, "dla_checkpoint_age_seconds") < 60


@pytest.mark.parametrize("integrated", [False, True])
def test_an_event_without_a_checkpoint_is_late_after_a_minute(
    app: ServiceApplication, checkpoint_signer: CheckpointSigner, integrated: bool
) -> None:
    receive_events(app, 2)
    integrate(app)
    checkpoint_signer.sign(app)
    receive_events(app, 1, first=3)
    if integrated:
        integrate(app)
    assert value(app, "dla_checkpoint_delay_seconds") < 30
    sql(app, f"UPDATE {{events}} SET recorded_at = {EARLIER}")
    assert "checkpoint-late" in faults(app)
    assert 299 < value(app, "dla_checkpoint_delay_seconds") < 400
    integrate(app)
    checkpoint_signer.sign(app)
    assert faults(app) == {}


def test_a_witness_that_is_silent_shows_with_why(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> None:
    receive_events(app, 2)
    integrate(app)
    register_witnesses(app, [WITNESS], 1)
    checkpoint_signer.sign(app)
    assert value(app, "dla_witness_behind", WITNESS.name) == 0
    sql(app, f"UPDATE {{schema}}.checkpoints SET signed_at = {EARLIER}")
    sql(app, "UPDATE {schema}.witnesses SET fault = %s, detail = 'connection refused'", WitnessFault.UNREACHABLE)
    found = faults(app)
    assert set(found) == {"witness-silent", "quorum-missed"}
    assert "connection refused" in found["witness-silent"]
    assert (value(app, "dla_witness_behind", WITNESS.name), value(app, "dla_witness_quorum_missing")) == (1, 1)


def test_a_ledger_that_refuses_to_sign_shows_why(app: ServiceApplication) -> None:
    sql(app, "UPDATE {schema}.ledger SET refusal_reason = 'other-key', refusal_detail = 'signed with another'")
    assert faults(app) == {"ledger-refuses": "signed with another"}
    assert value(app, "dla_ledger_signing_refused", "other-key") == 1


def test_altered_events_and_findings_show(app: ServiceApplication) -> None:
    sql(app, "INSERT INTO {schema}.tampered_events VALUES (gen_random_uuid())")
    assert set(faults(app)) == {"events-tampered"}
    assert value(app, "dla_tampered_events") == 1
