"""The clock of PostgreSQL, set back and forward by libfaketime, Debian's package, where it is installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE_SECONDS = 1
"""How long a process of PostgreSQL goes by what it last read."""


def find_libfaketime() -> Path | None:
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


class DatabaseClock:
    """`lead`: a file with its seconds ahead of the machine's clock, which may be negative."""

    def __init__(self, folder: Path) -> None:
        self._library = find_libfaketime()
        self._lead = folder / "postgres-clock"
        self.set_to(0)

    @property
    def can_be_set(self) -> bool:
        return self._library is not None

    def set_to(self, seconds: int) -> None:
        draft = self._lead.with_suffix(".draft")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self._lead)

    @contextmanager
    def used_by_what_starts(self) -> Iterator[None]:
        """Programs that inherit this process's environment inside the block have this clock."""
        given = {} if self._library is None else self._environment(self._library)
        before = {name: os.environ.get(name) for name in given}
        os.environ.update(given)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def _environment(self, library: Path) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._lead),
            "FAKETIME_CACHE_DURATION": str(CACHE_SECONDS),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
