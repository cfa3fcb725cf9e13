"""Who signed this text? Signed notes (C2SP signed-note), with Ed25519 keys."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.tlog.tree import VerificationError

ED25519_TYPE = b"\x01"
KEY_ID_BYTES = 4
MAX_NOTE_CHARS = 1 << 20
MAX_SIGNATURES = 100
_SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")


def decode_base64(text: str) -> bytes:
    """Strict: of all the spellings of some bytes, only one is read. Raises Unproven."""
    try:
        decoded = b64decode(text, validate=True)
    except (NotBase64, ValueError) as error:
        raise VerificationError("une valeur en base64 est illisible") from error
    if b64encode(decoded).decode() != text:
        raise VerificationError("une valeur en base64 n’est pas écrite comme elle doit l’être")
    return decoded


def decode_text(raw: bytes) -> str:
    """Raises Unproven for what is no UTF-8."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise VerificationError("ce n’est pas du texte en UTF-8") from error


def check_key_name(name: str) -> str:
    """A name that a key may bear. Raises ValueError."""
    if not name or "+" in name or not name.isprintable() or any(char.isspace() for char in name):
        raise ValueError("the name of a key has no space and no plus")
    return name


@dataclass(frozen=True, slots=True)
class Verifier:
    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + ED25519_TYPE + self.public).digest()[:4]

    def __str__(self) -> str:
        """As it is published: `name+id+key`."""
        return f"{self.name}+{self.key_id.hex()}+{b64encode(ED25519_TYPE + self.public).decode()}"

    def verify(self, text: str, signature: bytes) -> None:
        verify_ed25519(self.public, text, signature, self.name)


class SignatureVerifier(Protocol):
    """What verifies the signatures of one kind, under one name."""

    @property
    def name(self) -> str: ...

    @property
    def key_id(self) -> bytes: ...

    def verify(self, text: str, signature: bytes) -> None:
        """Raises Unproven."""


K = TypeVar("K", bound=SignatureVerifier)


def verify_ed25519(public: bytes, text: str, signature: bytes, name: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature as error:
        raise VerificationError(f"la signature de {name} ne vaut pas pour ce texte") from error


def parse_verifier(published: str) -> Verifier:
    """Raises Unproven for what is not the published form of an Ed25519 key."""
    name, key_id, material = split_key(published)
    if not name or material[:1] != ED25519_TYPE or len(material) != 33:
        raise VerificationError(
            "cette clé de vérification n’est pas une clé Ed25519 publiée sous la forme nom+empreinte+clé"
        )
    found = Verifier(name, material[1:])
    if found.key_id.hex() != key_id:
        raise VerificationError(f"l’empreinte de la clé de {name} ne lui correspond pas")
    return found


def split_key(published: str) -> tuple[str, str, bytes]:
    """Name, id in hexadecimal, and what stands behind them: a byte that says which kind it is, and the key."""
    name, _, rest = published.strip().partition("+")
    key_id, _, key = rest.partition("+")
    return name, key_id, decode_base64(key)


class Signer:
    """`seed`: the 32 secret bytes."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(check_key_name(name), self._key.public_key().public_bytes_raw())

    def signed(self, text: str) -> str:
        """The note: `text` ends its last line."""
        signature = b64encode(self.verifier.key_id + self._key.sign(text.encode())).decode()
        return f"{text}\n— {self.verifier.name} {signature}\n"


def open_note(note: str, known: Sequence[Verifier]) -> str:
    """The text that one of the known keys has signed, none of them wrongly; other signatures are passed over.

    Raises Unproven."""
    text, signers = find_signers(note, known)
    if not signers:
        raise VerificationError("aucune des clés connues n’a signé cette note")
    return text


def find_signers(note: str, known: Sequence[K]) -> tuple[str, list[K]]:
    """The text, and those of the known keys that have signed it. Raises Unproven when one of them has not, though its
    signature stands there."""
    text, signatures = parse_note(note)
    keys = {(key.name, key.key_id): key for key in known}
    signers = []
    for each in signatures:
        if (key := keys.get((each.name, each.key_id))) is not None:
            key.verify(text, each.raw[KEY_ID_BYTES:])
            signers.append(key)
    return text, signers


def signature_lines(note: str, keys: Sequence[SignatureVerifier]) -> str:
    """The signature lines of these keys, as they stand."""
    wanted = {(key.name, key.key_id) for key in keys}
    return "".join(f"{each.line}\n" for each in parse_note(note)[1] if (each.name, each.key_id) in wanted)


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
    """The text and its signatures, none of them verified. Raises Unproven for what is no note."""
    if len(note) > MAX_NOTE_CHARS:
        raise VerificationError("la note est trop longue")
    if any(char < " " and char != "\n" for char in note):
        raise VerificationError("la note porte des caractères de contrôle")
    text, between, signatures = note.rpartition("\n\n")
    if not between or not signatures.endswith("\n"):
        raise VerificationError("ce n’est pas une note signée")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise VerificationError("la note porte trop de signatures")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> Signature:
    if (found := _SIGNATURE.fullmatch(line)) is None:
        raise VerificationError("une ligne de signature est illisible")
    return Signature(line, found[1], raw=decode_base64(found[2]))
