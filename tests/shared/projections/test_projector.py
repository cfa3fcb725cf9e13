"""The projector: a projection that fails keeps no other back, and goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.support.samples.note_aggregate import ADVISER, DEPLOYMENT_KEY, Note, decider
from tests.support.samples.sample_services import eventually

from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import uuid7
from shared.projections import Projection, Projector
from shared.projections.projection import Row


@pytest.fixture
def app(database: Callable[..., str]) -> Iterator[ServiceApplication]:
    application = ServiceApplication("notes", [decider], database("notes"), DEPLOYMENT_KEY)
    application.create_tables()
    yield application
    application.close()


def rows(app: ServiceApplication, projection: Projection) -> int:
    (row,) = app.recorder.fetch(
        "SELECT count(*) FROM {schema}.projection_rows WHERE projection = %s", (projection.name,)
    )
    return int(row["count"])


def test_a_projection_that_fails_keeps_no_other_back_and_goes_on_once_it_can(app: ServiceApplication) -> None:
    broken = True

    def fail(row: Row, _entry: LogEntry, _event: RecordedEvent[Any]) -> Row:
        if broken:
            raise ZeroDivisionError
        return row | {"seen": True}

    failing = Projection("failing:v1", fail)
    sound = Projection("sound:v1", lambda row, _entry, _event: row | {"seen": True})
    projector = Projector(app, (failing, sound))
    projector.start()
    try:
        case = uuid7()
        app.handle(decider, case, Note(1, "Léa"), app.context(case, ADVISER))
        eventually(lambda: rows(app, sound) == 1)
        assert rows(app, failing) == 0
        broken = False
        eventually(lambda: rows(app, failing) == 1)
    finally:
        projector.stop()


def test_without_new_events_no_checkpoint_is_locked(app: ServiceApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock of a row is a write: each second, in each service, on the disk."""
    projections = tuple(Projection(name, lambda row, _entry, _event: row | {"seen": True}) for name in ("a:v1", "b:v1"))
    projector, advanced = Projector(app, projections), list[str]()
    advance = projector.advance

    def noted(projection: Projection, *read: Any) -> bool:
        advanced.append(projection.name)
        return advance(projection, *read)

    monkeypatch.setattr(projector, "advance", noted)
    projector.catch_up()
    assert advanced == []
    app.handle(decider, (case := uuid7()), Note(1, "Léa"), app.context(case, ADVISER))
    projector.catch_up()
    projector.catch_up()
    assert advanced == ["a:v1", "b:v1"] and [rows(app, each) for each in projections] == [1, 1]


def test_no_transaction_is_open_while_events_are_read_and_decoded(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends one that is idle for some seconds: a busy machine would fold the same batch for ever."""
    app.handle(decider, (case := uuid7()), Note(1, "Léa"), app.context(case, ADVISER))
    open_then, decode = list[int](), app.events_of

    def noted(*entries: Any) -> Any:
        (found,) = app.recorder.fetch(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"
        )
        open_then.append(found["count"])
        return decode(*entries)

    monkeypatch.setattr(app, "events_of", noted)
    projection = Projection("seen:v1", lambda row, _entry, _event: row | {"seen": True})
    Projector(app, (projection,)).catch_up()
    assert open_then == [0] and rows(app, projection) == 1


def test_a_batch_that_another_replica_folds_meanwhile_is_folded_once(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.handle(decider, (case := uuid7()), Note(1, "Léa"), app.context(case, ADVISER))
    counting = Projection("counting:v1", lambda row, _entry, _event: row | {"times": row.get("times", 0) + 1})
    other, decode = Projector(app, (counting,)), app.events_of

    def after_the_other(*entries: Any) -> Any:
        monkeypatch.setattr(app, "events_of", decode)
        other.catch_up()
        return decode(*entries)

    monkeypatch.setattr(app, "events_of", after_the_other)
    projector = Projector(app, (counting,))
    assert projector.advance(counting), "there may be more"
    projector.catch_up()
    (row,) = app.recorder.fetch("SELECT document FROM {schema}.projection_rows")
    assert row["document"]["times"] == 1
