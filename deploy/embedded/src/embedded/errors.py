"""What can go wrong on a person's machine: one paragraph each, with what to do about it."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NO_SPACE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""No room, no quota left, or a limit on the size of files: for a person they are one fault."""

NO_SPACE_MESSAGES = ("no space left on device", "disk quota exceeded", "file too large")
NEARLY_FULL_BYTES = 1_000_000
"""Bytes: with less, a server may not even have been able to write its complaint."""


class EmbeddedError(Exception):
    """The stack cannot start, or cannot go on."""


class PortUnusableError(EmbeddedError):
    def __init__(self, name: str, port: int, why: str) -> None:
        super().__init__(
            f"Port {port} of 127.0.0.1, wanted for {name}, cannot be used: {why}. "
            f"Stop what listens there, or set DLA_PORT_{name.upper()} to another port (unset, a free one is chosen)."
        )


class DiskFullError(EmbeddedError):
    def __init__(self, folder: Path, said: str) -> None:
        super().__init__(
            f"The disk is full: {said}. "
            f"Free some space where {folder} lies (or raise the quota or the file size limit), then start again."
        )


class CorruptDataError(EmbeddedError):
    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"The data in {folder} cannot be used: {why}. Nothing was changed. "
            "Put back a back-up of the whole data folder, or move it away to start from nothing."
        )


class NotWritableError(EmbeddedError):
    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"Cannot write in {path}: {why}. Start from a folder of your own, or as the user who owns this one."
        )


class AlreadyRunningError(EmbeddedError):
    def __init__(self, folder: Path, pid: str) -> None:
        super().__init__(
            f"A stack already runs on {folder} (pid {pid or 'not known yet'}). "
            f"Use it, or stop it first with: kill -INT {pid or '<its pid>'}."
        )


class UserRefusedError(EmbeddedError):
    def __init__(self, why: str) -> None:
        super().__init__(
            "PostgreSQL runs neither as root nor as a user without a name, and this machine gives no user namespace "
            f"to run it in as somebody else: {why}. Start as an ordinary user."
        )


class DiedError(EmbeddedError):
    def __init__(self, name: str, code: int, log: Path, last_words: str) -> None:
        said = f"Its last words:\n{last_words}" if last_words else "It said nothing."
        self.code = code
        super().__init__(f"{name} stopped by itself (exit code {code}). The whole log is in {log}. {said}")


class NotReadyError(EmbeddedError):
    def __init__(self, name: str, seconds: float, log: Path, last_words: str) -> None:
        said = f"Its last words:\n{last_words}" if last_words else "It said nothing."
        super().__init__(f"{name} is not ready after {seconds:.0f} s. The whole log is in {log}. {said}")


@contextmanager
def explain_write_errors(path: Path) -> Iterator[None]:
    """Explains why this path cannot be written; lets any other error through."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE_ERRNOS:
            raise DiskFullError(path, os.strerror(error.errno)) from error
        if isinstance(error, (PermissionError, FileExistsError, NotADirectoryError)) or error.errno == errno.EROFS:
            raise NotWritableError(path, os.strerror(error.errno or errno.EACCES)) from error
        raise


def find_no_space_line(words: str) -> str | None:
    """The line of a server's log which says that it could not write for want of room."""
    return next(
        (line.strip() for line in words.splitlines() if any(s in line.lower() for s in NO_SPACE_MESSAGES)), None
    )


def is_nearly_full(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < NEARLY_FULL_BYTES
