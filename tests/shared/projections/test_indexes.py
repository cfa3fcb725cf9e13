"""Each projection has an index of its own by units; that of a caseload holds the rows with tasks alone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from tests.support.samples.note_aggregate import DEPLOYMENT_KEY, decider

from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.projections import Projection, indexes_of
from shared.queries import WITH_TASKS

CASELOAD = Projection("caseload:v2+a:v1+another-one-with-a-long-name:v1", lambda row, *_: row, queried=WITH_TASKS)
LIST = Projection("list:v1", lambda row, *_: row)
QUERY = "SELECT case_id FROM {schema}.projection_rows WHERE projection = %s AND document->'units' ?| ARRAY['dla-44']"

OF_OTHERS = (
    "INSERT INTO {schema}.projection_rows (projection, case_id, version, document, since) SELECT projection,"
    """ gen_random_uuid(), 1, '{{"units": ["dla-01"], "due": {{"task": {{}}}}}}', 1"""
    f" FROM generate_series(1, 1000), unnest(ARRAY['{CASELOAD.name}', '{LIST.name}']) AS projection"
)


@pytest.fixture
def app(database: Callable[..., str]) -> ServiceApplication:
    tables = indexes_of((CASELOAD, LIST))
    return ServiceApplication("notes", [decider], database("notes"), DEPLOYMENT_KEY, tables=tables)


def test_a_query_by_units_reads_the_index_of_its_projection(app: ServiceApplication) -> None:
    app.create_tables()
    app.create_tables()  # each migration runs it again
    waiting, idle = uuid7(), uuid7()
    for projection in (CASELOAD, LIST):
        _write(app, projection, waiting, {"task": {"what": "answer"}})
        _write(app, projection, idle, {})
    app.recorder.fetch(OF_OTHERS)
    app.recorder.fetch("ANALYZE {schema}.projection_rows")
    plans = {
        CASELOAD: _plan(app, f"{QUERY} AND {WITH_TASKS}", CASELOAD),
        LIST: _plan(app, QUERY, LIST),
    }
    assert plans[CASELOAD]["rows"] == 1, "a row without tasks is not looked at"
    assert plans[LIST]["rows"] == 2
    assert len({plans[CASELOAD]["index"], plans[LIST]["index"]}) == 2
    app.close()


def _write(app: ServiceApplication, projection: Projection, case: UUID, due: dict[str, object]) -> None:
    app.recorder.fetch(
        "INSERT INTO {schema}.projection_rows (projection, case_id, version, document, since)"
        " VALUES (%s, %s, 1, %s, 1)",
        (projection.name, case, Jsonb({"units": ["dla-44"], "due": due})),
    )


def _plan(app: ServiceApplication, query: str, projection: Projection) -> dict[str, object]:
    """The index that is read, and how many rows it gives."""
    with app.recorder.datastore.get_connection() as connection, connection.transaction():
        text = query.replace("{schema}", "public")
        row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}".encode(), (projection.name,)).fetchone()
    assert row is not None
    found = row["QUERY PLAN"][0]["Plan"]
    while "Plans" in found:
        (found,) = found["Plans"]
    return {"index": found["Index Name"], "rows": found["Actual Rows"]}
