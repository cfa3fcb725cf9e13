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


def authorization(accounts: str, region: str, seeds: Mapping[str, str]) -> str:
    """For nats-server's configuration: the accounts of a region, and the public key of each user by name."""
    public = {user: nkeys.from_seed(seed.encode()).public_key.decode() for user, seed in seeds.items()}
    keys = "".join(f'{user} = "{key}"\n' for user, key in public.items())
    return keys + accounts.replace("{region}", region)
