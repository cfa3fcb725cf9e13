"""What does the stored content of an event say? Read as JSON, whoever wrote it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

MAX_DEPTH = 60
MIN_PATH_CHARS = 1 << 16
PATH_CHARS_PER_BYTE = 8


class ContentMetadata(msgspec.Struct, frozen=True):
    """What the content says of the event again, beside what its header says."""

    id: UUID
    case: UUID
    actor: str
    role: str
    correlation: UUID
    unit: str | None = None
    causation: UUID | None = None


class EventContent(msgspec.Struct, frozen=True):
    meta: ContentMetadata
    data: dict[str, Any]


_decode = msgspec.json.Decoder(EventContent).decode


def parse_content(raw: bytes) -> EventContent:
    """Raises Unproven, also for what would fill memory with the paths to its values."""
    try:
        read = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise EvidenceError("le contenu n’est pas celui d’un événement") from error
    room = max(MIN_PATH_CHARS, PATH_CHARS_PER_BYTE * len(raw))
    left: list[tuple[Any, int, int]] = [(read.data, 0, 0)]
    while left:
        value, path, depth = left.pop()
        room -= path
        if room < 0 or depth > MAX_DEPTH:
            raise EvidenceError("le contenu est trop imbriqué pour celui d’un événement")
        if isinstance(value, dict):
            left += [(item, path + len(name) + 1, depth + 1) for name, item in value.items()]
        elif isinstance(value, list):
            left += [(item, path + 8, depth + 1) for item in value]
    return read
