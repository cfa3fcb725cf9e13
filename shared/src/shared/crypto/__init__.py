"""Crypto-shredding: data keys for people and cases, what they encrypt, and their destruction."""

from shared.crypto.erased_keys import ErasedList, ListDamaged
from shared.crypto.keys import ERASED, HASHES, Erased, KeyRing, Vault, key_rows
from shared.crypto.redaction import marked, marks_in, unmarked

__all__ = [
    "ERASED",
    "HASHES",
    "Erased",
    "ErasedList",
    "KeyRing",
    "ListDamaged",
    "Vault",
    "key_rows",
    "marked",
    "marks_in",
    "unmarked",
]
