"""Production checks: every fault is reported at once, with what to set."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.support.servers.certificate_authority import Authority
from typer.testing import CliRunner

from audit.main import cli as audit
from diagnostic.main import cli as diagnostic
from embedded.processes.nats_users import new_seed
from followup.main import cli as followup
from intake.main import cli as intake
from intake.settings import IntakeSettings
from parcours.main import cli as parcours
from shared.settings import (
    Misconfigured,
    OwnerSettings,
    Settings,
    TransitSettings,
    is_loopback,
    is_unencrypted,
    load_settings,
)
from shared.settings.environment_checks import READ_BY_LIBPQ, REFUSED
from shared.settings.network_checks import is_database_unencrypted

TRANSIT_KEY = b64encode(sha256(b"transit").digest()).decode()
SOUND = {
    "DATABASE_URL": "postgresql://dla:secret@db.example.org/dla?sslmode=verify-full&sslrootcert=system",
    "NATS_URL": "tls://nats.example.org:4222",
    "NATS_SEED": new_seed(),
    "SEALING_KEY": b64encode(sha256(b"sealing").digest()).decode(),
    "IDENTITY_KEY": b64encode(sha256(b"identity").digest()).decode(),
    "TRANSIT_KEYS": TRANSIT_KEY,
    "JWKS": "https://identite.example.org/jwks",
    "ISSUER": "https://identite.example.org",
    "SERVICE_TOKEN": "x",
    "FEEDS": '{"intake": "https://intake.example.org"}',
}
SECRETS = ("DATABASE_URL", "NATS_SEED", "SEALING_KEY", "IDENTITY_KEY")


@pytest.fixture(autouse=True)
def _sound(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*READ_BY_LIBPQ, *REFUSED, *map(str.lower, REFUSED), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(variable, raising=False)
    for name, value in SOUND.items():
        monkeypatch.setenv(f"DLA_{name}", value)


def faults(monkeypatch: pytest.MonkeyPatch, **changed: str) -> list[str]:
    for name, value in changed.items():
        monkeypatch.setenv(f"DLA_{name}", value)
    try:
        load_settings(Settings)
    except Misconfigured as missing:
        return list(missing.faults)
    return []


def test_a_deployment_that_says_all_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(monkeypatch) == []


def test_services_that_show_names_do_not_start_without_a_transit_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLA_TRANSIT_KEYS", "")
    with pytest.raises(Misconfigured, match="DLA_TRANSIT_KEYS is not set"):
        load_settings(TransitSettings)
    monkeypatch.setenv("DLA_TRANSIT_KEYS", f"{b64encode(bytes(range(1, 33))).decode()}, {TRANSIT_KEY}")
    assert [key.get_secret_value()[0] for key in load_settings(TransitSettings).transit_keys] == [1, 6]


@pytest.mark.parametrize(
    ("setting", "value", "mended_by"),
    [
        ("NATS_URL", "nats://nats.example.org:4222", "use tls://"),
        ("DATABASE_URL", "postgresql://dla:secret@db.example.org/dla", "?sslmode=verify-full"),
        ("DATABASE_URL", "postgresql://dla:secret@db.example.org/dla?sslmode=require", "?sslmode=verify-full"),
        ("FEEDS", '{"intake": "http://intake.example.org"}', "use https://"),
        ("JWKS", "http://identite.example.org/jwks", "use https://"),
        ("HOST", "0.0.0.0", "DLA_TLS_CERTIFICATE and DLA_TLS_KEY, or DLA_PROXIES"),
        ("RIGHTS_FROM", "token", "dla-intake register"),
        ("ISSUER", "https://dev-issuer.dla.invalid", "your identity provider"),
    ],
)
def test_nothing_goes_over_a_network_in_clear(
    setting: str, value: str, mended_by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fault,) = faults(monkeypatch, **{setting: value})
    assert f"DLA_{setting}" in fault
    assert mended_by in fault
    assert "secret" not in fault.replace("secret key", "")
    assert faults(monkeypatch, MODE="development") == []


@pytest.mark.parametrize("setting", ["CONSOLE_URL", "PREFILL_URL"])
def test_intake_leads_nobody_to_an_address_in_clear(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DLA_INTAKE_{setting}", "http://dla.example.org")
    with pytest.raises(Misconfigured, match=f"DLA_INTAKE_{setting} .* use https://"):
        load_settings(IntakeSettings)
    monkeypatch.setenv("DLA_MODE", "development")
    load_settings(IntakeSettings)


def test_all_that_is_wrong_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = faults(monkeypatch, NATS_URL="nats://a", HOST="0.0.0.0", FEEDS='{"a": "http://a", "b": "http://b"}')
    assert len(found) == 4


def test_what_stays_on_this_machine_may_be_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(monkeypatch, NATS_URL="nats://127.0.0.1:4222", FEEDS='{"intake": "http://localhost:8001"}') == []
    assert faults(monkeypatch, DATABASE_URL="postgresql://dla@127.0.0.1/dla") == []
    assert faults(monkeypatch, DATABASE_URL="postgresql:///dla?host=/run/postgresql") == []


@pytest.mark.parametrize("host", ["127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "", None, "::"])
def test_what_only_looks_like_this_machine_is_not(host: str | None) -> None:
    assert not is_loopback(host)


def test_each_of_several_servers_counts() -> None:
    assert is_database_unencrypted("postgresql://dla@127.0.0.1,db.example.org/dla")
    assert is_database_unencrypted("postgresql://dla@localhost/dla?hostaddr=10.0.0.1")
    assert is_unencrypted("ftp://example.org")


def test_a_proxy_or_a_certificate_answers_other_machines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert faults(monkeypatch, HOST="0.0.0.0", PROXIES='["10.0.0.0/8"]') == []
    monkeypatch.delenv("DLA_PROXIES")
    certificate, key = Authority(tmp_path).server()
    assert faults(monkeypatch, TLS_CERTIFICATE=str(certificate), TLS_KEY=str(key)) == []


def test_a_certificate_and_its_key_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    (certificate, key), (other, _) = authority.server(), authority.server()
    assert "go together" in faults(monkeypatch, TLS_CERTIFICATE=str(certificate))[0]
    assert "no certificate and its private key" in faults(monkeypatch, TLS_CERTIFICATE=str(other), TLS_KEY=str(key))[0]
    assert "no certificate of an authority" in faults(monkeypatch, CA_FILE=str(key))[1]
    key.chmod(0o644)
    assert f"chmod o-rwx {key}" in faults(monkeypatch, TLS_CERTIFICATE=str(certificate))[0]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("NATS_SEED", "SUAsecret"),
        ("DATABASE_URL", "secret"),
        ("SEALING_KEY", "c2VjcmV0"),
        ("REGION", "se.cret"),
    ],
)
def test_what_is_no_secret_of_its_kind_is_refused_and_not_repeated(
    setting: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (fault,) = faults(monkeypatch, **{setting: value})
    assert fault.startswith(f"DLA_{setting}: ")
    assert value not in fault


FROM_PROVIDER = {
    "SERVICE_TOKEN": "",
    "SERVICE_TOKEN_URL": "https://identite.example.org/token",
    "SERVICE_CLIENT_ID": "intake",
    "SERVICE_CLIENT_SECRET": "s3cret",
}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, None),
        ({"SERVICE_TOKEN_URL": "", "SERVICE_TOKEN_FILE": "/run/token"}, None),
        (
            {"SERVICE_CLIENT_SECRET": ""},
            "DLA_SERVICE_TOKEN_URL needs DLA_SERVICE_CLIENT_ID",
        ),
        ({"SERVICE_CLIENT_ID": ""}, "DLA_SERVICE_TOKEN_URL needs DLA_SERVICE_CLIENT_ID"),
        ({"SERVICE_TOKEN": "x"}, "DLA_SERVICE_TOKEN and DLA_SERVICE_TOKEN_URL are set"),
        ({"SERVICE_TOKEN_URL": "http://identite.example.org/token"}, "the client's secret without TLS: use https://"),
    ],
)
def test_there_is_one_way_to_a_service_s_own_token(
    changed: dict[str, str], fault: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {name: value for name, value in (FROM_PROVIDER | changed).items() if value}
    if "SERVICE_TOKEN" not in given:
        monkeypatch.delenv("DLA_SERVICE_TOKEN")
    if fault is None:
        assert faults(monkeypatch, **given) == []
    else:
        (found,) = faults(monkeypatch, **given)
        assert fault in found and "s3cret" not in found


@pytest.mark.parametrize(
    ("cli", "own"),
    [
        (intake, ()),
        (diagnostic, ()),
        (parcours, ()),
        (followup, ()),
        (audit, ("AUDIT_LEDGER_ORIGIN",)),
    ],
    ids=["intake", "diagnostic", "parcours", "followup", "audit"],
)
@pytest.mark.parametrize("verb", ["serve", "migrate"])
def test_every_missing_secret_is_named_in_one_go(
    cli: Any, own: tuple[str, ...], verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*SECRETS, "TRANSIT_KEYS", "SERVICE_TOKEN"):
        monkeypatch.delenv(f"DLA_{name}")
    refused = CliRunner().invoke(cli, [verb])
    assert "DLA_SERVICE_TOKEN is not set" in refused.stderr
    assert ("DLA_TRANSIT_KEYS is not set" in refused.stderr) == (cli is not audit), "which keeps no name"
    assert refused.exit_code == 2
    for name in (*SECRETS, *(own if verb == "serve" else ("NATS_DEPLOYER_SEED",))):
        assert f"DLA_{name}: Field required" in refused.stderr


@pytest.mark.parametrize(
    "cli", [intake, diagnostic, parcours, followup], ids=["intake", "diagnostic", "parcours", "followup"]
)
def test_whoever_forgets_people_must_remember_it_outside_the_database(
    cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DLA_NATS_URL", "nats://nats.example.org:4222")
    refused = CliRunner().invoke(cli, ["list-parked"])
    assert refused.exit_code == 2
    assert "DLA_ERASURE_LIST is not set" in refused.stderr
    assert "DLA_NATS_URL is without TLS" in refused.stderr, "with all else that is wrong"


def owner_faults(monkeypatch: pytest.MonkeyPatch, url: str) -> list[str]:
    monkeypatch.setenv("DLA_DATABASE_OWNER_URL", url)
    try:
        load_settings(OwnerSettings).serving_role(load_settings(Settings))
    except Misconfigured as missing:
        return list(missing.faults)
    return []


def test_who_migrates_owns_the_tables_and_who_serves_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert owner_faults(monkeypatch, SOUND["DATABASE_URL"].replace("dla:", "owner:")) == []
    (same_role,) = owner_faults(monkeypatch, SOUND["DATABASE_URL"])
    assert "both name dla: serve as a role that owns nothing" in same_role
    (plain,) = owner_faults(monkeypatch, "postgresql://owner:secret@db.example.org/dla")
    assert plain.startswith("DLA_DATABASE_OWNER_URL") and "sslmode=verify-full" in plain and "secret" not in plain
    monkeypatch.delenv("DLA_DATABASE_OWNER_URL")
    with pytest.raises(Misconfigured, match="DLA_DATABASE_OWNER_URL is not set"):
        load_settings(OwnerSettings)
    monkeypatch.setenv("DLA_MODE", "development")
    assert load_settings(OwnerSettings).serving_role(load_settings(Settings)) is None, "it may serve as the owner"


def test_a_list_outside_is_enough_and_audit_needs_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DLA_NATS_URL", "nats://nats.example.org:4222")
    without_list = CliRunner().invoke(audit, ["list-parked"]).stderr
    monkeypatch.setenv("DLA_ERASURE_LIST", str(tmp_path / "erased"))
    with_list = CliRunner().invoke(intake, ["list-parked"]).stderr
    for refused in (without_list, with_list):
        assert "DLA_NATS_URL is without TLS" in refused, "the checks did run"
        assert "DLA_ERASURE_LIST" not in refused
