"""`dla-<service> rewrap-keys`: the sealing key is replaced, and every encrypted value stays readable."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretBytes
from tests.support.servers.served_service import environment_of, served
from typer.testing import CliRunner, Result

from embedded.processes.nats import Nats
from intake.main import cli, service
from shared.runtime.process_role import ProcessRole
from shared.settings import Settings

REQUESTS = "/api/v1/requests"
REQUEST = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}


class Deployment:
    """Intake, started again and again on one database, each time with the keys that the deployment has then."""

    def __init__(self, database: Callable[..., str], nats: Nats, folder: Path) -> None:
        url = database("intake")
        self._start = partial(served, service, lambda _: url, nats, folder, ProcessRole.API)

    def received(self, **keys: SecretBytes) -> tuple[str, Settings]:
        with self._start(**keys) as intake:
            answer = intake.by("adviser").post(REQUESTS, REQUEST)
            assert answer.status_code == 201, answer.text
            return answer.headers["Location"], intake.settings

    def shown(self, path: str, **keys: SecretBytes) -> str:
        with self._start(**keys) as intake:
            return str(intake.by("adviser").get(path).json()["contact"]["name"])


@pytest.fixture
def deployment(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Deployment:
    return Deployment(database, nats, tmp_path)


def key() -> SecretBytes:
    return SecretBytes(secrets.token_bytes(32))


def rewrap(settings: Settings, sealing: SecretBytes, former: SecretBytes | None) -> Result:
    told = environment_of(settings) | {"DLA_SEALING_KEY": b64encode(sealing.get_secret_value()).decode()}
    if former:
        told["DLA_FORMER_SEALING_KEY"] = b64encode(former.get_secret_value()).decode()
    return CliRunner().invoke(cli, ["rewrap-keys"], env=told)


def test_once_it_has_run_the_former_key_is_not_needed_and_what_was_sealed_is_read(deployment: Deployment) -> None:
    first, second = key(), key()
    path, settings = deployment.received(sealing_key=first)
    assert deployment.shown(path, sealing_key=second, former_sealing_key=first) == "Maëlle Kerdoncuff"

    done = rewrap(settings, second, former=first)
    assert (done.exit_code, done.stdout) == (
        0,
        "intake: 2 of 3 keys were wrapped anew; none needs DLA_FORMER_SEALING_KEY any more\n",
    ), "that of this month's consultations was made under the new one"
    assert deployment.shown(path, sealing_key=second) == "Maëlle Kerdoncuff"
    again = rewrap(settings, second, former=first)
    assert "intake: 0 of 3 keys" in again.stdout


def test_without_a_former_key_there_is_nothing_to_do(deployment: Deployment) -> None:
    sealing = key()
    _, settings = deployment.received(sealing_key=sealing)
    refused = rewrap(settings, sealing, former=None)
    assert refused.exit_code == 2
    assert "DLA_FORMER_SEALING_KEY is not set" in refused.stderr


def test_a_key_that_neither_opens_is_named_and_nothing_is_changed(deployment: Deployment) -> None:
    first, second = key(), key()
    path, settings = deployment.received(sealing_key=first)
    refused = rewrap(settings, second, former=key())
    assert refused.exit_code == 1
    assert "wrapped under another sealing key" in refused.stderr
    assert deployment.shown(path, sealing_key=first) == "Maëlle Kerdoncuff"
