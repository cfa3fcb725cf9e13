"""How does a browser keep something for us that it can neither read nor change? In sealed cookies."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
PIECE = 3800
"""Browsers refuse a cookie beyond 4,096 bytes, name and attributes included."""
MOST_PIECES = 8


@dataclass(frozen=True, slots=True)
class Jar:
    """A value kept under a name, in as many cookies as it takes. `same_site`: Strict, or Lax for what must survive the
    way back from another site."""

    name: str
    key: bytes
    secure: bool
    same_site: str = "Strict"
    max_age: int | None = None

    def opened(self, cookies: Mapping[str, str]) -> bytes | None:
        """Null for what was never there, was altered, or was sealed under another name or key."""
        pieces = [cookies.get(name) for name in self._names()]
        told = "".join(pieces[: pieces.index(None)] if None in pieces else pieces)  # type: ignore[arg-type]
        try:
            sealed = urlsafe_b64decode(told + "=" * (-len(told) % 4))
            return AESGCM(self.key).decrypt(sealed[:NONCE], sealed[NONCE:], self.name.encode())
        except (ValueError, InvalidTag):
            return None

    def kept(self, value: bytes | None, cookies: Mapping[str, str]) -> Iterator[str]:
        """The headers that keep a value, or forget it; `cookies`: those that the browser has now."""
        told = "" if value is None else self._sealed(value)
        pieces = [told[at : at + PIECE] for at in range(0, len(told), PIECE)]
        if len(pieces) > MOST_PIECES:
            raise ValueError(f"{len(value or b'')} bytes do not fit in a browser's cookies")
        for n, name in enumerate(self._names()):
            if n < len(pieces):
                age = "" if self.max_age is None else f"; Max-Age={self.max_age}"
                yield f"{name}={pieces[n]}{age}{self._attributes}"
            elif name in cookies:
                yield f"{name}=; Max-Age=0{self._attributes}"

    def _sealed(self, value: bytes) -> str:
        nonce = secrets.token_bytes(NONCE)
        sealed = nonce + AESGCM(self.key).encrypt(nonce, value, self.name.encode())
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def _names(self) -> Iterator[str]:
        prefix = "__Host-" if self.secure else ""
        return (f"{prefix}{self.name}-{n}" for n in range(MOST_PIECES))

    @property
    def _attributes(self) -> str:
        return f"; Path=/; HttpOnly; SameSite={self.same_site}" + ("; Secure" if self.secure else "")
