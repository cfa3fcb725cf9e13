"""The ended sessions: a folder that all processes of the console share.

A session lives in cookies, of which somebody may have a copy. So its end is recorded here, as an empty file
`<hour>/<session id>`, the hour being that of the session's own end. The folder has an id, which each session names: a
folder that was lost, emptied or is not the same for all processes knows no session at all, and people sign in again."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from console.auth.session import ReaderSession

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
ID_FILE = "folder-id"
HOUR_SECONDS = 3600
RETENTION_HOURS = 2
"""Hours for which an entry is kept after the end of its session: more than clocks of two machines differ."""


class EndedSessionsUnavailable(Exception):
    """The folder cannot be read or written: nobody can tell which sessions are over, and none is accepted."""


class EndedSessions:
    """`folder`: exists, and is the same for all processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Gives the folder its id, unless it has one. Raises OSError."""
        draft = self._folder / f".{secrets.token_hex(8)}"
        draft.write_text(secrets.token_urlsafe(16))
        with suppress(FileExistsError):  # another process was first
            os.link(draft, self._folder / ID_FILE)
        draft.unlink()
        _sync(self._folder)

    async def folder_id(self) -> str:
        """Raises EndedSessionsUnavailable."""
        return await _in_thread(self._folder_id)

    async def contains(self, session: ReaderSession) -> bool:
        """Whether the session is over; any session that was begun with another folder is. Raises
        EndedSessionsUnavailable."""
        return await _in_thread(self._contains, session)

    async def add(self, session: ReaderSession) -> None:
        """Ends a session, on disk when this returns. Raises EndedSessionsUnavailable."""
        await _in_thread(self._add, session)

    def _folder_id(self) -> str:
        return (self._folder / ID_FILE).read_text()

    def _contains(self, session: ReaderSession) -> bool:
        try:
            self._entry(session).stat()
        except FileNotFoundError:
            return self._folder_id() != session.folder
        return True

    def _add(self, session: ReaderSession) -> None:
        if self._folder_id() != session.folder:
            return  # over already
        entry = self._entry(session)
        entry.parent.mkdir(mode=0o700, exist_ok=True)
        entry.touch(mode=0o600)
        for written in (entry, entry.parent, self._folder):
            _sync(written)
        self._remove_expired()

    def _entry(self, session: ReaderSession) -> Path:
        return self._folder / str(int(session.until) // HOUR_SECONDS) / session.id

    def _remove_expired(self) -> None:
        """Other processes do the same at the same time. What cannot be removed takes room, and is tried again."""
        first_hour = int(time.time()) // HOUR_SECONDS - RETENTION_HOURS
        for hour in [each for each in self._folder.iterdir() if each.name.isdecimal() and int(each.name) < first_hour]:
            try:
                for entry in hour.iterdir():
                    entry.unlink(missing_ok=True)
                hour.rmdir()
            except FileNotFoundError:
                continue
            except OSError as error:
                log.warning("the expired sessions in %s cannot be removed: %s", hour, error)


async def _in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The folder may be on another machine, whose answers the event loop must not wait for."""
    try:
        return await asyncio.to_thread(function, *args, **kwargs)
    except OSError as error:
        log.exception("the folder of ended sessions, DLA_CONSOLE_SESSIONS, cannot be used")
        raise EndedSessionsUnavailable from error


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
