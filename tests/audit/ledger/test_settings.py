"""Settings of the ledger: the signing key and the checkpoint file are checked before anything starts."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.ledger.settings import LedgerSettings
from audit.main import cli, ledger_workers
from embedded.processes.nats_users import new_seed
from shared.settings import Misconfigured, load_settings

PREFIX = "DLA_AUDIT_LEDGER_"
KEY = b64encode(sha256(b"ledger").digest()).decode()


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ORIGIN", "KEY", "KEY_FILE", "MEMORY", "EVERY"):
        monkeypatch.delenv(PREFIX + name, raising=False)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv(PREFIX + "ORIGIN", "registre.example/dla")
    return monkeypatch


def test_a_key_is_made_once_and_for_its_owner(named: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = CliRunner().invoke(cli, ["keygen", str(file)])
    assert (made.exit_code, file.stat().st_mode & 0o777) == (0, 0o600)
    before = file.read_text()
    assert before.strip() not in made.output
    again = CliRunner().invoke(cli, ["keygen", str(file)])
    assert (again.exit_code, file.read_text()) == (1, before)
    named.setenv(PREFIX + "KEY_FILE", str(file))
    settings = load_settings(LedgerSettings)
    assert str(settings.signer().verifier).startswith("registre.example/dla+")
    assert settings.checkpoint_path() == tmp_path / "key.checkpoint"


def test_a_key_may_come_by_the_environment(named: pytest.MonkeyPatch) -> None:
    named.setenv(PREFIX + "KEY", KEY)
    # without it, nothing would reveal a database that was rolled back
    with pytest.raises(Misconfigured, match="DLA_AUDIT_LEDGER_CHECKPOINT_FILE"):
        load_settings(LedgerSettings)
    named.setenv(PREFIX + "CHECKPOINT_FILE", "/srv/ledger/checkpoint")
    assert load_settings(LedgerSettings).checkpoint_path() == Path("/srv/ledger/checkpoint")


def test_without_a_key_nothing_starts(named: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="dla-audit keygen"):
        ledger_workers()
    named.setenv(PREFIX + "KEY", "court")
    with pytest.raises(Misconfigured, match="DLA_AUDIT_LEDGER_KEY") as refused:
        ledger_workers()
    assert "court" not in str(refused.value)


def test_serving_without_a_key_says_which_setting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "NATS_URL": "nats://127.0.0.1:1", "SEALING_KEY": KEY,
        "NATS_SEED": new_seed(), "IDENTITY_KEY": KEY, "JWKS": "none", "ISSUER": "none", "SERVICE_TOKEN": "none",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"DLA_{name}", value)
    refused = CliRunner().invoke(cli, ["serve", "--role", "work"])
    assert refused.exit_code == 2
    assert "DLA_AUDIT_LEDGER_ORIGIN: Field required" in refused.output


def test_a_key_that_others_can_read_is_refused(named: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    file.chmod(0o644)
    named.setenv(PREFIX + "KEY_FILE", str(file))
    with pytest.raises(Misconfigured, match="chmod 600"):
        ledger_workers()
    named.setenv(PREFIX + "KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(Misconfigured, match="cannot be read: No such file"):
        ledger_workers()


@pytest.mark.parametrize("origin", ["", "a b", "a+b"])
def test_an_origin_is_one_word(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setenv(PREFIX + "ORIGIN", origin)
    monkeypatch.setenv(PREFIX + "KEY", KEY)
    with pytest.raises(Misconfigured, match="ORIGIN"):
        load_settings(LedgerSettings)
