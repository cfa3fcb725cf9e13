"""Crypto-shredding: data keys for people and cases, what they encrypt, and their destruction."""

from shared.crypto.erased_keys import ErasureList, ErasureListDamaged
from shared.crypto.keys import (
    ERASED_TEXT,
    HASH_KEY_ID,
    UNREADABLE_TEXT,
    DataKeys,
    KeyErased,
    KeyStore,
    key_id_of,
    key_rows,
)
from shared.crypto.redaction import placeholder_keys, with_placeholders, without_placeholders
from shared.crypto.transit import TransitCipher, TransitKeyMissing

__all__ = [
    "ERASED_TEXT",
    "HASH_KEY_ID",
    "UNREADABLE_TEXT",
    "DataKeys",
    "ErasureList",
    "ErasureListDamaged",
    "KeyErased",
    "KeyStore",
    "TransitCipher",
    "TransitKeyMissing",
    "key_id_of",
    "key_rows",
    "placeholder_keys",
    "with_placeholders",
    "without_placeholders",
]
