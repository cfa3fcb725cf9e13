"""Errors of the log. Packages above the log catch these, and import none from the `eventsourcing` library or psycopg.

The library's errors that the log does not raise itself (a lost connection, an exhausted pool) keep their classes and
get names here: `EventLogError` is their base, `OUTAGES` are those of a database that does not answer."""

from __future__ import annotations

import psycopg
from eventsourcing.persistence import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    MapperDeserialisationError,
    NotSupportedError,
    OperationalError,
    PersistenceError,
    ProgrammingError,
)

EventLogError = PersistenceError
"""Base of the errors of the log, ours and the library's, but for `UnreadableEvent`, which is a ValueError."""
CONNECTION_ERRORS = (OperationalError, InterfaceError)
"""The library's errors for a connection that was lost or could not be made."""
DATABASE_ERRORS = (PersistenceError, psycopg.Error)
"""Whatever the database or the way to it may raise, for code that only reports it."""
OUTAGES = (*CONNECTION_ERRORS, psycopg.OperationalError, psycopg.InterfaceError, InterruptedError)
"""The database does not answer. An outage says nothing about the command, and is never counted against it."""


class UnreadableEvent(MapperDeserialisationError):
    """A stored event or snapshot that does not decode: altered, or written by a newer program."""


class AppendRefused(IntegrityError):
    """An append that the database refused whole. The subclasses tell why."""


class TrackingRefused(AppendRefused):
    """The message is not the next one of its publisher's partition; `tracked_number` is the last one consumed."""

    tracked_number = 0


class VersionTaken(AppendRefused):
    """The stream already has this version, or a data key this id: another writer was faster."""


class CaseParked(AppendRefused):
    """An earlier message of this case is parked, so this one must wait behind it."""


class NotParked(AppendRefused):
    """The message is no longer the first parked one of its case, or there is none to wait behind."""


class CommandAlreadyHandled(AppendRefused):
    """The idempotency key is known."""


class UniqueKeyTaken(AppendRefused):
    """The case `holder` has reserved the unique key."""

    holder = ""


class DeadlineAlreadyFired(AppendRefused):
    """The deadline has already fired, or was moved or withdrawn."""


class KeyDestroyed(AppendRefused):
    """A value was encrypted under a data key that has been destroyed since."""


_BY_SQLSTATE: dict[str | None, type[AppendRefused]] = {
    "23505": VersionTaken,
    "23T01": TrackingRefused,
    "23P01": CaseParked,
    "23U01": NotParked,
    "23I01": CommandAlreadyHandled,
    "23C01": UniqueKeyTaken,
    "23D01": DeadlineAlreadyFired,
    "23E01": KeyDestroyed,
}


def append_error(error: psycopg.IntegrityError) -> AppendRefused:
    """The error for what append.sql raised, by its SQLSTATE."""
    refused = _BY_SQLSTATE.get(error.sqlstate, AppendRefused)(str(error))
    if isinstance(refused, TrackingRefused):
        refused.tracked_number = int(error.diag.message_detail or 0)
    if isinstance(refused, UniqueKeyTaken):
        refused.holder = error.diag.message_detail or ""
    return refused


def library_error(error: psycopg.Error) -> Exception:
    """The class that the eventsourcing library raises for what psycopg raised."""
    kind = next((_LIBRARY_ERRORS[each] for each in type(error).__mro__ if each in _LIBRARY_ERRORS), PersistenceError)
    return kind(str(error))


_LIBRARY_ERRORS: dict[type, type[Exception]] = {
    psycopg.InterfaceError: InterfaceError,
    psycopg.OperationalError: OperationalError,
    psycopg.DataError: DataError,
    psycopg.IntegrityError: IntegrityError,
    psycopg.InternalError: InternalError,
    psycopg.ProgrammingError: ProgrammingError,
    psycopg.NotSupportedError: NotSupportedError,
    psycopg.DatabaseError: DatabaseError,
}
