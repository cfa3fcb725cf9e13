"""The archive of a bundle: a zip without compression, written in one canonical way and read strictly.

`zipfile` is too lenient for a verifier: it opens an archive with the same name twice, or with bytes around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from struct import Struct
from zlib import crc32

from audit.ledger.french import EvidenceError

MAX_BUNDLE_BYTES = 32 << 20
MAX_ENTRIES = 20_000
NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?:/[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)?", re.ASCII)
MAX_NAME_CHARS = 200
VERSION, STORED, FIRST_OF_1980 = 20, 0, 0x21
REGULAR_FILE = 0o100644 << 16
_FILE = Struct("<IHHHHHIIIHH")
_DIRECTORY_ENTRY = Struct("<IHHHHHHIIIHHHHHII")
_END = Struct("<IHHHHIIH")
FILE, DIRECTORY_ENTRY, END = 0x04034B50, 0x02014B50, 0x06054B50
MADE_ON_UNIX = 3 << 8


class BundleTooLarge(Exception):
    """More than a bundle may hold."""


def build_archive(entries: Mapping[str, bytes]) -> bytes:
    """Raises BundleTooLarge for what `unpack` would refuse."""
    contents = sum(map(len, entries.values()))
    if len(entries) > MAX_ENTRIES or contents > MAX_BUNDLE_BYTES or len(raw := pack(entries)) > MAX_BUNDLE_BYTES:
        raise BundleTooLarge(f"{len(entries)} entries, {contents} bytes")
    return raw


def pack(entries: Mapping[str, bytes]) -> bytes:
    """Entries in their order, dated as early as a zip can be."""
    files, directory = bytearray(), bytearray()
    for name, content in entries.items():
        encoded = name.encode()
        common = (0, STORED, 0, FIRST_OF_1980, crc32(content), len(content), len(content), len(encoded), 0)
        directory += _DIRECTORY_ENTRY.pack(
            DIRECTORY_ENTRY, MADE_ON_UNIX | VERSION, VERSION, *common, 0, 0, 0, REGULAR_FILE, len(files)
        )
        directory += encoded
        files += _FILE.pack(FILE, VERSION, *common) + encoded + content
    end = _END.pack(END, 0, 0, len(entries), len(entries), len(directory), len(files), 0)
    files += directory + end
    return bytes(files)


def unpack(raw: bytes) -> dict[str, bytes]:
    """The entries of a file that `pack` made, and of no other zip: nothing is inflated, nothing is written.

    Raises EvidenceError, which names the entry."""
    if len(raw) > MAX_BUNDLE_BYTES:
        raise EvidenceError(
            f"le fichier dépasse {MAX_BUNDLE_BYTES >> 20}\u00a0Mio, plus que ne contient aucun dossier d’audit"
        )
    entries: dict[str, bytes] = {}
    at = 0
    while int.from_bytes(raw[at : at + 4], "little") == FILE:
        name, content = _entry(raw, at)
        if name in entries:
            raise EvidenceError(f"{name}\u00a0: cette entrée figure deux fois")
        if len(entries) == MAX_ENTRIES:
            raise EvidenceError(f"le fichier compte plus de {MAX_ENTRIES} entrées")
        entries[name] = content
        at += _FILE.size + len(name) + len(content)
    if not entries:
        raise EvidenceError("ce n’est pas un dossier d’audit\u00a0: le fichier ne commence pas comme un zip")
    if (again := pack(entries)) != raw:
        raise EvidenceError(f"l’octet {first_difference(again, raw)} du fichier n’est pas celui d’un dossier d’audit")
    return entries


def _entry(raw: bytes, at: int) -> tuple[str, bytes]:
    if len(raw) < at + _FILE.size:
        raise EvidenceError(f"le fichier est coupé à l’octet {len(raw)}")
    _, _, flags, method, _, _, crc, size, expanded, name_bytes, extra = _FILE.unpack_from(raw, at)
    begins = at + _FILE.size
    name = raw[begins : begins + name_bytes].decode("ascii", "replace")
    if name_bytes > MAX_NAME_CHARS or NAME.fullmatch(name) is None:
        raise EvidenceError(f"l’entrée qui commence à l’octet {at} porte un nom qu’aucun dossier d’audit n’emploie")
    if method != STORED or flags or extra or size != expanded:
        raise EvidenceError(
            f"{name}\u00a0: entrée compressée, chiffrée ou étendue, ce qu’un dossier d’audit n’est jamais"
        )
    content = raw[begins + name_bytes : begins + name_bytes + size]
    if len(content) != size:
        raise EvidenceError(f"{name}\u00a0: {size} octets sont annoncés, et le fichier n’en a plus que {len(content)}")
    if crc32(content) != crc:
        raise EvidenceError(f"{name}\u00a0: le contenu n’est pas celui dont la somme de contrôle est écrite à côté")
    return name, content


def first_difference(one: bytes, other: bytes) -> int:
    """Where two contents part; the shorter one's end when it begins the other."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
