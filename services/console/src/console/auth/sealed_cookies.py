"""Encrypted cookies: the browser keeps a value that it can neither read nor change (AES-256-GCM)."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
CHUNK_CHARACTERS = 3800
"""Browsers refuse a cookie beyond 4,096 bytes, name and attributes included."""
MAX_CHUNKS = 8


@dataclass(frozen=True, slots=True)
class SealedCookie:
    """One value under a name, in as many cookies as it needs. `same_site`: Strict, or Lax for what must survive the
    way back from another site. `max_age`: seconds."""

    name: str
    key: bytes
    secure: bool
    same_site: str = "Strict"
    max_age: int | None = None

    def read(self, cookies: Mapping[str, str]) -> bytes | None:
        """The value; null when there is none, when it was altered, or encrypted under another name or key."""
        chunks = [cookies.get(name) for name in self._names()]
        encoded = "".join(chunks[: chunks.index(None)] if None in chunks else chunks)  # type: ignore[arg-type]
        try:
            encrypted = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
            return AESGCM(self.key).decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], self.name.encode())
        except (ValueError, InvalidTag):
            return None

    def set_cookie_headers(self, value: bytes | None, cookies: Mapping[str, str]) -> Iterator[str]:
        """The Set-Cookie headers that store a value, or delete it when null. `cookies`: those the browser has now.

        Raises ValueError when it does not fit."""
        encoded = "" if value is None else self._encrypt(value)
        chunks = [encoded[at : at + CHUNK_CHARACTERS] for at in range(0, len(encoded), CHUNK_CHARACTERS)]
        if len(chunks) > MAX_CHUNKS:
            raise ValueError(f"{len(value or b'')} bytes do not fit in a browser's cookies")
        for n, name in enumerate(self._names()):
            if n < len(chunks):
                age = "" if self.max_age is None else f"; Max-Age={self.max_age}"
                yield f"{name}={chunks[n]}{age}{self._attributes}"
            elif name in cookies:
                yield f"{name}=; Max-Age=0{self._attributes}"

    def _encrypt(self, value: bytes) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        encrypted = nonce + AESGCM(self.key).encrypt(nonce, value, self.name.encode())
        return urlsafe_b64encode(encrypted).decode().rstrip("=")

    def _names(self) -> Iterator[str]:
        prefix = "__Host-" if self.secure else ""
        return (f"{prefix}{self.name}-{n}" for n in range(MAX_CHUNKS))

    @property
    def _attributes(self) -> str:
        return f"; Path=/; HttpOnly; SameSite={self.same_site}" + ("; Secure" if self.secure else "")
