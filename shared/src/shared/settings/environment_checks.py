"""What the environment changes behind a program's settings: variables that libraries read, and keys used twice."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

from psycopg.pq import Conninfo

HARMLESS_TO_LIBPQ = frozenset({"PGAPPNAME", "PGCLIENTENCODING", "PGCONNECT_TIMEOUT"})
READ_BY_LIBPQ = frozenset(
    [each.envvar.decode() for each in Conninfo.get_defaults() if each.envvar]
    + ["PGREQUIRESSL", "PGSERVICEFILE", "PGSYSCONFDIR"]
)
"""What libpq itself lists, and where it looks for more."""
REFUSED = {
    "SSLKEYLOGFILE": "has the secrets of every TLS connection written to a file: unset it",
    "HTTP_PROXY": "sends unencrypted requests, tokens included, to another machine: unset it; HTTPS_PROXY may stay",
    "ALL_PROXY": "sends unencrypted requests, tokens included, to another machine: unset it, or set HTTPS_PROXY",
}
MACHINE_AUTHORITIES = tuple(map(Path, ("/etc/ssl", "/etc/pki")))
"""Where systems keep the authorities that they trust; their administrators alone write there."""
SECRETS = ("_KEY", "_KEYS", "_SEED")


def environment_faults(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """One sentence per fault; no value is repeated."""
    for name in sorted(READ_BY_LIBPQ & environment.keys() - HARMLESS_TO_LIBPQ):
        yield f"{name} changes where PostgreSQL connections go, or how: unset it, and say it in DLA_DATABASE_URL"
    for name in sorted(environment):
        if environment[name] and (reason := REFUSED.get(name.upper())):
            yield f"{name} {reason}"
    for name in ("SSL_CERT_DIR", "SSL_CERT_FILE"):
        if any(not _of_this_machine(each) for each in environment.get(name, "").split(os.pathsep) if each):
            yield f"{name} replaces the authorities of this machine: unset it, and name your own in DLA_CA_FILE"
    yield from _shared_secrets(environment)


def _of_this_machine(path: str) -> bool:
    return any(Path(path).resolve().is_relative_to(each) for each in MACHINE_AUTHORITIES)


def _shared_secrets(environment: Mapping[str, str]) -> Iterator[str]:
    """Who learns one of two equal keys has the other too."""
    secrets = [
        (_bytes_of(secret), name.upper())
        for name, value in environment.items()
        if name.upper().startswith("DLA_") and name.upper().endswith(SECRETS)
        for secret in value.replace(",", " ").split()
    ]
    for _, same in groupby(sorted(secrets), key=lambda each: each[0]):
        names = [name for _, name in same]
        if len(names) > 1:
            yield (
                f"{names[0]} has the same key twice: name each key once"
                if len(set(names)) == 1
                else f"{' and '.join(dict.fromkeys(names))} are the same key: make another for each"
            )


def _bytes_of(secret: str) -> bytes:
    """Two spellings of one key are equal."""
    try:
        return b64decode(secret)
    except ValueError:
        return secret.encode()
