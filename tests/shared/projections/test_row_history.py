"""Rows over time: what is kept of each replaced row, that it can be checked, and how an older database comes to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from tests.support.samples.note_aggregate import ADVISER, DEPLOYMENT_KEY, Note, decider

from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import uuid7
from shared.projections import NO_HISTORY, Projection, Projector, Row


def project(row: Row, _entry: LogEntry, event: RecordedEvent[Any]) -> Row:
    return row | {"number": event.data.number}


numbers = Projection("numbers:v1", project)
doubles = Projection("doubles:v1", lambda row, _entry, event: row | {"number": 2 * event.data.number})


@pytest.fixture
def app(database: Callable[..., str]) -> Iterator[ServiceApplication]:
    application = ServiceApplication("notes", [decider], database("notes"), DEPLOYMENT_KEY)
    application.create_tables()
    yield application
    application.close()


def note(app: ServiceApplication, case: UUID, *values: int) -> None:
    for value in values:
        app.handle(decider, case, Note(value, "Léa"), app.context(case, ADVISER))


def history(app: ServiceApplication) -> list[tuple[int, int, int]]:
    rows = app.recorder.fetch(
        "SELECT since, until, document FROM {schema}.projection_history WHERE projection = %s ORDER BY since",
        (numbers.name,),
    )
    return [(row["since"], row["until"], row["document"]["number"]) for row in rows]


def current(app: ServiceApplication) -> list[tuple[int, int, int]]:
    rows = app.recorder.fetch("SELECT since, version, document FROM {schema}.projection_rows ORDER BY since")
    return [(row["since"], row["version"], row["document"]["number"]) for row in rows]


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_each_row_is_kept_from_the_event_that_made_it_until_the_one_that_replaced_it(
    app: ServiceApplication, batch: int
) -> None:
    case = uuid7()
    note(app, case, 1, 1, 2, 2, 3)
    projector = Projector(app, (numbers,))
    projector.BATCH = batch
    projector.catch_up()
    assert history(app) == [(1, 3, 1), (3, 5, 2)]
    assert current(app) == [(5, 5, 3)]
    note(app, case, 3)
    projector.catch_up()
    assert (history(app), current(app)) == ([(1, 3, 1), (3, 5, 2)], [(5, 6, 3)])


def test_a_history_that_is_not_what_the_log_folds_to_is_found(app: ServiceApplication) -> None:
    case, other = uuid7(), uuid7()
    note(app, case, 1, 2, 3)
    note(app, other, 1)
    projector = Projector(app, (numbers,))
    projector.catch_up()
    folded = {each: row.history for each, row in projector.fold_all(numbers, 4).items()}
    assert projector.digest_history(numbers) == {case: folded[case]}
    assert folded[other] == NO_HISTORY
    app.recorder.fetch("UPDATE {schema}.projection_history SET until = until + 1 WHERE since = 2")
    assert projector.digest_history(numbers)[case] != folded[case]


def test_a_database_from_before_rows_were_kept_is_folded_anew(app: ServiceApplication) -> None:
    note(app, uuid7(), 1, 2)
    projector = Projector(app, (numbers,))
    projector.catch_up()
    then = history(app), current(app)
    app.recorder.fetch("ALTER TABLE {schema}.projection_rows DROP COLUMN since")
    app.recorder.fetch("DROP TABLE {schema}.projection_history, {schema}.backdated_events")
    app.create_tables()
    assert current(app) == []
    projector.catch_up()
    assert (history(app), current(app)) == then
    app.create_tables()
    assert (history(app), current(app)) == then, "only once"


def test_projections_at_the_same_position_read_and_decode_the_log_once(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(app, uuid7(), 1, 2, 3)
    read, select = list[Any](), app.recorder.select_notifications

    def noted(*arguments: Any, **named: Any) -> Any:
        read.append(arguments[0])
        return select(*arguments, **named)

    monkeypatch.setattr(app.recorder, "select_notifications", noted)
    projector = Projector(app, (numbers, doubles))
    projector.BATCH = 2
    projector.catch_up()
    assert read == [0, 2]
    assert sorted(row[2] for row in current(app)) == [3, 6]
