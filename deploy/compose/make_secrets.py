"""What does each container know that the others must not? Made at the first start, kept ever after."""

import base64
import secrets
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from embedded.private import kept, password, write_private

SECRETS = Path("/secrets")
"""One volume in it for each reader, who mounts that one alone."""


def make_secrets(services: Iterable[str]) -> None:
    kept(SECRETS / "postgres" / "password", password)
    token = kept(SECRETS / "nats" / "token", password)
    write_private(SECRETS / "nats" / "authorization.conf", f'authorization {{ token: "{token}" }}\n')
    for server in (SECRETS / "postgres", SECRETS / "nats"):
        open_to_the_server(server)
    for service in services:
        folder = SECRETS / service
        kept(folder / "DLA_DATABASE_URL", partial(database_url, service))
        kept(folder / "DLA_SEALING_KEY", sealing_key)
        write_private(folder / "DLA_NATS_TOKEN", token)


def database_url(service: str) -> str:
    return f"postgresql://dla_{service}:{password()}@postgres:5432/dla_{service}"


def sealing_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def open_to_the_server(folder: Path) -> None:
    """It runs as another user than we do, and mounts this volume alone."""
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    make_secrets(sys.argv[1:])
