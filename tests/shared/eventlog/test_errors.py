"""Errors of psycopg get the classes that the eventsourcing library gives them, with or without its context managers."""

from __future__ import annotations

import psycopg
import pytest
from psycopg_pool import PoolTimeout
from tests.support.samples.note_aggregate import decider

from shared.eventlog import ServiceApplication
from shared.eventlog.errors import OUTAGES, library_error
from shared.kernel import uuid7

RAISED = (
    psycopg.InterfaceError,
    psycopg.OperationalError,
    psycopg.errors.AdminShutdown,
    PoolTimeout,
    psycopg.errors.UniqueViolation,
    psycopg.errors.UndefinedTable,
    psycopg.errors.InternalError_,
    psycopg.DataError,
    psycopg.NotSupportedError,
    psycopg.DatabaseError,
    psycopg.Error,
)


@pytest.mark.parametrize("raised", RAISED)
def test_an_error_has_the_library_s_class(app: ServiceApplication, raised: type[psycopg.Error]) -> None:
    datastore = app.recorder.datastore
    try:
        with datastore.get_connection():
            raise raised("the words")
    except Exception as expected:
        found = library_error(raised("the words"))
        assert (type(found), str(found)) == (type(expected), str(expected))


def test_a_read_that_finds_no_connection_is_an_outage(app: ServiceApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    def find_none() -> None:
        raise PoolTimeout("no connection is free")

    monkeypatch.setattr(app.recorder.datastore.pool, "getconn", find_none)
    with pytest.raises(OUTAGES, match="no connection is free"):
        app.load(decider, uuid7())
