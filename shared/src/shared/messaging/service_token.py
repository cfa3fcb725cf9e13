"""The token with which a service reads the feeds of the others: a fixed one, one in a file that is renewed, or one that
the identity provider gives for client credentials and that is renewed before it ends."""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from shared.settings import Settings

RENEWED_AT = 0.7
"""Share of a token's life after which the next one is asked for."""
RETRY_SECONDS = 5.0
TIMEOUT_SECONDS = 5.0
MAX_ANSWER_BYTES = 64 * 1024
WARNING_SECONDS = {"fixed": 7 * 86_400.0, "renewed": 300.0}
"""How long before its end a warning is logged: people renew a fixed one; a file or a provider should have by then."""
log = logging.getLogger(__name__)


class TokenUnavailable(Exception):
    """There is no token that the other services would accept."""


class ServiceToken(Protocol):
    @property
    def expires_at(self) -> float | None:
        """Seconds since 1970; null when the token does not say."""

    @property
    def warning_seconds(self) -> float:
        """Less than so long before its end, somebody must look."""

    def value(self) -> str:
        """Raises TokenUnavailable."""


class FixedToken:
    warning_seconds = WARNING_SECONDS["fixed"]

    def __init__(self, token: str) -> None:
        self._token, self.expires_at = token, expiry_of(token)

    def value(self) -> str:
        return self._token


class FileToken:
    """Read again whenever the file has changed; the last one stays while the file is away."""

    warning_seconds = WARNING_SECONDS["renewed"]

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._token = ""
        self.expires_at: float | None = None

    def value(self) -> str:
        try:
            status = self._file.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            if seen != self._seen and (token := self._file.read_text().strip()):
                self._token, self._seen, self.expires_at = token, seen, expiry_of(token)
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the service token cannot be read from %s: %s", self._file, error)
        if not self._token:
            raise TokenUnavailable(f"no service token is in {self._file}")
        return self._token


class ClientCredentials:
    """RFC 6749, section 4.4. While the provider does not answer, the token before is used until it ends."""

    warning_seconds = WARNING_SECONDS["renewed"]

    def __init__(
        self,
        url: str,
        client: tuple[str, str],
        *,
        trusted: ssl.SSLContext | bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`client`: id and secret."""
        self._url, self._client, self._clock = url, client, clock
        self._trusted, self._asking = trusted, Lock()
        self._token, self._renew_at = "", float("-inf")
        self.expires_at: float | None = None

    def value(self) -> str:
        with self._asking:
            if self._clock() >= self._renew_at:
                self._renew()
        if not self._token or (self.expires_at is not None and self._clock() >= self.expires_at):
            raise TokenUnavailable(f"{self._url} gives no token for this service")
        return self._token

    def _renew(self) -> None:
        begun_at = self._clock()
        try:
            token, seconds = self._ask()
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
            self._renew_at = begun_at + RETRY_SECONDS
            log.warning("the service token cannot be renewed at %s: %r", self._url, error)
            return
        self._token, self.expires_at = token, begun_at + seconds
        self._renew_at = begun_at + RENEWED_AT * seconds

    def _ask(self) -> tuple[str, float]:
        """The token, and how many seconds it lives."""
        with (
            httpx.Client(verify=self._trusted, timeout=TIMEOUT_SECONDS, trust_env=False) as http,
            http.stream("POST", self._url, data={"grant_type": "client_credentials"}, auth=self._client) as answer,
        ):
            answer.raise_for_status()
            content = bytearray()
            for piece in answer.iter_bytes():
                content += piece
                if len(content) > MAX_ANSWER_BYTES:
                    raise ValueError("an answer without an end")
        fields = json.loads(content)
        token, seconds = str(fields["access_token"]), float(fields.get("expires_in", 300))
        if not token or seconds <= 0:
            raise ValueError("an empty token, or one that has ended")
        return token, seconds


def build_service_token(settings: Settings) -> ServiceToken:
    if settings.service_token_file is not None:
        return FileToken(settings.service_token_file)
    if settings.service_token_url is not None:
        assert settings.service_client_secret is not None, "the settings are checked"
        client = settings.service_client_id, settings.service_client_secret.get_secret_value()
        return ClientCredentials(str(settings.service_token_url), client, trusted=settings.trusted)
    return FixedToken(settings.service_token.get_secret_value())


def seconds_left(token: ServiceToken, now: float) -> float | None:
    """Negative once it has ended; null when it does not say."""
    return None if token.expires_at is None else token.expires_at - now


def find_token_fault(token: ServiceToken, clock: Callable[[], float] = time.time) -> str | None:
    """Why the feeds of the other services refuse this one, or will soon; null while nobody need look."""
    try:
        token.value()
    except TokenUnavailable as error:
        return str(error)
    left = seconds_left(token, clock())
    if left is None or left > token.warning_seconds:
        return None
    return "the service token has ended" if left <= 0 else f"the service token ends in {left / 60:.0f} minutes"


def expiry_of(token: str) -> float | None:
    """The `exp` of a JWT, unverified: who gave it to us is not in question. Null for any other token."""
    try:
        claims = json.loads(extract_compact(token.encode()).payload)
    except (ValueError, JoseError):
        return None
    expiry = claims.get("exp") if isinstance(claims, dict) else None
    return float(expiry) if isinstance(expiry, int | float) else None
