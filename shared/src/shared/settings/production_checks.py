"""Production checks: a service refuses to start on development settings, and on unencrypted connections."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

if TYPE_CHECKING:
    from shared.settings.server import ServerSettings
    from shared.settings.settings import OwnerSettings, Settings

DEVELOPMENT_ISSUER = "https://dev-issuer.dla.invalid"


def production_faults(settings: Settings) -> Iterator[str]:
    """One sentence per fault: the setting, the reason, and what to set."""
    if settings.issuer == DEVELOPMENT_ISSUER:
        yield (
            "DLA_ISSUER is the development issuer, which signs any token for whoever asks: set DLA_ISSUER and"
            " DLA_JWKS to those of your identity provider, or, to try the system, DLA_MODE=development"
        )
    if settings.rights_from == "token":
        yield (
            "DLA_RIGHTS_FROM=token takes the role from the token, which no identity provider knows: it is for"
            " DLA_MODE=development only; `dla-intake register` gives the first right of the register"
        )
    if settings.dev_clock:
        yield "DLA_DEV_CLOCK moves time: it is for DLA_MODE=development only"
    yield from _weak_transit_keys(settings)
    yield from _unencrypted_connections(settings)


def _weak_transit_keys(settings: Settings) -> Iterator[str]:
    """A key that somebody else has too, or that anybody can guess, protects no name."""
    keys = [key.get_secret_value() for key in settings.transit_keys]
    own = {settings.sealing_key.get_secret_value(), settings.identity_key.get_secret_value()}
    if any(len(set(key)) == 1 for key in keys):
        yield "DLA_TRANSIT_KEYS has a key whose bytes are all the same: make one of 32 random bytes"
    if own & set(keys):
        yield "DLA_TRANSIT_KEYS has the sealing key or the identity key of this service: make a key of its own"
    if len(set(keys)) < len(keys):
        yield "DLA_TRANSIT_KEYS has the same key twice: name each once, the newest first"


def _unencrypted_connections(settings: Settings) -> Iterator[str]:
    if settings.jwks.startswith("http://"):
        yield "DLA_JWKS is read without TLS: whoever is on the way could sign tokens; use https://"
    if not settings.nats_url.startswith("tls://") and not is_loopback(urlsplit(settings.nats_url).hostname):
        yield (
            "DLA_NATS_URL is without TLS: whoever is on the way reads and alters events; use tls://, with DLA_CA_FILE"
            " when an authority of your own signed the certificate of the server"
        )
    if is_database_unencrypted(settings.database_url.get_secret_value()):
        yield (
            "DLA_DATABASE_URL does not check whom it speaks to: end it with ?sslmode=verify-full, and &sslrootcert= the"
            " file of the authority that signed the certificate of the server (or sslrootcert=system)"
        )
    for service, address in settings.feeds.items():
        if is_unencrypted(str(address)):
            yield f"DLA_FEEDS reads {service} without TLS, and shows it the token of this service: use https://"
    yield from server_faults(settings)


def owner_faults(settings: OwnerSettings) -> Iterator[str]:
    """The faults of the commands that own the tables."""
    if settings.database_owner_url is None:
        yield (
            "DLA_DATABASE_OWNER_URL is not set: the role of DLA_DATABASE_URL, which serves, must not own the tables, or"
            " whoever takes a service over rewrites its log"
        )
    elif is_database_unencrypted(settings.database_owner_url.get_secret_value()):
        yield (
            "DLA_DATABASE_OWNER_URL does not check whom it speaks to: end it with ?sslmode=verify-full, as"
            " DLA_DATABASE_URL"
        )


def server_faults(settings: ServerSettings) -> Iterator[str]:
    """The faults of any program that serves HTTP."""
    if not (is_loopback(settings.host) or settings.over_tls):
        yield (
            f"DLA_HOST={settings.host} answers other machines without TLS: set DLA_TLS_CERTIFICATE and DLA_TLS_KEY, or"
            " DLA_PROXIES to the addresses of what ends TLS before it"
        )


def is_unencrypted(url: str) -> bool:
    """Over a network, that is: what stays on this machine may be plain."""
    parts = urlsplit(url)
    return parts.scheme != "https" and not is_loopback(parts.hostname)


def is_database_unencrypted(url: str) -> bool:
    parameters = conninfo_to_dict(url)
    hosts = str(parameters.get("hostaddr") or parameters.get("host") or "").split(",")
    here = all(not host or host.startswith(("/", "@")) or is_loopback(host) for host in hosts)
    return not here and parameters.get("sslmode") != "verify-full"


def is_loopback(host: str | None) -> bool:
    """The loopback, by name or number."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
