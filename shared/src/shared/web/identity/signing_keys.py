"""The signing keys that the identity provider publishes (JWKS).

They are read again when they are old or when an unknown key is named, and trusted through an outage of the provider up
to a limit."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

log = logging.getLogger(__name__)
REFRESH_SECONDS = 600.0
"""A withdrawn key is trusted for ten minutes at most, unless the provider is unreachable."""
RETRY_SECONDS = 30.0
RETRY_WITHOUT_KEYS_SECONDS = 2.0
TIMEOUT_SECONDS = 5.0
MAX_KEY_SET_BYTES = 256 * 1024
ASYMMETRIC = {"RSA", "EC", "OKP"}
"""A published symmetric key would let anybody sign."""


class KeysUnavailable(Exception):
    """The provider's keys cannot be read, and none that was read before is trusted any more."""


class TrustedKeys(KeySet):
    """As they were read at one moment: what was verified by one reading is not by another."""

    __eq__ = object.__eq__
    __hash__ = object.__hash__


class SigningKeys:
    """`where`: a file or a URL. `trusted_for`: seconds for which keys outlive an outage of the provider."""

    def __init__(self, where: str, trusted_for: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._where, self._trusted_for, self._clock = where, trusted_for, clock
        self._keys = TrustedKeys([])
        self._read_at = self._tried_at = float("-inf")
        self._reading = Lock()

    def keys_for(self, kid: str | None) -> TrustedKeys:
        """All keys trusted now, read again when they are old or none has this id. Raises KeysUnavailable."""
        if self._is_old() and self._keys:
            self._refresh(wait=False)
        if not self._keys or not self._has(kid):
            self._refresh(wait=True)
        if not self._keys or self._age() > self._trusted_for:
            raise KeysUnavailable(self._where)
        return self._keys

    def _has(self, kid: str | None) -> bool:
        return kid is None or any(key.kid == kid for key in self._keys)

    def _age(self) -> float:
        return self._clock() - self._read_at

    def _is_old(self) -> bool:
        return self._age() > min(REFRESH_SECONDS, self._trusted_for)

    def _refresh(self, *, wait: bool) -> None:
        """One thread reads at a time. With `wait`, the others wait for it; else they go on with the keys they have."""
        if not self._reading.acquire(timeout=TIMEOUT_SECONDS + 1 if wait else 0):
            return
        try:
            pause = RETRY_SECONDS if self._keys else RETRY_WITHOUT_KEYS_SECONDS
            if self._clock() - self._tried_at < pause:
                return
            self._tried_at = self._clock()
            self._keys = TrustedKeys(_usable(self._fetch_keys()))
            self._read_at = self._clock()
        except (httpx.HTTPError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("the keys of the identity provider cannot be read: %r", error)
        finally:
            self._reading.release()

    def _fetch_keys(self) -> Any:
        if not self._where.startswith(("http://", "https://")):
            return json.loads(Path(self._where).read_text())
        received = bytearray()
        with httpx.stream("GET", self._where, timeout=TIMEOUT_SECONDS) as answer:
            for chunk in answer.raise_for_status().iter_bytes():
                received += chunk
                if len(received) > MAX_KEY_SET_BYTES:
                    raise ValueError("they are larger than any key set")
        return json.loads(received)


def _usable(published: Any) -> list[Key]:
    """The keys that can verify a signature; unknown kinds are skipped. Raises ValueError when none is left."""
    keys: list[Key] = []
    for jwk in published["keys"]:
        if jwk.get("kty") in ASYMMETRIC and jwk.get("use", "sig") == "sig":
            try:
                keys.append(JWKRegistry.import_key(jwk))
            except (JoseError, ValueError) as error:
                log.warning("a key of the identity provider is of no use: %r", error)
    if not keys:
        raise ValueError("none of them can verify a signature")
    return keys
