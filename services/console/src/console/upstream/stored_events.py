"""An event's data, decoded from the very bytes that its service stored and that the ledger commits to."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from console.presentation.plain_values import ShownEncrypted

ERASED = "«\u202feffacé\u202f»"
UNREADABLE = "«\u202fillisible\u202f»"


def decode_stored(stored: str, shown: Mapping[str, str | None]) -> dict[str, Any] | None:
    """The event's data, each encrypted value as the service shows it; null when the bytes are no event any more."""
    try:
        envelope = json.loads(b64decode(stored))
    except (ValueError, RecursionError):
        return None
    data = envelope.get("data") if isinstance(envelope, dict) else None
    return _fill_in(data, "", shown) if isinstance(data, dict) else None


def _fill_in(value: Any, path: str, shown: Mapping[str, str | None]) -> Any:
    if isinstance(value, dict):
        if value.keys() in ({"k", "c"}, {"k", "c", "b"}):
            text = shown.get(path, UNREADABLE)
            return ShownEncrypted(ERASED if text is None else text)
        return {name: _fill_in(inner, f"{path}.{name}" if path else name, shown) for name, inner in value.items()}
    if isinstance(value, list):
        return [_fill_in(inner, f"{path}.{n}", shown) for n, inner in enumerate(value)]
    return value
