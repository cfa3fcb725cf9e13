"""Signed notes and checkpoints, with published examples."""

from __future__ import annotations

from base64 import b64decode

import pytest

from audit.tlog import (
    Checkpoint,
    Signer,
    VerificationError,
    decode_text,
    open_note,
    parse_checkpoint,
    parse_verifier,
    verify_checkpoint,
)

# From the tests of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# From C2SP signed-note.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOOS_NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""

SIGNER = Signer("registre.example/dla", bytes(range(32)))
OWN = [SIGNER.verifier]


def test_the_published_signature_is_made() -> None:
    signer = Signer("PeterNeumann", PETERS_SEED)
    assert str(signer.verifier) == PETER
    assert signer.sign(TEXT) == f"{TEXT}\n{PETERS_LINE}"


def test_published_notes_are_opened() -> None:
    assert open_note(FOOS_NOTE, [parse_verifier(FOO)]) == "This is an example message.\n"
    assert open_note(f"{TEXT}\n{PETERS_LINE}", [parse_verifier(PETER)]) == TEXT


def test_signatures_of_others_are_passed_over() -> None:
    assert open_note(f"{FOOS_NOTE}{PETERS_LINE}", [parse_verifier(FOO)]) == "This is an example message.\n"
    with pytest.raises(VerificationError):
        open_note(f"{FOOS_NOTE}{PETERS_LINE}", [parse_verifier(FOO), parse_verifier(PETER)])


@pytest.mark.parametrize(
    "published",
    [PETER.replace("c74f20a3", "c74f20a4"), PETER[:-4], PETER.replace("+", " "), PETER.replace("ARpc", "ZRpc"),
     "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
     "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "", "++", "registre.example/dla"],
)  # fmt: skip
def test_an_invalid_key_is_refused(published: str) -> None:
    with pytest.raises(VerificationError):
        parse_verifier(published)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb"])
def test_a_key_is_named_by_one_word(name: str) -> None:
    with pytest.raises(ValueError, match="name of a key"):
        Signer(name, bytes(32))


def test_a_checkpoint_is_read_as_it_was_signed() -> None:
    signed_checkpoint = Checkpoint("registre.example/dla", 123456789012, root=bytes(range(32)))
    note = SIGNER.sign(str(signed_checkpoint))
    assert verify_checkpoint(note, OWN) == signed_checkpoint
    assert parse_checkpoint(f"{signed_checkpoint}une ligne de plus\n") == signed_checkpoint


def test_a_checkpoint_signed_by_another_than_its_origin_is_refused() -> None:
    note = SIGNER.sign(str(Checkpoint("autre.example", 1, root=bytes(32))))
    with pytest.raises(VerificationError):
        verify_checkpoint(note, OWN)


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n", "\n1\n" + "A" * 43 + "=\n",
     "a\n٣\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 43 + "=\n\n", "a\n" + "9" * 30 + "\n" + "A" * 43 + "=\n",
     "a\n1\n" + "A" * 42 + "B=\n"],
)  # fmt: skip
def test_an_invalid_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        parse_checkpoint(text)


def test_a_note_changed_anywhere_is_refused() -> None:
    note = SIGNER.sign(str(Checkpoint("registre.example/dla", 12, root=bytes(range(32))))).encode()
    assert verify_checkpoint(decode_text(note), OWN).size == 12
    for at in range(len(note)):
        for bit in range(8):
            changed = note[:at] + bytes([note[at] ^ 1 << bit]) + note[at + 1 :]
            with pytest.raises(VerificationError):
                verify_checkpoint(decode_text(changed), OWN)
        with pytest.raises(VerificationError):
            verify_checkpoint(decode_text(note[:at]), OWN)


def test_a_note_without_end_is_not_read() -> None:
    with pytest.raises(VerificationError, match="too long"):
        open_note("a" * (1 << 21), OWN)
    with pytest.raises(VerificationError, match="too many signatures"):
        open_note(f"{TEXT}\n{PETERS_LINE * 101}", [parse_verifier(PETER)])
