"""Checks of a service's own token: there is one way to get it, and it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import HttpUrl, SecretStr

from shared.settings.network_checks import is_unencrypted

WAYS = {
    "service_token": "DLA_SERVICE_TOKEN",
    "service_token_file": "DLA_SERVICE_TOKEN_FILE",
    "service_token_url": "DLA_SERVICE_TOKEN_URL",
}


def check_token_source(secret: SecretStr | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    """Of the last of these fields, the client's secret."""
    if not WAYS.keys() <= earlier.keys():
        return  # one of them is wrong itself
    given = [variable for field, variable in WAYS.items() if _is_set(earlier[field])]
    if not given:
        yield (
            "DLA_SERVICE_TOKEN is not set, nor DLA_SERVICE_TOKEN_FILE, a file in which a token is renewed, nor"
            " DLA_SERVICE_TOKEN_URL, of an identity provider that gives one: set one of them"
        )
    elif len(given) > 1:
        yield f"{' and '.join(given)} are set, and nobody knows which token counts: keep one of them"
    elif "DLA_SERVICE_TOKEN_URL" in given and not (earlier.get("service_client_id") and _is_set(secret)):
        yield "DLA_SERVICE_TOKEN_URL needs DLA_SERVICE_CLIENT_ID and DLA_SERVICE_CLIENT_SECRET: set both"


def check_token_url(url: HttpUrl | None, _: Mapping[str, Any]) -> Iterator[str]:
    if url is not None and is_unencrypted(str(url)):
        yield "DLA_SERVICE_TOKEN_URL would send the client's secret without TLS: use https://"


def _is_set(value: Any) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
