"""The command `follow-restored`: an operator sees what a restore lost, and has the publisher followed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.samples.sample_services import eventually
from tests.support.servers.reconciled_intake import create_requests, feed_of, published_messages, sql
from tests.support.servers.served_service import Served, listening, served
from typer.testing import CliRunner

from diagnostic.main import cli, service
from embedded.processes.nats import Nats
from intake.main import service as intake_service
from shared.eventlog.maintenance.restored_log import take_new_log_id
from shared.messaging import Inbox, PublisherHalted

KEPT = 4
ASKED = ["follow-restored", "intake", "--by", "Inès"]


def halted(service: Served) -> dict[str, str]:
    """As `/readyz` says it, at most a second old."""
    found: dict[str, str] = service.http.get("/readyz").json()["halted"]
    return found


def test_a_restored_service_is_heard_again_when_an_operator_says_why(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "diagnostic"
    folder.mkdir()
    with (
        listening(intake_service, database, nats, tmp_path) as intake,
        served(service, database, nats, folder) as diagnostic,
        feed_of(intake) as feed,
    ):
        inbox = Inbox(diagnostic.application, service.reactions, feed)
        create_requests(intake, KEPT + 2)
        for message in published_messages(intake):
            inbox.receive(message, "intake")
        eventually(lambda: halted(diagnostic) == {})
        sql(intake.application, "DELETE FROM {events} WHERE position > %s", KEPT)
        take_new_log_id(intake.application.recorder, KEPT)
        create_requests(intake, 1, first=100)
        with pytest.raises(PublisherHalted):
            inbox.receive(published_messages(intake)[-1], "intake")
        eventually(lambda: "stopped until" in halted(diagnostic).get("intake", ""))

        diagnostic.speak_to(monkeypatch)
        nowhere = CliRunner().invoke(cli, [*ASKED, "--reason", "Disque perdu."])
        assert (nowhere.exit_code, "Rien n’a changé" in nowhere.stderr) == (3, True)
        others = dict.fromkeys(service.reactions.publishers, str(intake.http.base_url))
        monkeypatch.setenv("DLA_FEEDS", json.dumps(others))
        monkeypatch.setenv("DLA_SERVICE_TOKEN", intake.settings.service_token.get_secret_value())
        only_told = CliRunner().invoke(cli, ASKED)
        assert (only_told.exit_code, "2 des événements" in only_told.stderr) == (1, True)
        assert "dites pourquoi" in only_told.stderr
        assert "intake" in halted(diagnostic)
        done = CliRunner().invoke(cli, [*ASKED, "--reason", "Disque perdu."])
        assert done.exit_code == 0, done.output
        eventually(lambda: halted(diagnostic) == {})
        inbox.receive(published_messages(intake)[-1], "intake")
        assert CliRunner().invoke(cli, [*ASKED, "--reason", "Encore."]).exit_code == 1
