"""NATS configuration of a hub and of the regions under it. No file holds a secret: a seed comes by the environment."""

from __future__ import annotations

import binascii
import ipaddress
import json
import re
from base64 import b32decode
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import nkeys

from shared.messaging.permissions import DEPLOYER, HUB, ServicePermissions, accounts, leaf_account
from shared.messaging.regions import regional_publishers

LEAF_PORT = 7422
SEED_VARIABLE = "DLA_HUB_LEAF_SEED"
"""In the environment of a region's nats-server: the seed of its leaf connection."""
REGION_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_NAME_CHARACTERS = 40
KEY_BYTES = 35
NEVER_FROM_HUB = ("dla.>", "$JS.API.>", "$JS.ACK.>", "JS.API.>")
NEVER_TO_HUB = ("$JS.>", "JS.API.>")
"""Nothing of it is in the account of the leaf connection. Said again, for the day when somebody adds an import."""


PINGS = 'ping_interval: "10s"\nping_max: 2\n'
"""Of both sides: by nats-server's default, a line that has gone silent is noticed after minutes."""


class BadInput(ValueError):
    """The message says what is wrong, and with which value."""


def check_region(name: str) -> str:
    """Raises BadInput."""
    if not REGION_NAME.fullmatch(name) or len(name) > MAX_NAME_CHARACTERS:
        raise BadInput(
            f"“{name}” is no name of a region: at most {MAX_NAME_CHARACTERS} small letters and digits, with single"
            " hyphens between them"
        )
    return name


def check_public_key(key: str, whose: str) -> str:
    """The key: `U`, then 55 more letters and digits with a checksum in them. A wrong one is not repeated: it may be a
    seed. Raises BadInput."""
    try:
        raw = b32decode(key)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES or nkeys.crc16(raw[:-2]) != int.from_bytes(raw[-2:], "little"):
        raise BadInput(f"{whose}: this is no public NKey; is a letter missing, or is it a seed?")
    if raw[0] != nkeys.PREFIX_BYTE_USER:
        raise BadInput(f"{whose}: “{key[:6]}…” is no NKey of a user, which begins with U")
    return key


def check_hub_url(url: str) -> str:
    """Raises BadInput for anything but `tls://`; on this machine, also for what is not `nats-leaf://`."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"“{url}” is no address: {error}") from error
    if not host or not port or parts.path or parts.username:
        raise BadInput(f"“{url}” is no address of a hub: give one like tls://hub.example.fr:{LEAF_PORT}")
    if parts.scheme == "tls" or (parts.scheme == "nats-leaf" and _is_this_machine(host)):
        return url
    raise BadInput(f"“{url}” is not encrypted: give tls://{host}:{port}")


def hub_accounts(hub: str, regions: Sequence[str]) -> str:
    """The accounts at a hub, with `$audit`, `$deployer` and `$region-…` for the users' public keys. Raises BadInput."""
    for name in (hub, *regions):
        check_region(name)
    if doubled := sorted({name for name in (hub, *regions) if [hub, *regions].count(name) > 1}):
        raise BadInput(f"given twice: {', '.join(doubled)}. The hub has a name of its own")
    audit = ServicePermissions("audit", regional_publishers(tuple(sorted(regions))), reads_whole_logs=True)
    return accounts([audit], hub, regions=sorted(regions))


def hub_authorization(hub: str, regions: Mapping[str, str], *, audit: str, deployer: str) -> str:
    """Users and accounts of a hub. `regions`: the public key of each region's leaf. Raises BadInput."""
    text = hub_accounts(hub, [*regions])
    users = {"audit": audit, DEPLOYER: deployer} | {leaf_account(name): key for name, key in regions.items()}
    for user, key in users.items():
        check_public_key(key, user)
    if len({*users.values()}) < len(users):
        raise BadInput("two users have one key: each region, the audit service and the deployer have their own")
    return "".join(f'{user} = "{key}"\n' for user, key in users.items()) + text


def hub_leaf_listener(listen: str, tls: Mapping[str, str] | None = None) -> str:
    """Where regions connect. `tls`: `cert_file` and `key_file`. Regions do not learn of other addresses of the hub."""
    return f"{PINGS}leafnodes {{\n  listen: {json.dumps(listen)}\n  no_advertise: true\n{_tls(tls)}}}\n"


def region_leaf(region: str, hub_url: str, authority: str | None = None, seed: str = f"${SEED_VARIABLE}") -> str:
    """A region's connection with the hub. `authority`: file of the authority that signed the hub's certificate, by
    default those of the machine. `seed`: by default, the variable of the server's environment. Raises BadInput."""
    check_region(region)
    check_hub_url(hub_url)
    trust = {"ca_file": authority} if authority else {}
    is_encrypted = authority or urlsplit(hub_url).scheme == "tls"
    return (
        f"{PINGS}leafnodes {{\n"
        "  remotes: [{\n"
        f"    url: {json.dumps(hub_url)}\n"
        f"    account: {HUB}\n"
        f"    nkey: {seed}\n"
        f"    deny_imports: {json.dumps(NEVER_FROM_HUB)}\n"
        f"    deny_exports: {json.dumps(NEVER_TO_HUB)}\n"
        f"{_tls(trust if is_encrypted else None)}"
        "  }]\n"
        "}\n"
    )


def _tls(files: Mapping[str, str] | None) -> str:
    """`handshake_first` on both sides: who waits for the other's greeting in clear waits in vain."""
    if files is None:
        return ""
    lines = "".join(f"    {name}: {json.dumps(file)}\n" for name, file in files.items())
    return "  tls {\n" + lines + "    handshake_first: true\n  }\n"


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
