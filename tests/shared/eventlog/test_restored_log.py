"""A restored log: the operator declares it, and the consumers of the service learn of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretBytes
from tests.support.servers.served_service import environment_of, served
from typer.testing import CliRunner, Result

from embedded.processes.nats import Nats
from intake.main import cli, service
from shared.eventlog import LogIdentity
from shared.settings import Settings

NUMBERS = ("73282932000074", "55208131766522")


def declared(settings: Settings) -> Result:
    return CliRunner().invoke(cli, ["declare-restored"], env=environment_of(settings))


def test_a_restored_log_is_another_history_once_nothing_serves_it(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    url, key = database("intake"), SecretBytes(secrets.token_bytes(32))

    def identity() -> LogIdentity:
        with served(service, lambda _: url, nats, tmp_path, sealing_key=key) as again:
            return again.application.recorder.identity()

    with served(service, lambda _: url, nats, tmp_path, sealing_key=key) as intake:
        for number in NUMBERS:
            structure = {"name": "Une structure", "legal_form": "association", "department": "44", "siret": number}
            request = {
                "structure": structure,
                "contact": {"name": "Maëlle", "function": "Présidente"},
                "need": "Autre.",
            }
            assert intake.by("adviser").post("/api/v1/requests", request).status_code == 201
        before, settings = intake.application.recorder.identity(), intake.settings
        refused = declared(settings)
        assert (refused.exit_code, "stop it first" in refused.stderr) == (1, True)
        assert intake.application.recorder.identity() == before

    done = declared(settings)
    assert (done.exit_code, "another history after position 2" in done.stdout) == (0, True), done.output
    after = identity()
    assert (after.since, after.log_id != before.log_id) == (2, True)
    assert "declared already" in declared(settings).stdout
    assert identity() == after
