"""Commands for parked events: list them, replay them once mended, give one up with a reason."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from tests.support.servers.integration import integration_header
from typer.testing import CliRunner

from diagnostic.main import cli, service
from embedded.identity.issuer import ISSUER, Issuer
from embedded.processes.nats_users import new_seed
from shared.eventlog import PartitionTracking, ServiceApplication
from shared.eventlog.partitions import partition_of
from shared.messaging import Message, encode, halted_publishers
from shared.messaging.halts import halt

CASE, LOG = uuid4(), uuid4()
ADMITTED = {
    "structure": str(uuid4()),
    "unit": "dla-44",
    "adviser": "ines",
    "legal_form": "association",
    "department": "44",
    "rules": "2021-1",
}


@pytest.fixture
def app(database: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceApplication:
    """A diagnostic whose first event of the case was parked, as after a defect that is mended by now."""
    Issuer(tmp_path).publish()
    url, key = database("diagnostic"), bytes(32)
    for name, value in {
        "DATABASE_URL": url,
        "NATS_URL": "nats://127.0.0.1:1",
        "NATS_SEED": new_seed(),
        "MODE": "development",
        "RIGHTS_FROM": "token",
        "SEALING_KEY": b64encode(key).decode(),
        "IDENTITY_KEY": b64encode(key).decode(),
        "JWKS": str(tmp_path / "jwks.json"),
        "ISSUER": ISSUER,
        "SERVICE_TOKEN": "none",
    }.items():
        monkeypatch.setenv(f"DLA_{name}", value)
    app = ServiceApplication(service.name, service.deciders, url, key)
    app.create_tables()
    partition = partition_of(CASE)
    tracking = PartitionTracking("intake", 1, log_id=LOG, partition=partition, case=CASE, parks=True)
    row = {
        "publisher": "intake",
        "case_id": str(CASE),
        "number": 1,
        "partition": partition,
        "message": b64encode(encode(told(partition))).decode(),
        "error": "ValueError in a defect",
    }
    app.recorder.fetch("INSERT INTO {schema}.sources VALUES ('intake', %s)", (LOG,))
    app.recorder.insert_events([], tracking=tracking, extras={"parked": [row]})
    return app


def told(partition: int) -> Message:
    header = integration_header(
        "intake", "request-admitted", CASE, log_id=LOG, position=1, partition=partition, number=1, version=9
    )
    return Message.of(header, "request-admitted:v1", ADMITTED)


def test_what_waits_is_listed_and_replayed(app: ServiceApplication) -> None:
    run = CliRunner()
    listed = json.loads(run.invoke(cli, ["list-parked"]).stdout)
    assert (listed["case"], listed["waiting"], listed["error"]) == (str(CASE), 1, "ValueError in a defect")
    assert "1 events replayed" in run.invoke(cli, ["replay-parked", "intake", str(CASE)]).stdout
    assert app.load_existing(service.deciders[0], CASE).version == 1
    assert run.invoke(cli, ["list-parked"]).stdout == ""
    app.close()


def test_what_is_given_up_is_kept_with_its_reason(app: ServiceApplication) -> None:
    run = CliRunner()
    assert run.invoke(cli, ["skip-parked", "intake", str(CASE), "--reason", "doublon"]).exit_code == 0
    assert app.recorder.fetch("SELECT reason FROM {schema}.skipped") == [{"reason": "doublon"}]
    assert app.load(service.deciders[0], CASE).version == 0
    again = run.invoke(cli, ["skip-parked", "intake", str(CASE), "--reason", "doublon"])
    assert again.exit_code == 1
    assert "nothing" in again.stderr
    app.close()


def test_a_service_that_spoke_for_another_is_resumed_for_a_reason(app: ServiceApplication) -> None:
    run, resume = CliRunner(), ["resume-publisher", "intake", "--reason"]
    assert run.invoke(cli, [*resume, "Clés changées."]).exit_code == 1, "nobody halted it"
    halt(app.recorder, "intake", "an event is in the name of 'parcours'", LOG, foreign=True)
    assert run.invoke(cli, [*resume, "  "]).exit_code == 1
    assert "intake" in halted_publishers(app.recorder)
    done = run.invoke(cli, [*resume, "Clés changées."])
    assert (done.exit_code, "in the name of 'parcours'" in done.stderr) == (0, True)
    assert halted_publishers(app.recorder) == {}
    app.close()


def test_a_setting_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DLA_DATABASE_URL", raising=False)
    monkeypatch.setenv("DLA_SEALING_KEY", "c2hvcnQ=")
    refused = CliRunner().invoke(cli, ["serve"])
    assert refused.exit_code == 2
    assert "DLA_DATABASE_URL: Field required" in refused.stderr
    assert "DLA_SEALING_KEY: the base64 of exactly 32 bytes is needed" in refused.stderr
    assert "c2hvcnQ" not in refused.stderr


def test_production_does_not_start_on_the_development_issuer(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DLA_MODE")
    refused = CliRunner().invoke(cli, ["serve"])
    assert refused.exit_code == 2
    assert "DLA_ISSUER is the development issuer, which signs any token" in refused.stderr
