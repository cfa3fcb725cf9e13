"""Signed notes (C2SP signed-note), with Ed25519 keys."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.tlog.errors import Fault, VerificationError

ED25519_TYPE = b"\x01"
ED25519_BYTES = 32
KEY_ID_BYTES = 4
MAX_NOTE_CHARS = 1 << 20
MAX_SIGNATURES = 100
_SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")


def decode_base64(text: str) -> bytes:
    """Strict: of all the spellings of some bytes, only one is read. Raises VerificationError."""
    try:
        decoded = b64decode(text, validate=True)
    except (Base64Error, ValueError) as error:
        raise VerificationError(Fault.BASE64) from error
    if b64encode(decoded).decode() != text:
        raise VerificationError(Fault.BASE64_SPELLING)
    return decoded


def decode_text(raw: bytes) -> str:
    """Raises VerificationError for what is no UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise VerificationError(Fault.UTF8) from error


def check_key_name(name: str) -> str:
    """A name that a key may bear. Raises ValueError."""
    if not name or "+" in name or not name.isprintable() or any(char.isspace() for char in name):
        raise ValueError("the name of a key has no space and no plus")
    return name


class SignatureVerifier(Protocol):
    """What verifies the signatures of one kind, under one name."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verify(self, text: str, signature: bytes) -> None:
        """Raises VerificationError."""


V = TypeVar("V", bound=SignatureVerifier)


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public key of a log."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519_TYPE + self.public).digest()[:KEY_ID_BYTES]

    def __str__(self) -> str:
        """As it is published: `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519_TYPE + self.public).decode()}"

    def verify(self, text: str, signature: bytes) -> None:
        verify_ed25519(self.public, text, signature, self.name)


class Signer:
    """The private key of a log. `seed`: its 32 secret bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(check_key_name(name), self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The note. `text` ends with a newline."""
        signature = b64encode(self.verifier.key_id + self._key.sign(text.encode())).decode()
        return f"{text}\n— {self.verifier.name} {signature}\n"


def verify_ed25519(public: bytes, text: str, signature: bytes, name: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature as error:
        raise VerificationError(Fault.SIGNATURE, name=name) from error


def parse_verifier(published: str) -> Verifier:
    """Raises VerificationError for what is not the published form of an Ed25519 key."""
    name, key_id, key = split_key(published)
    if not name or key[:1] != ED25519_TYPE or len(key) != 1 + ED25519_BYTES:
        raise VerificationError(Fault.VERIFIER_KEY)
    verifier = Verifier(name, key[1:])
    if verifier.key_id.hex() != key_id:
        raise VerificationError(Fault.KEY_ID, name=name)
    return verifier


def split_key(published: str) -> tuple[str, str, bytes]:
    """Name, id in hexadecimal, and a byte that says the type of key, followed by the key."""
    name, _, rest = published.strip().partition("+")
    key_id, _, key = rest.partition("+")
    return name, key_id, decode_base64(key)


def open_note(note: str, known: Sequence[Verifier]) -> str:
    """The text that one of the known keys has signed, none of them wrongly; signatures of other keys are ignored.

    Raises VerificationError."""
    text, signers = find_signers(note, known)
    if not signers:
        raise VerificationError(Fault.UNKNOWN_SIGNERS)
    return text


def find_signers(note: str, known: Sequence[V]) -> tuple[str, list[V]]:
    """The text, and those of the known keys that have signed it. Raises VerificationError when the signature of a known
    key is not valid."""
    text, signatures = parse_note(note)
    keys = {(key.name, key.key_id): key for key in known}
    signers = []
    for signature in signatures:
        if (key := keys.get((signature.name, signature.key_id))) is not None:
            key.verify(text, signature.raw[KEY_ID_BYTES:])
            signers.append(key)
    return text, signers


def signature_lines(note: str, keys: Sequence[SignatureVerifier]) -> str:
    """The signature lines of these keys, unchanged."""
    names = {(key.name, key.key_id) for key in keys}
    return "".join(f"{each.line}\n" for each in parse_note(note)[1] if (each.name, each.key_id) in names)


@dataclass(frozen=True, slots=True)
class Signature:
    """A line of a note; `raw`: the key's id, then what that kind of key makes."""

    line: str
    name: str
    raw: bytes

    @property
    def key_id(self) -> bytes:
        return self.raw[:KEY_ID_BYTES]


def parse_note(note: str) -> tuple[str, list[Signature]]:
    """The text and its signatures, none of them verified. Raises VerificationError for what is no note."""
    if len(note) > MAX_NOTE_CHARS:
        raise VerificationError(Fault.NOTE_TOO_LONG)
    if any(char < " " and char != "\n" for char in note):
        raise VerificationError(Fault.CONTROL_CHARACTERS)
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise VerificationError(Fault.NOTE)
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise VerificationError(Fault.TOO_MANY_SIGNATURES)
    return text + "\n", [_parse_signature(line) for line in lines]


def _parse_signature(line: str) -> Signature:
    if (match := _SIGNATURE.fullmatch(line)) is None:
        raise VerificationError(Fault.SIGNATURE_LINE)
    return Signature(line, match[1], raw=decode_base64(match[2]))
