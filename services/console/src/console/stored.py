"""What does an event say, read from the very bytes that its service stored?"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

from console.reading import Sealed

ERASED = "«\u202feffacé\u202f»"
UNREAD = "«\u202fillisible\u202f»"


def said_by(stored: str, shown: Mapping[str, str | None]) -> dict[str, Any] | None:
    """Its data, each sealed value as the service says it; null when these bytes are no event any more."""
    try:
        read = json.loads(b64decode(stored))
    except (ValueError, RecursionError):
        return None
    data = read.get("data") if isinstance(read, dict) else None
    return _opened(data, "", shown) if isinstance(data, dict) else None


def _opened(value: Any, path: str, shown: Mapping[str, str | None]) -> Any:
    if isinstance(value, dict):
        if value.keys() in ({"k", "c"}, {"k", "c", "b"}):
            told = shown.get(path, UNREAD)
            return Sealed(ERASED if told is None else told)
        return {name: _opened(inner, f"{path}.{name}" if path else name, shown) for name, inner in value.items()}
    if isinstance(value, list):
        return [_opened(inner, f"{path}.{n}", shown) for n, inner in enumerate(value)]
    return value
