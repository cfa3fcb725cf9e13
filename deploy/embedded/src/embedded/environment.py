"""The settings that the stack gives to the services and the console, as environment variables."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from embedded.identity.issuer import AUDIENCE, ISSUER, Issuer
from embedded.private_files import keep_secret, private_folder
from embedded.processes.nats import Nats

ORIGIN = "local.dla.invalid/tlog"
SERVICE_TOKEN_HOURS = 30 * 24


def database_name(service: str) -> str:
    """Also the name of the role that owns it; the one that serves has a name of its own."""
    return f"dla_{service}"


def service_environment(
    service: str,
    *,
    folder: Path,
    database_url: str,
    nats: Nats,
    issuer: Issuer,
    port: int,
    feeds: Mapping[str, str],
    console: str | None = None,
    metrics_port: int | None = None,
) -> dict[str, str]:
    """`console`: where personal links lead, if there is one. `metrics_port`: of `/metrics` and `/status`."""
    if service == "audit":
        own = _ledger(folder)
    else:
        own = {"DLA_TRANSIT_KEYS": keep_secret(folder / "secrets" / "transit", _thirty_two_bytes)}
    if service == "intake" and console:
        own["DLA_INTAKE_CONSOLE_URL"] = console
    if metrics_port is not None:
        own["DLA_METRICS_PORT"] = str(metrics_port)
    return dict(os.environ) | {
        "DLA_MODE": "development",
        "DLA_RIGHTS_FROM": "token",
        "DLA_DATABASE_URL": database_url,
        "DLA_NATS_URL": nats.url,
        "DLA_NATS_SEED": nats.seed(service),
        "DLA_REGION": nats.region,
        "DLA_HOST": "127.0.0.1",
        "DLA_PORT": str(port),
        "DLA_SEALING_KEY": keep_secret(folder / "secrets" / f"{service}.sealing", _thirty_two_bytes),
        "DLA_IDENTITY_KEY": keep_secret(folder / "secrets" / "identity", _thirty_two_bytes),
        "DLA_ERASURE_LIST": str(private_folder(folder / "erased") / service),
        "DLA_JWKS": str(issuer.jwks),
        "DLA_ISSUER": ISSUER,
        "DLA_AUDIENCE": AUDIENCE,
        "DLA_SERVICE_TOKEN": issuer.mint("service", subject=f"service:{service}", hours=SERVICE_TOKEN_HOURS),
        "DLA_FEEDS": json.dumps(dict(feeds)),
        "DLA_DEV_CLOCK": str(folder / "clock"),
        "DLA_RATE_PERSON": "6000/minute",  # the stories are played by a few people who never rest
        "DLA_LOG_FORMAT": "text",  # its last lines are shown when it fails
        "PYTHONUNBUFFERED": "1",  # so that its last lines reach its log
        **own,
    }


def console_environment(
    folder: Path, *, port: int, address: str, provider: str, feeds: Mapping[str, str]
) -> dict[str, str]:
    """`address`: as a browser names the console; `provider`: where the development provider is."""
    key = folder / "secrets" / "console"
    keep_secret(key, _thirty_two_bytes)
    sessions = folder / "ended-sessions"
    sessions.mkdir(mode=0o700, exist_ok=True)
    return dict(os.environ) | {
        "DLA_CONSOLE_SESSIONS": str(sessions),
        "DLA_MODE": "development",
        "DLA_HOST": "127.0.0.1",
        "DLA_PORT": str(port),
        "DLA_ISSUER": ISSUER,
        "DLA_FEEDS": json.dumps(dict(feeds)),
        "DLA_CONSOLE_ADDRESS": address,
        "DLA_CONSOLE_DISCOVERY": f"{provider}/.well-known/openid-configuration",
        "DLA_CONSOLE_KEY_FILE": str(key),
        "DLA_RATE_PERSON": "6000/minute",  # the stories are played by a few people who never rest
        "DLA_LOG_FORMAT": "text",
        "PYTHONUNBUFFERED": "1",
    }


def _ledger(folder: Path) -> dict[str, str]:
    """Audit's signing key and its name; the last signed checkpoint is stored in the same folder."""
    key = folder / "secrets" / "audit.ledger"
    keep_secret(key, _thirty_two_bytes)
    return {"DLA_AUDIT_LEDGER_ORIGIN": ORIGIN, "DLA_AUDIT_LEDGER_KEY_FILE": str(key)}


def _thirty_two_bytes() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
