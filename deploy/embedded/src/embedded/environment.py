"""What the stack tells a service: the whole contract between the two."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from embedded.issuer import AUDIENCE, ISSUER, Issuer
from embedded.nats import Nats
from embedded.private import kept

REGION = "local"
SERVICE_TOKEN_HOURS = 30 * 24


def database_of(service: str) -> str:
    """Also the name of the role that owns it."""
    return f"dla_{service}"


def environment(
    service: str, *, folder: Path, database_url: str, nats: Nats, issuer: Issuer, port: int, feeds: Mapping[str, str]
) -> dict[str, str]:
    return dict(os.environ) | {
        "DLA_DATABASE_URL": database_url,
        "DLA_NATS_URL": nats.url,
        "DLA_NATS_TOKEN": nats.token,
        "DLA_REGION": REGION,
        "DLA_HOST": "127.0.0.1",
        "DLA_PORT": str(port),
        "DLA_SEALING_KEY": kept(folder / "secrets" / f"{service}.sealing", _sealing_key),
        "DLA_JWKS": str(issuer.jwks),
        "DLA_ISSUER": ISSUER,
        "DLA_AUDIENCE": AUDIENCE,
        "DLA_SERVICE_TOKEN": issuer.mint("service", subject=f"service:{service}", hours=SERVICE_TOKEN_HOURS),
        "DLA_FEEDS": json.dumps(dict(feeds)),
        "DLA_DEV_CLOCK": str(folder / "clock"),
        "PYTHONUNBUFFERED": "1",  # so that its last words reach its log
    }


def _sealing_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
