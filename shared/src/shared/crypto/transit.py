"""Encryption of names and texts on their way between services, under keys that the services of one deployment
share."""

from __future__ import annotations

import hmac
import logging
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
log = logging.getLogger(__name__)
PADDED_TO_BYTES = 32
"""Plaintexts are padded to a multiple of this, so that a ciphertext does not tell the length of a name."""
RECEIVED = "\0transit\0"
"""Begins a text that is stored as it was received. No text that a person types has a null character."""


class TransitKeyMissing(Exception):
    """No transit key of this service opens the ciphertext, or it was altered or moved."""


class TransitCipher:
    """AES-256-GCM under the first of `keys`; every one of them decrypts. Without keys nothing is encrypted.

    The nonce is an HMAC of what is encrypted, so equal values give equal bytes: a message that is sent again does not
    differ from the first. Whoever has no key learns from that only whether a name is still the same."""

    def __init__(self, keys: Sequence[bytes] = ()) -> None:
        self._ciphers = [AESGCM(key) for key in keys]
        self._nonce_key = hmac.digest(keys[0], b"transit nonce", "sha256") if keys else b""

    def encrypt(self, plaintext: str, aad: str) -> str | None:
        """Nonce and ciphertext, in base64; null without a key. `aad`: what the ciphertext belongs to."""
        if not self._ciphers:
            return None
        padded = _pad(plaintext.encode())
        nonce = hmac.digest(self._nonce_key, aad.encode() + b"\0" + padded, "sha256")[:NONCE_BYTES]
        return b64encode(nonce + self._ciphers[0].encrypt(nonce, padded, aad.encode())).decode()

    def decrypt(self, ciphertext: str, aad: str) -> str:
        """Raises TransitKeyMissing."""
        for cipher in self._ciphers:
            with suppress(InvalidTag, ValueError):
                raw = b64decode(ciphertext, validate=True)
                return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], aad.encode()).rstrip(b"\0").decode()
        raise TransitKeyMissing(aad)

    def receive(self, ciphertext: str, aad: str) -> str:
        """What to store of a text that was received: the text, or what came, which `open_received` opens once the key
        is there, so that a wrong key loses nothing."""
        try:
            return self.decrypt(ciphertext, aad)
        except TransitKeyMissing:
            log.warning("no key of DLA_TRANSIT_KEYS opens the %s: it is not shown until one does", aad)
            return f"{RECEIVED}{aad}\0{ciphertext}"

    def open_received(self, stored: str) -> str:
        """The text that `receive` stored. Raises TransitKeyMissing."""
        if not stored.startswith(RECEIVED):
            return stored
        aad, _, ciphertext = stored.removeprefix(RECEIVED).partition("\0")
        return self.decrypt(ciphertext, aad)


def _pad(plaintext: bytes) -> bytes:
    return plaintext + b"\0" * (-len(plaintext) % PADDED_TO_BYTES)
