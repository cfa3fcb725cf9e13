"""Makes the secrets of each container at the first start; later starts leave them as they are."""

import base64
import secrets
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from embedded.private_files import keep_secret, new_password, private_folder, write_private
from embedded.processes.nats_users import DEPLOYER, authorization, new_seed

ACCOUNTS = Path(__file__).with_name("accounts.conf")


def make_secrets(folders: Path, region: str, services: Sequence[str]) -> None:
    """One folder for each reader: a volume which it mounts, and no other. All services share the identity key; those of
    the phases also the transit key, which audit does not need. Only `migrate` is given the owner of a database."""
    postgres, nats, deployer = folders / "postgres", folders / "nats", folders / "deployer"
    keep_secret(postgres / "password", new_password)
    seeds = {service: keep_secret(folders / service / "DLA_NATS_SEED", new_seed) for service in services}
    seeds |= {DEPLOYER: keep_secret(deployer / "DLA_NATS_DEPLOYER_SEED", new_seed)}
    identity_key = shared_secret(folders, services, "DLA_IDENTITY_KEY")
    transit_key = shared_secret(folders, services, "DLA_TRANSIT_KEYS")
    private_folder(nats)
    write_private(nats / "authorization.conf", authorization(ACCOUNTS.read_text(), region, seeds))
    open_to_the_server(postgres)
    open_to_the_server(nats)
    for service in services:
        folder = folders / service
        owner, serving, serving_url = f"dla_{service}", f"dla_{service}_serve", folder / "DLA_DATABASE_URL"
        if serving_url.exists() and urlsplit(serving_url.read_text()).username == owner:
            serving_url.unlink()  # of a first start from before there were two roles
        keep_secret(folders / f"{service}-owner" / "DLA_DATABASE_OWNER_URL", partial(database_url, service, owner))
        keep_secret(serving_url, partial(database_url, service, serving))
        keep_secret(folder / "DLA_SEALING_KEY", thirty_two_bytes)
        keep_secret(folder / "DLA_IDENTITY_KEY", lambda: identity_key)
        if service == "audit":
            keep_secret(folder / "DLA_AUDIT_LEDGER_KEY", thirty_two_bytes)
        else:
            keep_secret(folder / "DLA_TRANSIT_KEYS", lambda: transit_key)
    keep_secret(folders / "console" / "DLA_CONSOLE_KEY", thirty_two_bytes)


def shared_secret(folders: Path, services: Sequence[str], name: str) -> str:
    """The one that a service has already, else a new one."""
    known = [folders / service / name for service in services]
    return next((file.read_text() for file in known if file.exists()), None) or thirty_two_bytes()


def database_url(service: str, role: str) -> str:
    return f"postgresql://{role}:{new_password()}@postgres:5432/dla_{service}"


def thirty_two_bytes() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def open_to_the_server(folder: Path) -> None:
    """It runs as another user than we do, and mounts this volume alone."""
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
