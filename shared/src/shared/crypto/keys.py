"""Who can open a sealed value? Whoever holds its key, wrapped under the deployment's own."""

from __future__ import annotations

import hmac
import os
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from threading import Lock
from uuid import NAMESPACE_OID, UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kernel import Encrypted

NONCE_BYTES = 12
MAX_CACHED_KEYS = 10_000
"""Keys kept in memory, at near 3 KB each."""
CACHE_SECONDS = 10.0
"""Seconds that a key is used from memory: another process may have destroyed it since."""
HASH_KEY_ID = UUID(int=0)
"""Under which the key of the keyed hashes is kept, once it is no longer made from the deployment's."""
ERASED_TEXT = "«\u202feffacé\u202f»"


class KeyErased(Exception):
    """The key is gone: nobody opens this value any more."""


class KeyStore:
    """AES-256-GCM; a value is bound to its event and field, a wrapped key to its id.

    `fetch` gives the wrapped keys that are stored, by id; null where one was destroyed: none is made in its place."""

    def __init__(
        self,
        deployment_key: bytes,
        fetch: Callable[[list[UUID]], Mapping[UUID, bytes | None]],
        former_key: bytes | None = None,
    ) -> None:
        if len(deployment_key) != 32:
            raise ValueError("the deployment key must be 32 bytes: set DLA_SEALING_KEY to their base64")
        self._deployment = AESGCM(deployment_key)
        self._former = AESGCM(former_key) if former_key else None
        self._first_hash_key = hmac.digest(former_key or deployment_key, b"keyed hash", "sha256")
        self._fetch = fetch
        self._erased: set[UUID] = set()
        self._lock = Lock()
        self.evict()

    def keys_for(self, wanted: Iterable[UUID], fresh: Iterable[UUID] = ()) -> DataKeys:
        """The keys to seal with; a missing one is made. Those of `fresh` are new ids, so nobody looks for them."""
        data_keys = DataKeys()
        wanted, fresh = set(wanted), set(fresh)
        held = self._cached_keys(wanted - fresh)
        for key_id in wanted:
            if key_id in self._erased:
                raise KeyErased(str(key_id))
            if (known := held.get(key_id)) is not None:
                data_keys.known[key_id] = known
                continue
            key = AESGCM.generate_key(256)
            data_keys.known[key_id] = AESGCM(key)
            data_keys.new[key_id] = self._wrap(key_id, key)
        return data_keys

    def cache(self, data_keys: DataKeys) -> None:
        """Remembers the keys of a data_keys whose transaction has been committed."""
        with self._lock:
            self._open |= {key_id: data_keys.known[key_id] for key_id in data_keys.new}

    def evict(self, key_id: UUID | None = None) -> None:
        """Drops one key from memory, or all: the next use asks the database."""
        with self._lock:
            if key_id is None:
                self._open: dict[UUID, AESGCM] = {}
                self._trusted_until = time.monotonic() + CACHE_SECONDS
            else:
                self._open.pop(key_id, None)

    def decrypt(self, sealed: Encrypted) -> str:
        """The clear value. Raises Erased when its key is gone, InvalidTag when it was tampered with or moved."""
        if sealed.plaintext is not None:
            return sealed.plaintext
        key = self._key(UUID(str(sealed.key)))
        return _decrypt(key, b64decode(sealed.ciphertext), sealed.aad).decode()

    def decrypt_bytes(self, key_id: UUID, sealed: bytes, aad: str) -> bytes:
        """What `DataKeys.encrypt_bytes` encrypted; raises as `open` does."""
        return _decrypt(self._key(key_id), sealed, aad)

    def display_text(self, sealed: Encrypted) -> str:
        """What a person is shown: the clear value, or that it has been erased."""
        try:
            return self.decrypt(sealed)
        except KeyErased:
            return ERASED_TEXT

    def keyed_hash(self, text: str) -> str:
        """Tells whether two texts are the same, and to nobody without the deployment's key what they are."""
        return hmac.digest(self._hash_key, text.encode(), "sha256").hex()

    @cached_property
    def _hash_key(self) -> bytes:
        """Made from the first deployment key, and kept beside the others once that is replaced: hashes last longer."""
        wrapped = self._fetch([HASH_KEY_ID]).get(HASH_KEY_ID)
        return self._unwrap(HASH_KEY_ID, wrapped) if wrapped else self._first_hash_key

    def wrapped_hash_key(self) -> bytes:
        return self._wrap(HASH_KEY_ID, self._hash_key)

    def rewrap(self, key_id: UUID, wrapped: bytes) -> bytes | None:
        """Under today's deployment key; null if it is already."""
        try:
            self._deployment.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.bytes)
        except InvalidTag:
            return self._wrap(key_id, self._unwrap(key_id, wrapped))
        return None

    def pseudonym(self, text: str) -> UUID:
        """An id for what the text names, the same each time."""
        return uuid5(NAMESPACE_OID, self.keyed_hash(text))

    def _key(self, key_id: UUID) -> AESGCM:
        if (key := self._cached_keys({key_id}).get(key_id)) is None:
            raise KeyErased(str(key_id))
        return key

    def _cached_keys(self, wanted: Iterable[UUID]) -> Mapping[UUID, AESGCM]:
        """The keys in memory, those of `wanted` among them unless they were destroyed or never made."""
        if len(self._open) > MAX_CACHED_KEYS or time.monotonic() > self._trusted_until:
            self.evict()
        held = self._open  # stays whole when another thread starts anew
        missing = [key_id for key_id in wanted if key_id not in held and key_id not in self._erased]
        if not missing:
            return held
        for key_id, wrapped in self._fetch(missing).items():
            if wrapped is None:
                self._erased.add(key_id)
                continue
            held[key_id] = AESGCM(self._unwrap(key_id, wrapped))
        return held

    def _wrap(self, key_id: UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._deployment.encrypt(nonce, key, key_id.bytes)

    def _unwrap(self, key_id: UUID, wrapped: bytes) -> bytes:
        for deployment in filter(None, (self._deployment, self._former)):
            with suppress(InvalidTag):
                return deployment.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.bytes)
        raise ValueError(f"key {key_id} was wrapped under another deployment key: check DLA_SEALING_KEY")


class DataKeys:
    """The keys of one append: `new` ones, wrapped, are stored in its transaction."""

    def __init__(self) -> None:
        self.known: dict[UUID, AESGCM] = {}
        self.new: dict[UUID, bytes] = {}

    def encrypt(self, key_id: UUID, plaintext: str, aad: str) -> str:
        return b64encode(self.encrypt_bytes(key_id, plaintext.encode(), aad)).decode()

    def encrypt_bytes(self, key_id: UUID, plaintext: bytes | memoryview, aad: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self.known[key_id].encrypt(nonce, plaintext, aad.encode())


def key_rows(keys: Mapping[UUID, bytes]) -> list[dict[str, str]]:
    """For append.sql."""
    return [{"key_id": str(key_id), "wrapped": b64encode(wrapped).decode()} for key_id, wrapped in keys.items()]


def _decrypt(key: AESGCM, sealed: bytes, aad: str) -> bytes:
    return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad.encode())
