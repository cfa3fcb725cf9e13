"""The NKey users of NATS: one per service and one for the deploy step. The server knows the public halves."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import nkeys

ACCOUNTS = Path(__file__).parents[4] / "nats" / "accounts.conf"
"""What each may do; generated, see `make schemas`."""
DEPLOYER = "deployer"


def new_seed() -> str:
    seed: bytes = nkeys.encode_seed(secrets.token_bytes(32), nkeys.PREFIX_BYTE_USER)
    return seed.decode()


def public_key(seed: str) -> str:
    """What the server knows of a user."""
    key: bytes = nkeys.from_seed(seed.encode()).public_key
    return key.decode()


def authorization(accounts: str, region: str, seeds: Mapping[str, str]) -> str:
    """For nats-server's configuration: the accounts of a region, and the public key of each user by name."""
    keys = "".join(f'{user} = "{public_key(seed)}"\n' for user, seed in seeds.items())
    return keys + accounts.replace("{region}", region)
