"""Why was nothing appended? Each reason of append.sql, as an error of its own."""

from __future__ import annotations

import psycopg
from eventsourcing.persistence import IntegrityError, InterfaceError, OperationalError


class TrackingRefused(IntegrityError):
    """Not the next of its publisher's partition; `reached` is the number that was."""

    reached = 0


class VersionTaken(IntegrityError):
    """The stream has this version already, or a key this id: somebody was faster."""


class CaseParked(IntegrityError):
    """An earlier event of this case waits to be mended: this one must wait behind it."""


class NotParked(IntegrityError):
    """The event is no longer the first of its case to wait, or has nothing left to wait behind."""


class CommandAlreadyHandled(IntegrityError):
    """The idempotency key is known."""


class UniqueKeyTaken(IntegrityError):
    """Another case, `holder`, holds the unique claim."""

    holder = ""


class DeadlineAlreadyFired(IntegrityError):
    """The due date was fired already, moved or withdrawn."""


class KeyDestroyed(IntegrityError):
    """Something was sealed under a key that is no more."""


APPEND_ERRORS: dict[str | None, type[IntegrityError]] = {
    "23505": VersionTaken,
    "23T01": TrackingRefused,
    "23P01": CaseParked,
    "23U01": NotParked,
    "23I01": CommandAlreadyHandled,
    "23C01": UniqueKeyTaken,
    "23D01": DeadlineAlreadyFired,
    "23E01": KeyDestroyed,
}
OUTAGES = (InterfaceError, OperationalError, psycopg.OperationalError, psycopg.InterfaceError, InterruptedError)
"""Of the database: they say nothing about what was asked, and are never counted against it."""


def append_error(error: psycopg.IntegrityError) -> IntegrityError:
    refused = APPEND_ERRORS.get(error.sqlstate, IntegrityError)(str(error))
    if isinstance(refused, TrackingRefused):
        refused.reached = int(error.diag.message_detail or 0)
    if isinstance(refused, UniqueKeyTaken):
        refused.holder = error.diag.message_detail or ""
    return refused
