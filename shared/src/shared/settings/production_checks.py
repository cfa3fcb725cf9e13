"""Production checks: a program refuses to start on development settings, on unencrypted connections, and on limits
that limit nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jws import extract_compact
from limits import parse
from pydantic import SecretStr

from shared.settings.checked import Check
from shared.settings.network_checks import database_faults, is_loopback, is_unencrypted

DEVELOPMENT_ISSUER = "https://dev-issuer.dla.invalid"


def https_only(variable: str, reason: str) -> Check:
    """A check of an address, of a list of them, or of addresses by name."""

    def check(value: Any, _: Mapping[str, Any]) -> Iterator[str]:
        for address in value.values() if isinstance(value, Mapping) else [value] if value else ():
            if is_unencrypted(str(address)):
                yield f"{variable} {reason}: use https://"

    return check


def at_most(variable: str, limit: float, unit: str, reason: str) -> Check:
    """A check of a number that has no bound of its own."""

    def check(value: float, _: Mapping[str, Any]) -> Iterator[str]:
        if not value <= limit:
            yield f"{variable} is {value:g} {unit}, {reason}: at most {limit:g}"

    return check


def rate_within(variable: str, limit: int) -> Check:
    """A check of a rate: `limit` is the most a minute that still limits something."""

    def check(value: str, _: Mapping[str, Any]) -> Iterator[str]:
        rate = parse(value)
        if not 0 < rate.amount * 60 <= limit * rate.get_expiry():
            effect = "lets nobody in" if rate.amount <= 0 else "limits nothing"
            yield f"{variable}={value} {effect}: set it between 1/minute and {limit}/minute"

    return check


def of_development(variable: str, consequence: str) -> Check:
    """A check of a name that is for development: one under `.invalid`, which nobody can own."""

    def check(value: str, _: Mapping[str, Any]) -> Iterator[str]:
        if value.partition("/")[0].endswith(".invalid"):
            yield f"{variable} is a name for development, {consequence}: choose one below a domain of your own"

    return check


def check_issuer(value: str, _: Mapping[str, Any]) -> Iterator[str]:
    if value.rstrip("/") == DEVELOPMENT_ISSUER:
        yield (
            "DLA_ISSUER is the development issuer, which signs any token for whoever asks: set DLA_ISSUER and"
            " DLA_JWKS to those of your identity provider, or, to try the system, DLA_MODE=development"
        )
    else:
        yield from _unsafe_issuer("DLA_ISSUER", value)


def _unsafe_issuer(variable: str, value: str) -> Iterator[str]:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname:
        yield (
            f"{variable} is no https:// address: whoever is on the way could pass for the identity provider; set it to"
            " the `iss` of its tokens"
        )


def check_second_issuer(value: str | None, _: Mapping[str, Any]) -> Iterator[str]:
    if value is not None and value.rstrip("/") == DEVELOPMENT_ISSUER:
        yield "DLA_SECOND_ISSUER is the development issuer, which signs any token for whoever asks: leave it out"
    elif value is not None:
        yield from _unsafe_issuer("DLA_SECOND_ISSUER", value)


def check_second_provider(jwks: str | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    if "second_issuer" not in earlier:
        return
    if (jwks is None) != (earlier["second_issuer"] is None):
        yield "DLA_SECOND_ISSUER and DLA_SECOND_JWKS go together: a provider, and the keys that sign its tokens"
    if jwks is not None and earlier["second_issuer"] == earlier.get("issuer"):
        yield "DLA_SECOND_ISSUER is DLA_ISSUER: two providers have two names"


def check_jwks(value: str, _: Mapping[str, Any]) -> Iterator[str]:
    yield from _unsafe_keys("DLA_JWKS", value)


def check_second_jwks(value: str | None, _: Mapping[str, Any]) -> Iterator[str]:
    yield from _unsafe_keys("DLA_SECOND_JWKS", value or "")


def _unsafe_keys(variable: str, value: str) -> Iterator[str]:
    if "://" in value and urlsplit(value).scheme != "https":
        yield f"{variable} is read without TLS: whoever is on the way could sign tokens; use https://"


def check_audience(value: str, _: Mapping[str, Any]) -> Iterator[str]:
    if not value:
        yield "DLA_AUDIENCE is empty: tokens for other applications would be accepted; set it to the `aud` of yours"


def check_rights_source(value: str, _: Mapping[str, Any]) -> Iterator[str]:
    if value == "token":
        yield (
            "DLA_RIGHTS_FROM=token takes the role from the token, which no identity provider knows: it is for"
            " DLA_MODE=development only; `dla-intake register` gives the first right of the register"
        )


def check_clock(value: object, _: Mapping[str, Any]) -> Iterator[str]:
    if value:
        yield "DLA_DEV_CLOCK moves time: it is for DLA_MODE=development only"


def check_service_token(value: SecretStr, _: Mapping[str, Any]) -> Iterator[str]:
    """A token that is no JWT is not judged here: the other services refuse it."""
    try:
        claims = json.loads(extract_compact(value.get_secret_value().encode()).payload)
    except (ValueError, JoseError):
        return
    if isinstance(claims, dict) and str(claims.get("iss")).rstrip("/") == DEVELOPMENT_ISSUER:
        yield (
            "DLA_SERVICE_TOKEN is a token of the development issuer: ask your identity provider for one of this service"
        )


def check_feeds(value: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[str]:
    for service, address in value.items():
        if is_unencrypted(str(address)):
            yield f"DLA_FEEDS reads {service} without TLS, and shows it the token of this service: use https://"


def database_url(variable: str) -> Callable[[SecretStr | None, Mapping[str, Any]], Iterator[str]]:
    """A check of a PostgreSQL URL, where one is set."""

    def check(value: SecretStr | None, _: Mapping[str, Any]) -> Iterator[str]:
        if value is not None:
            yield from database_faults(variable, value.get_secret_value())

    return check


def check_owner_url(value: SecretStr | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    """Of the commands that own the tables."""
    if value is None:
        yield (
            "DLA_DATABASE_OWNER_URL is not set: the role of DLA_DATABASE_URL, which serves, must not own the tables, or"
            " whoever takes a service over rewrites its log"
        )
    yield from database_url("DLA_DATABASE_OWNER_URL")(value, earlier)


def check_transit_keys(value: Sequence[object], _: Mapping[str, Any]) -> Iterator[str]:
    """Of services that send or receive names."""
    if not value:
        yield (
            "DLA_TRANSIT_KEYS is not set: no service would learn what structures and people are called; make one"
            " key of 32 random bytes in base64, and give it to the services of the four phases"
        )


def check_erasure_list(value: object, _: Mapping[str, Any]) -> Iterator[str]:
    """Of services that erase people."""
    if value is None:
        yield (
            "DLA_ERASURE_LIST is not set: a restored back-up would bring erased people back; name a file on a disk"
            " that is not restored with the database"
        )


def check_exposure(proxies: object, earlier: Mapping[str, Any]) -> Iterator[str]:
    """Of any program that serves HTTP: what answers other machines does so over TLS."""
    if not {"host", "tls_certificate"} <= earlier.keys():
        return
    if not (is_loopback(earlier["host"]) or earlier["tls_certificate"] or proxies):
        yield (
            f"DLA_HOST={earlier['host']} answers other machines without TLS: set DLA_TLS_CERTIFICATE and DLA_TLS_KEY,"
            " or DLA_PROXIES to the addresses of what ends TLS before it"
        )
