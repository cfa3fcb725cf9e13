"""Files that only their owner can read, and secrets that are made once."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

OWNER_ONLY_UMASK = 0o077
"""The umask of child processes: only the owner reads their files."""


def private_folder(path: Path) -> Path:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def open_private(path: Path, mode: str) -> IO[Any]:
    """As `open` does, but nobody else reads what it makes."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


def write_private(path: Path, text: str) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def keep_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret stored at this path, made at the first call."""
    if not path.exists():
        private_folder(path.parent)
        write_private(path, make())
    return path.read_text(encoding="utf-8")


def new_password() -> str:
    return secrets.token_urlsafe(24)
