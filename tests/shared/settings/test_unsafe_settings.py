"""What is known to be unsafe: every program in production refuses each of it, and reports all of it at once."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest
from nkeys import encode_seed
from tests.support.servers.certificate_authority import Authority
from typer.testing import CliRunner

from audit.ledger.settings import LedgerSettings
from audit.main import cli as audit
from audit.tlog import Cosigner
from audit.witness.settings import WitnessSettings
from console.main import cli as console
from console.settings import ConsoleSettings
from diagnostic.main import cli as diagnostic
from followup.main import cli as followup
from intake.main import cli as intake
from intake.settings import IntakeSettings
from parcours.main import cli as parcours
from shared.settings import (
    CheckedSettings,
    DeploySettings,
    Misconfigured,
    Settings,
    TransitSettings,
    load_settings,
)
from shared.settings.environment_checks import READ_BY_LIBPQ, REFUSED, environment_faults

USER = 20 << 3
"""The prefix of a user's NKey."""


def key(name: str) -> str:
    """As random as any, and the same in each run."""
    return b64encode(sha256(name.encode()).digest()).decode()


def seed(name: str) -> str:
    encoded: bytes = encode_seed(sha256(name.encode()).digest(), USER)
    return encoded.decode()


def token(issuer: str) -> str:
    parts = ({"alg": "ES256"}, {"iss": issuer, "sub": "service:intake"})
    encoded = [urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])


WITNESS = str(Cosigner("temoin.example.org", sha256(b"witness").digest()).witness_key)
SERVICES = ("intake", "diagnostic", "parcours", "followup", "audit")
DATABASE = "postgresql://dla:secret@db.example.org/dla?sslmode=verify-full"
SOUND = {
    "DLA_DATABASE_URL": f"{DATABASE}&sslrootcert=system",
    "DLA_DATABASE_OWNER_URL": f"{DATABASE.replace('dla:', 'owner:')}&sslrootcert=system",
    "DLA_NATS_URL": "tls://nats.example.org:4222",
    "DLA_NATS_SEED": seed("intake"),
    "DLA_NATS_DEPLOYER_SEED": seed("deployer"),
    "DLA_SEALING_KEY": key("sealing"),
    "DLA_FORMER_SEALING_KEY": key("former"),
    "DLA_IDENTITY_KEY": key("identity"),
    "DLA_TRANSIT_KEYS": f"{key('transit')}, {key('transit before')}",
    "DLA_JWKS": "https://identite.example.org/jwks",
    "DLA_ISSUER": "https://identite.example.org",
    "DLA_SERVICE_TOKEN": token("https://identite.example.org"),
    "DLA_FEEDS": json.dumps({name: f"https://{name}.example.org" for name in SERVICES}),
    "DLA_HOST": "0.0.0.0",
    "DLA_PROXIES": '["10.0.0.0/8", "fd00::/8", "203.0.113.7"]',
    "DLA_RATE_PERSON": "60000/minute",
    "DLA_INTAKE_CONSOLE_URL": "https://dla.example.org",
    "DLA_AUDIT_LEDGER_ORIGIN": "registre.example.org/tlog",
    "DLA_AUDIT_LEDGER_KEY": key("ledger"),
    "DLA_AUDIT_LEDGER_CHECKPOINT_FILE": "/srv/ledger/checkpoint",
    "DLA_AUDIT_LEDGER_WITNESSES": json.dumps({WITNESS: "https://temoin.example.org"}),
    "DLA_CONSOLE_ADDRESS": "https://dla.example.org",
    "DLA_CONSOLE_KEY": key("console"),
    "DLA_CONSOLE_SESSIONS": gettempdir(),
    "DLA_WITNESS_NAME": "temoin.example.org",
    "HTTPS_PROXY": "http://sortie.example.org:3128",
    "PGAPPNAME": "dla",
    "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
}
MODELS: tuple[type[CheckedSettings], ...] = (
    Settings,
    DeploySettings,
    TransitSettings,
    IntakeSettings,
    LedgerSettings,
    ConsoleSettings,
)


@pytest.fixture(autouse=True)
def _sound(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (*READ_BY_LIBPQ, *REFUSED, *map(str.lower, REFUSED), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(variable, raising=False)
    for name, value in SOUND.items():
        monkeypatch.setenv(name, value)


def faults(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str], *models: type[CheckedSettings]) -> list[str]:
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    found: list[str] = []
    for model in models or MODELS:
        try:
            load_settings(model)
        except Misconfigured as refused:
            found += refused.faults
    return list(dict.fromkeys(found))


def test_a_good_deployment_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults(monkeypatch, {}) == []


KEYS = (
    "DLA_SEALING_KEY",
    "DLA_IDENTITY_KEY",
    "DLA_FORMER_SEALING_KEY",
    "DLA_TRANSIT_KEYS",
    "DLA_AUDIT_LEDGER_KEY",
    "DLA_CONSOLE_KEY",
)
UNSAFE = [
    # read by libraries
    *(({name: "x"}, f"{name} changes where PostgreSQL") for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGPORT")),
    *(({name: "x"}, f"{name} changes where PostgreSQL") for name in ("PGSSLMODE", "PGSSLROOTCERT", "PGSERVICEFILE")),
    *(({name: "x"}, f"{name} changes where PostgreSQL") for name in ("PGUSER", "PGPASSWORD", "PGOPTIONS")),
    *(({name: "/x"}, f"{name} ") for name in ("SSLKEYLOGFILE", "SSL_CERT_FILE", "SSL_CERT_DIR")),
    *(({name: "http://x"}, f"{name} sends") for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")),
    # PostgreSQL
    ({"DLA_DATABASE_URL": "postgresql:///dla?service=dla"}, "DLA_DATABASE_URL names a service"),
    ({"DLA_DATABASE_URL": DATABASE}, "DLA_DATABASE_URL names no authority"),
    ({"DLA_DATABASE_URL": f"{DATABASE}&sslrootcert=/none"}, "DLA_DATABASE_URL: sslrootcert is no file"),
    ({"DLA_DATABASE_URL": f"{SOUND['DLA_DATABASE_URL']}&sslkeylogfile=/x"}, "leave sslkeylogfile out"),
    ({"DLA_DATABASE_URL": "postgresql://127.0.0.1,db.example.org/dla"}, "DLA_DATABASE_URL does not check"),
    ({"DLA_DATABASE_OWNER_URL": DATABASE}, "DLA_DATABASE_OWNER_URL names no authority"),
    ({"DLA_DATABASE_OWNER_URL": "postgresql://db.example.org/dla"}, "DLA_DATABASE_OWNER_URL does not check"),
    # NATS
    ({"DLA_NATS_URL": "nats://127.0.0.1:4222,nats://nats.example.org"}, "DLA_NATS_URL is not one address"),
    ({"DLA_NATS_URL": "tls://a.example.org:4222,b.example.org:4222"}, "DLA_NATS_URL is not one address"),
    ({"DLA_NATS_URL": "tls://a.example.org tls://b.example.org"}, "DLA_NATS_URL is not one address"),
    ({"DLA_NATS_URL": "TLS://nats.example.org"}, "DLA_NATS_URL is without TLS"),
    ({"DLA_NATS_URL": "ws://nats.example.org"}, "DLA_NATS_URL is without TLS"),
    ({"DLA_NATS_URL": "tls://"}, "DLA_NATS_URL names no server"),
    ({"DLA_NATS_URL": "tls://dla:secret@nats.example.org"}, "DLA_NATS_URL holds a name or a password"),
    # keys
    *(
        ({variable: b64encode(weak).decode()}, f"{variable} has a key {reason}")
        for variable in KEYS
        for weak, reason in (
            (bytes(32), "whose bytes are all the same"),
            (b"\xff" * 32, "whose bytes are all the same"),
            (bytes(range(32)), "whose bytes follow one another"),
            (bytes(range(64, 32, -1)), "whose bytes follow one another"),
            (b"\x00\xf1\xd4\x9e" * 8, "that repeats itself"),
            (b"a key for the DLA of Loire-Atlan", "that is readable text"),
        )
    ),
    ({"DLA_IDENTITY_KEY": key("sealing")}, "DLA_IDENTITY_KEY and DLA_SEALING_KEY are the same key"),
    ({"DLA_FORMER_SEALING_KEY": key("sealing")}, "DLA_FORMER_SEALING_KEY and DLA_SEALING_KEY are the same key"),
    ({"DLA_TRANSIT_KEYS": key("identity")}, "DLA_IDENTITY_KEY and DLA_TRANSIT_KEYS are the same key"),
    ({"DLA_TRANSIT_KEYS": f"{key('a')},{key('a')}"}, "DLA_TRANSIT_KEYS has the same key twice"),
    ({"DLA_AUDIT_LEDGER_KEY": key("identity")}, "DLA_AUDIT_LEDGER_KEY and DLA_IDENTITY_KEY are the same key"),
    ({"DLA_NATS_DEPLOYER_SEED": seed("intake")}, "DLA_NATS_DEPLOYER_SEED and DLA_NATS_SEED are the same key"),
    # the identity provider
    *(
        ({"DLA_ISSUER": issuer}, "DLA_ISSUER is no https:// address")
        for issuer in ("", "http://a.example", "a.example")
    ),
    ({"DLA_ISSUER": "https://dev-issuer.dla.invalid/"}, "DLA_ISSUER is the development issuer, which"),
    ({"DLA_ISSUER": "https://dev-issuer.dla.invalid/"}, "DLA_ISSUER is the development issuer, where"),
    ({"DLA_ISSUER": "http://a.example"}, "identity provider is read without TLS: set DLA_ISSUER"),
    ({"DLA_CONSOLE_DISCOVERY": "http://a.example"}, "set DLA_CONSOLE_DISCOVERY to its https:// address"),
    ({"DLA_JWKS": "http://identite.example.org/jwks"}, "DLA_JWKS is read without TLS"),
    ({"DLA_JWKS": "HTTP://identite.example.org/jwks"}, "DLA_JWKS is read without TLS"),
    ({"DLA_JWKS_TRUSTED_HOURS": "inf"}, "DLA_JWKS_TRUSTED_HOURS is inf hours"),
    ({"DLA_AUDIENCE": ""}, "DLA_AUDIENCE is empty"),
    ({"DLA_RIGHTS_FROM": "token"}, "DLA_RIGHTS_FROM=token takes the role"),
    ({"DLA_DEV_CLOCK": "/tmp/clock"}, "DLA_DEV_CLOCK moves time"),
    ({"DLA_SERVICE_TOKEN": token("https://dev-issuer.dla.invalid")}, "DLA_SERVICE_TOKEN is a token of the development"),
    # who may say who calls, and how often
    *(
        ({"DLA_PROXIES": json.dumps(networks)}, "DLA_PROXIES trusts so many addresses")
        for networks in (
            ["0.0.0.0/0"],
            ["::/0"],
            ["0.0.0.0/1", "128.0.0.0/1"],
            ["10.0.0.0/8", "0.0.0.0/5", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4"],
            ["2000::/3"],
            ["::ffff:0:0/96"],
            ["::/1", "8000::/1"],
        )
    ),
    ({"DLA_PROXIES": "[]"}, "DLA_HOST=0.0.0.0 answers other machines without TLS"),
    *(
        ({f"DLA_RATE_{who}": rate}, f"DLA_RATE_{who}={rate} {effect}")
        for who in ("PERSON", "ADDRESS", "FAILURES")
        for rate, effect in (("0/minute", "lets nobody in"), ("1000000/second", "limits nothing"))
    ),
    # other programs
    ({"DLA_FEEDS": json.dumps({n: f"http://{n}.example.org" for n in SERVICES})}, "DLA_FEEDS reads followup without"),
    ({"DLA_FEEDS": json.dumps({n: f"http://{n}.example.org" for n in SERVICES})}, "DLA_FEEDS shows intake, diagnostic"),
    ({"DLA_INTAKE_CONSOLE_URL": "http://dla.example.org"}, "DLA_INTAKE_CONSOLE_URL leads personal links"),
    ({"DLA_INTAKE_PREFILL_URL": "http://dla.example.org"}, "DLA_INTAKE_PREFILL_URL is read without TLS"),
    ({"DLA_AUDIT_LEDGER_ORIGIN": "local.dla.invalid/tlog"}, "DLA_AUDIT_LEDGER_ORIGIN is a name for development"),
    (
        {"DLA_AUDIT_LEDGER_WITNESSES": json.dumps({WITNESS: "http://temoin.example.org"})},
        "DLA_AUDIT_LEDGER_WITNESSES asks a witness without TLS",
    ),
    ({"DLA_CONSOLE_ADDRESS": "http://dla.example.org"}, "DLA_CONSOLE_ADDRESS is not https://"),
    ({"DLA_CONSOLE_HOURS": "inf"}, "DLA_CONSOLE_HOURS is inf hours"),
]


@pytest.mark.parametrize(("changed", "fault"), UNSAFE, ids=[f"{next(iter(each))}-{fault}" for each, fault in UNSAFE])
def test_what_is_unsafe_is_refused(changed: dict[str, str], fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = faults(monkeypatch, changed)
    assert [each for each in found if fault in each], found
    assert "secret@" not in "\n".join(found)
    assert not [each for each in found for value in changed.values() if len(value) > 40 and value in each]
    allowed = [each for each in faults(monkeypatch, {"DLA_MODE": "development"}) if fault in each]
    assert allowed == [], "development may"


def test_every_variable_that_libpq_lists_is_refused_but_the_harmless() -> None:
    assert len(READ_BY_LIBPQ) > 25
    for name in READ_BY_LIBPQ - {"PGAPPNAME", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT"}:
        assert [each.split()[0] for each in environment_faults({name: "x"})] == [name]


def test_a_file_holds_no_key_that_can_be_guessed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DLA_CONSOLE_KEY")
    monkeypatch.delenv("DLA_AUDIT_LEDGER_KEY")
    file, logs = tmp_path / "key", tmp_path / "logs"
    file.touch(0o600)
    logs.write_text("registre.example.org/tlog+c10e8a8e+AQIwlcXFFvXqrkSuRnAOWbZcmfYGjLlCRaX3pWe7Y1tn\n")
    named = {f"DLA_{name}_KEY_FILE": str(file) for name in ("CONSOLE", "AUDIT_LEDGER", "WITNESS")}
    named |= {"DLA_WITNESS_STORE": str(tmp_path / "store"), "DLA_WITNESS_LOGS": str(logs)}
    models = (ConsoleSettings, LedgerSettings, WitnessSettings)
    file.write_text(key("of a file"))
    sound = faults(monkeypatch, named, *models)
    assert not [each for each in sound if "KEY_FILE" in each]
    file.write_text(b64encode(bytes(32)).decode())
    weak = [each.split()[0] for each in faults(monkeypatch, named, *models) if "has a key whose" in each]
    assert weak == ["DLA_CONSOLE_KEY_FILE", "DLA_AUDIT_LEDGER_KEY_FILE", "DLA_WITNESS_KEY_FILE"]


def test_an_authority_of_ones_own_may_sign(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    assert faults(monkeypatch, {"DLA_DATABASE_URL": f"{DATABASE}&sslrootcert={authority.file}"}) == []
    (fault,) = faults(monkeypatch, {"DLA_DATABASE_URL": f"{DATABASE}&sslrootcert={authority.server().key}"})
    assert "sslrootcert is no file with the certificate of an authority" in fault


WRONG = {
    "DLA_MODE": "prod",
    "DLA_PORT": "https",
    "DLA_FEEDS": "{",
    "DLA_PROXIES": '["0.0.0.0/0"]',
    "DLA_DATABASE_URL": "postgresql://dla:hush@db.example.org/dla",
    "DLA_NATS_URL": "nats://nats.example.org",
    "DLA_SEALING_KEY": key("same"),
    "DLA_IDENTITY_KEY": key("same"),
    "DLA_ISSUER": "http://identite.example.org",
    "DLA_AUDIT_LEDGER_KEY": b64encode(bytes(32)).decode(),
    "DLA_INTAKE_CONSOLE_URL": "http://dla.example.org",
    "DLA_FOLLOWUP_REVIEWS": "every year",
    "DLA_PARCOURS_SIGNATURE_DAYS": "soon",
    "DLA_STATISTICS": "/nowhere.toml",
    "SSLKEYLOGFILE": "/tmp/keys",
}
OF_ONE = {"DLA_AUDIT_LEDGER_KEY", "DLA_INTAKE_CONSOLE_URL", "DLA_FOLLOWUP_REVIEWS", "DLA_PARCOURS_SIGNATURE_DAYS"}
COMMON = set(WRONG) - OF_ONE
OF_A_CONSOLE = {"DLA_MODE", "DLA_PORT", "DLA_FEEDS", "DLA_PROXIES", "DLA_ISSUER", "SSLKEYLOGFILE"}


@pytest.mark.parametrize(
    ("cli", "named"),
    [
        (intake, COMMON | {"DLA_INTAKE_CONSOLE_URL"}),
        (diagnostic, COMMON),
        (parcours, COMMON | {"DLA_PARCOURS_SIGNATURE_DAYS"}),
        (followup, COMMON | {"DLA_FOLLOWUP_REVIEWS"}),
        (audit, COMMON | {"DLA_AUDIT_LEDGER_KEY"}),
        (console, OF_A_CONSOLE),
    ],
    ids=[*SERVICES, "console"],
)
def test_every_program_reports_all_faults_in_one_go(cli: Any, named: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of a wrong form hides no unsafe one, in whatever model."""
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)
    refused = CliRunner().invoke(cli, ["serve"])
    assert refused.exit_code == 2, refused.output
    lines = refused.stderr.splitlines()
    assert {name for name in WRONG if any(name in line for line in lines)} >= named
    assert len(lines) == len(set(lines)), "each once"
    assert "hush" not in refused.stderr and key("same") not in refused.stderr


def test_a_mode_of_a_wrong_name_is_production(monkeypatch: pytest.MonkeyPatch) -> None:
    found = faults(monkeypatch, {"DLA_MODE": "devel", "DLA_ISSUER": "http://a.example"}, Settings)
    assert len(found) == 2 and found[1].startswith("DLA_ISSUER")
