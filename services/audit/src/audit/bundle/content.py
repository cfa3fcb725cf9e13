"""Stored content of an event, read as JSON without its service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from audit.ledger.french import EvidenceError

MAX_DEPTH = 60
MIN_PATH_CHARS = 1 << 16
PATH_CHARS_PER_BYTE = 8


class ContentMetadata(msgspec.Struct, frozen=True):
    """What the content repeats of the header."""

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
    """Raises EvidenceError, also for a content whose paths to its values would fill the memory."""
    try:
        content = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise EvidenceError("le contenu n’est pas celui d’un événement") from error
    room = max(MIN_PATH_CHARS, PATH_CHARS_PER_BYTE * len(raw))
    pending: list[tuple[Any, int, int]] = [(content.data, 0, 0)]
    while pending:
        value, path, depth = pending.pop()
        room -= path
        if room < 0 or depth > MAX_DEPTH:
            raise EvidenceError("le contenu est trop imbriqué pour celui d’un événement")
        if isinstance(value, dict):
            pending += [(item, path + len(name) + 1, depth + 1) for name, item in value.items()]
        elif isinstance(value, list):
            pending += [(item, path + 8, depth + 1) for item in value]
    return content
