"""Encryption of names on their way: equal bytes for equal names, bound to whom they name, and a ring of keys."""

from __future__ import annotations

from base64 import b64decode

import pytest

from shared.crypto import TransitCipher, TransitKeyMissing

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
NAME = "Maëlle Kerdoncuff"


def encrypted(cipher: TransitCipher, name: str = NAME, aad: str = "person 1") -> str:
    ciphertext = cipher.encrypt(name, aad)
    assert ciphertext is not None
    return ciphertext


def test_a_name_sent_again_has_equal_bytes_and_another_one_has_not() -> None:
    cipher = TransitCipher([OLD])
    assert encrypted(cipher) == encrypted(TransitCipher([OLD]))
    assert encrypted(cipher) != encrypted(cipher, "Maëlle Kerdoncuf")
    assert encrypted(cipher) != encrypted(cipher, aad="person 2")


def test_the_bytes_tell_neither_the_name_nor_its_length() -> None:
    short, long = (b64decode(encrypted(TransitCipher([OLD]), name)) for name in ("Ida", NAME))
    assert len(short) == len(long)
    assert NAME.encode() not in long


def test_only_for_whom_it_names() -> None:
    cipher = TransitCipher([OLD])
    assert cipher.decrypt(encrypted(cipher), "person 1") == NAME
    with pytest.raises(TransitKeyMissing):
        cipher.decrypt(encrypted(cipher), "person 2")


def test_a_new_key_first_and_the_old_one_still_opens() -> None:
    before = encrypted(TransitCipher([OLD]))
    rotated = TransitCipher([NEW, OLD])
    assert rotated.decrypt(before, "person 1") == NAME
    assert encrypted(rotated) == encrypted(TransitCipher([NEW]))
    with pytest.raises(TransitKeyMissing):
        TransitCipher([NEW]).decrypt(before, "person 1")


@pytest.mark.parametrize("damaged", ["", "é", "AAAA", "A" * 80])
def test_what_is_no_ciphertext_is_not_opened(damaged: str) -> None:
    with pytest.raises(TransitKeyMissing):
        TransitCipher([OLD]).decrypt(damaged, "person 1")


def test_without_a_key_nothing_is_sent() -> None:
    assert TransitCipher().encrypt(NAME, "person 1") is None
