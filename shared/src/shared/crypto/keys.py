"""The key store: data keys of persons and cases, wrapped under the sealing key, and what they encrypt."""

from __future__ import annotations

import hmac
import os
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from threading import Lock
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.transit import NONCE_BYTES, TransitCipher, TransitKeyMissing
from shared.kernel import Encrypted

MAX_CACHED_KEYS = 10_000
"""Data keys cached in memory, at about 3 KB each."""
CACHE_SECONDS = 10.0
"""How long a cached key is used: another process may have destroyed it since."""
HASH_KEY_ID = UUID(int=0)
"""The id of the stored key of keyed hashes, once it is no longer derived from the sealing key."""
ERASED_TEXT = "«\u202feffacé\u202f»"
UNREADABLE_TEXT = "«\u202fpas encore lisible\u202f»"
"""Instead of a text that another service sent under a transit key which this one lacks."""


def key_id_of(value: Encrypted) -> UUID:
    """The id of its data key, which a domain may give as text."""
    return value.key if isinstance(value.key, UUID) else UUID(value.key)


class KeyErased(Exception):
    """The data key was destroyed: nobody can decrypt the value any more."""


class KeyStore:
    """Crypto-shredding with AES-256-GCM: destroying a data key makes its values unreadable in every copy. Additional
    authenticated data (`aad`) binds a value to its event and field, and a wrapped key to its id. `transit` opens a text
    that was stored as another service sent it.

    `fetch` returns the stored wrapped keys by id; null for a destroyed one, which is never replaced. `sealing_key`
    and `former_key` have 32 bytes; the former one still unwraps while keys are rewrapped."""

    def __init__(
        self,
        sealing_key: bytes,
        fetch: Callable[[list[UUID]], Mapping[UUID, bytes | None]],
        former_key: bytes | None = None,
        transit: TransitCipher | None = None,
    ) -> None:
        if len(sealing_key) != 32:
            raise ValueError("the sealing key must be 32 bytes: set DLA_SEALING_KEY to their base64")
        self._wrapping = AESGCM(sealing_key)
        self._former = AESGCM(former_key) if former_key else None
        self._first_hash_key = hmac.digest(former_key or sealing_key, b"keyed hash", "sha256")
        self._fetch = fetch
        self.transit = transit or TransitCipher()
        self._erased: set[UUID] = set()
        self._lock = Lock()
        self.evict()

    def keys_for(self, key_ids: Iterable[UUID], new_ids: Iterable[UUID] = ()) -> DataKeys:
        """The keys to encrypt with; a missing one is generated. `new_ids` cannot be stored yet, so they are not looked
        up. Raises KeyErased for a destroyed key."""
        data_keys = DataKeys()
        key_ids, new_ids = set(key_ids), set(new_ids)
        cached = self._cached_keys(key_ids - new_ids)
        for key_id in key_ids:
            if key_id in self._erased:
                raise KeyErased(str(key_id))
            if (known := cached.get(key_id)) is not None:
                data_keys.known[key_id] = known
                continue
            key = AESGCM.generate_key(256)
            data_keys.known[key_id] = AESGCM(key)
            data_keys.new[key_id] = self._wrap(key_id, key)
        return data_keys

    def cache(self, data_keys: DataKeys) -> None:
        """Caches new data keys, once their transaction is committed."""
        with self._lock:
            self._cache |= {key_id: data_keys.known[key_id] for key_id in data_keys.new}

    def add_wrapped(self, keys: Mapping[UUID, bytes | None]) -> None:
        """Stored keys that were just read with something else: they are not fetched as long as a cached key is used."""
        self._evict_old()
        for key_id, wrapped in keys.items():
            if wrapped is None:
                self.drop_destroyed(key_id)
            elif key_id not in self._cache and key_id not in self._erased:
                self._wrapped[key_id] = wrapped

    def drop_destroyed(self, key_id: UUID) -> None:
        """Of a key that is destroyed, for good: from now on nothing is opened with it here, though a thread may have
        read it just before."""
        with self._lock:
            self._erased.add(key_id)
            self._cache.pop(key_id, None)
            self._wrapped.pop(key_id, None)

    def evict(self, key_id: UUID | None = None) -> None:
        """Drops one key from memory, or all, so that the next use reads the database."""
        with self._lock:
            if key_id is None:
                self._cache: dict[UUID, AESGCM] = {}
                self._wrapped: dict[UUID, bytes] = {}
                self._trusted_until = time.monotonic() + CACHE_SECONDS
            else:
                self._cache.pop(key_id, None)
                self._wrapped.pop(key_id, None)

    def is_destroyed(self, key_id: UUID) -> bool:
        """Whether nothing can be encrypted under this key any more."""
        self._cached_keys({key_id})
        return key_id in self._erased

    def fetch_keys(self, key_ids: Iterable[UUID]) -> None:
        """Reads these keys in one query, before many values are decrypted."""
        self._cached_keys(set(key_ids))

    def decrypt(self, encrypted: Encrypted) -> str:
        """The plaintext. Raises KeyErased when its key is destroyed, InvalidTag when it was altered or moved."""
        if encrypted.plaintext is not None:
            return encrypted.plaintext
        key = self._key(key_id_of(encrypted))
        return _decrypt(key, b64decode(encrypted.ciphertext), encrypted.aad).decode()

    def decrypt_bytes(self, key_id: UUID, encrypted: bytes, aad: str) -> bytes:
        """The plaintext of `DataKeys.encrypt_bytes`. Raises like `decrypt`."""
        return _decrypt(self._key(key_id), encrypted, aad)

    def display_text(self, encrypted: Encrypted) -> str:
        """What a person is shown: the plaintext, or that it has been erased, or that a transit key is missing."""
        try:
            return self.transit.open_received(self.decrypt(encrypted))
        except KeyErased:
            return ERASED_TEXT
        except TransitKeyMissing:
            return UNREADABLE_TEXT

    def keyed_hash(self, text: str) -> str:
        """An HMAC, in hexadecimal: equal for equal texts, and meaningless without the sealing key."""
        return hmac.digest(self._hash_key, text.encode(), "sha256").hex()

    @cached_property
    def _hash_key(self) -> bytes:
        """Derived from the first deployment key, and stored once that is replaced: hashes must stay equal."""
        wrapped = self._fetch([HASH_KEY_ID]).get(HASH_KEY_ID)
        return self._unwrap(HASH_KEY_ID, wrapped) if wrapped else self._first_hash_key

    def wrapped_hash_key(self) -> bytes:
        return self._wrap(HASH_KEY_ID, self._hash_key)

    def rewrap(self, key_id: UUID, wrapped: bytes) -> bytes | None:
        """The key wrapped under the current deployment key; null if it already is."""
        try:
            self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.bytes)
        except InvalidTag:
            return self._wrap(key_id, self._unwrap(key_id, wrapped))
        return None

    def pseudonym(self, text: str) -> UUID:
        """An id for what the text names, always the same."""
        return uuid5(NAMESPACE_OID, self.keyed_hash(text))

    def _key(self, key_id: UUID) -> AESGCM:
        if (key := self._cached_keys({key_id}).get(key_id)) is None:
            raise KeyErased(str(key_id))
        return key

    def _cached_keys(self, key_ids: Iterable[UUID]) -> Mapping[UUID, AESGCM]:
        """The cache, with these keys unless they were destroyed or never generated."""
        self._evict_old()
        cached = self._cache  # the same object even when another thread empties the cache meanwhile
        missing = [key_id for key_id in key_ids if key_id not in cached and key_id not in self._erased]
        found: dict[UUID, bytes | None] = {
            key_id: wrapped for key_id in missing if (wrapped := self._wrapped.get(key_id)) is not None
        }
        if unread := [key_id for key_id in missing if key_id not in found]:
            found |= self._fetch(unread)
        for key_id, wrapped in found.items():
            if wrapped is None:
                self.drop_destroyed(key_id)
                continue
            key = AESGCM(self._unwrap(key_id, wrapped))
            with self._lock:
                if key_id not in self._erased:
                    cached[key_id] = key
        return cached

    def _evict_old(self) -> None:
        if len(self._cache) + len(self._wrapped) > MAX_CACHED_KEYS or time.monotonic() > self._trusted_until:
            self.evict()

    def _wrap(self, key_id: UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, key_id.bytes)

    def _unwrap(self, key_id: UUID, wrapped: bytes) -> bytes:
        for wrapping in filter(None, (self._wrapping, self._former)):
            with suppress(InvalidTag):
                return wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.bytes)
        raise ValueError(f"key {key_id} was wrapped under another sealing key: check DLA_SEALING_KEY")


class DataKeys:
    """The data keys of one append. `known`: all of them; `new`: the generated ones, wrapped, for its transaction."""

    def __init__(self) -> None:
        self.known: dict[UUID, AESGCM] = {}
        self.new: dict[UUID, bytes] = {}

    def encrypt(self, key_id: UUID, plaintext: str, aad: str) -> str:
        """Nonce and ciphertext, in base64."""
        return b64encode(self.encrypt_bytes(key_id, plaintext.encode(), aad)).decode()

    def encrypt_bytes(self, key_id: UUID, plaintext: bytes | memoryview, aad: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self.known[key_id].encrypt(nonce, plaintext, aad.encode())


def key_rows(keys: Mapping[UUID, bytes]) -> list[dict[str, Any]]:
    """Rows for append.sql."""
    return [{"key_id": key_id, "wrapped": b64encode(wrapped).decode()} for key_id, wrapped in keys.items()]


def _decrypt(key: AESGCM, encrypted: bytes, aad: str) -> bytes:
    return key.decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], aad.encode())
