"""For development: the issuer's public keys and a token of its own for each service, whoever may ask for the others."""

import sys
from collections.abc import Iterable
from pathlib import Path

from embedded.cli import DATA_FOLDER
from embedded.environment import SERVICE_TOKEN_HOURS
from embedded.identity.issuer import Issuer
from embedded.private_files import write_private


def publish_keys(secrets: Path, services: Iterable[str]) -> None:
    issuer = Issuer(DATA_FOLDER)
    issuer.publish()
    for service in services:
        folder = secrets / service
        write_private(folder / "jwks.json", issuer.jwks.read_text())
        token = issuer.mint("service", subject=f"service:{service}", hours=SERVICE_TOKEN_HOURS)
        write_private(folder / "DLA_SERVICE_TOKEN", token)


if __name__ == "__main__":
    publish_keys(Path(sys.argv[1]), sys.argv[2:])
    sys.stderr.write("Development only: this issuer signs any token for whoever can run it.\n")
