"""What the clients sent and what they were answered, in a file that only grows: the checker's own account."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any


class EntryKind(StrEnum):
    SENT = "sent"
    """Before the first attempt. Without a later entry of the same key, its outcome is unknown."""
    ACKNOWLEDGED = "acknowledged"
    REPEATED = "repeated"
    """Sent again with the same key after it was acknowledged."""
    REFUSED = "refused"
    """Answered with 4xx: the clients only send what the rules allow."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`case`: null for a command that opens one. `marker`: a text that the command leaves in the case's state.

    `answer`: the fields that two answers to one key must share, such as `id`, `version` and `events`. `body`: of the
    request, kept where it is sent."""

    kind: EntryKind
    key: str
    service: str
    path: str
    case: str | None = None
    marker: str | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


class Account:
    """Clients of several threads write to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()

    def write(self, entry: Entry) -> None:
        line = json.dumps(asdict(entry), ensure_ascii=False)
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def read(self) -> list[Entry]:
        if not self.path.exists():
            return []
        with self._lock, self.path.open(encoding="utf-8") as file:
            return [_entry(json.loads(line)) for line in file]


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**row | {"kind": EntryKind(row["kind"])})


def of_kind(entries: Iterable[Entry], kind: EntryKind) -> list[Entry]:
    return [entry for entry in entries if entry.kind is kind]
