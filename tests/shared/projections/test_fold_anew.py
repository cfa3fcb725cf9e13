"""Folding anew: case by case, all at once, the same rows as batch by batch, and nothing of what did not end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.samples.note_aggregate import DEPLOYMENT_KEY
from tests.support.samples.painted_things import VIEWS, change, decider, everything, moves

from shared.access import case_access
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import paris_date, uuid7
from shared.projections import Projection, Projector, Row, fold_anew

CHECKED = {
    "projection_rows": ("projection, case_id, version, document, search, sort_keys, since", "true"),
    "projection_history": ("projection, case_id, since, until, document, search, sort_keys", "true"),
    "backdated_events": ("position, case_id, days", "true"),
    "projection_checkpoints": ("projection, position", "projection NOT LIKE 'people:%%'"),
}
"""Tables with what is compared of them, and where."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("moved"), st.integers(0, 2), st.sampled_from(["a", "b"]), st.just(0)),
        st.tuples(st.sampled_from(["painted", "seen"]), st.integers(0, 2), st.sampled_from("rb"), st.integers(-2, 1)),
    ),
    min_size=1,
    max_size=14,
)


@pytest.fixture
def app(database: Callable[..., str]) -> Iterator[ServiceApplication]:
    application = ServiceApplication("things", [decider, case_access.decider], database("things"), DEPLOYMENT_KEY)
    application.create_tables()
    yield application
    application.close()


def projector(app: ServiceApplication, *projections: Projection, anew: bool = True) -> Projector:
    made = Projector(app, projections or VIEWS)
    made.ANEW_EVENTS = 1 if anew else 10**9
    return made


def tables(app: ServiceApplication) -> dict[str, list[Any]]:
    return {
        table: app.recorder.fetch(f"SELECT {columns} FROM {{schema}}.{table} AS t WHERE {where} ORDER BY t::text")
        for table, (columns, where) in CHECKED.items()
    }


def forget(app: ServiceApplication) -> None:
    for table in CHECKED:
        app.recorder.fetch(f"DELETE FROM {{schema}}.{table}")


def play(app: ServiceApplication, steps: list[tuple[str, int, str, int]]) -> None:
    cases, today = [uuid7() for _ in range(3)], paris_date(app.clock.now())
    for what, which, value, days in steps:
        change(app, cases[which], what, value, on=today + timedelta(days=days) if what == "painted" else None)


SOME = [("moved", 0, "a", 0), ("painted", 0, "r", -1), ("moved", 1, "b", 0), ("moved", 0, "b", 0), ("seen", 1, "b", 0)]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, page=st.integers(1, 5), written=st.integers(1, 5))
def test_the_rows_and_their_past_are_those_that_batches_give(
    app: ServiceApplication, steps: list[tuple[str, int, str, int]], page: int, written: int
) -> None:
    play(app, steps)
    forget(app)
    projector(app, anew=False).catch_up()
    expected = tables(app)
    forget(app)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fold_anew, "PAGE_EVENTS", page)
        patch.setattr(fold_anew, "WRITTEN_ROWS", written)
        projector(app).catch_up()
    assert tables(app) == expected
    play(app, steps)
    projector(app).catch_up()
    followed = tables(app)
    forget(app)
    projector(app, anew=False).catch_up()
    assert tables(app) == followed, "batches go on where it ended"


def test_nothing_is_left_of_a_fold_that_did_not_end_and_the_next_one_is_whole(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(app, SOME)
    monkeypatch.setattr(fold_anew, "PAGE_EVENTS", 2)
    monkeypatch.setattr(fold_anew, "WRITTEN_ROWS", 1)
    ended = list[int]()

    def end_its_connection() -> bool:
        if not ended:  # as a killed process leaves it, with rows written
            rows = app.recorder.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND state = 'idle in transaction'"
            )
            ended.append(len(rows))
        return True

    with pytest.raises(Exception, match=r"terminat|connection"):
        fold_anew.fold_anew(app, VIEWS, end_its_connection)
    assert ended == [1] and not tables(app)["projection_rows"]
    assert fold_anew.fold_anew(app, VIEWS, lambda: False) == []
    assert not tables(app)["projection_rows"]
    assert {row["position"] for row in tables(app)["projection_checkpoints"]} == {0}
    projector(app).catch_up()
    found = tables(app)
    forget(app)
    projector(app, anew=False).catch_up()
    assert tables(app) == found


def test_one_that_fails_leaves_nothing_and_keeps_no_other_back(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(app, SOME)
    monkeypatch.setattr(fold_anew, "WRITTEN_ROWS", 1)

    def fail(row: Row, entry: LogEntry, _event: RecordedEvent[Any]) -> Row:
        if entry.id == 5:
            raise ZeroDivisionError
        return row | {"units": []}

    failing = projector(app, Projection("failing:v1", fail), everything)
    failing.BATCH = 2
    with pytest.raises(ZeroDivisionError) as raised:
        failing.catch_up()
    assert raised.value.__notes__ == ["in projection failing:v1"]
    position = {row["projection"]: row["position"] for row in tables(app)["projection_checkpoints"]}
    assert position == {everything.name: 5, "failing:v1": 4}, "batch by batch, up to what it fails at"
    versions = [row["version"] for row in tables(app)["projection_rows"] if row["projection"] == "failing:v1"]
    assert sorted(versions) == [1, 3], "each event once"


def test_what_another_replica_folds_is_left_to_it_without_waiting(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(app, SOME)
    monkeypatch.setattr(fold_anew, "PAGE_EVENTS", 2)
    seen = list[int]()

    def other_replica() -> bool:
        projector(app).catch_up()
        seen.append(len(tables(app)["projection_rows"]))
        return True

    assert fold_anew.fold_anew(app, VIEWS, other_replica) == []
    assert seen == [0, 0, 0]
    assert {(row["projection"], row["version"]) for row in tables(app)["projection_rows"]} == {
        (everything.name, 3),
        (everything.name, 2),
        (moves.name, 2),
        (moves.name, 1),
    }


def test_lists_that_are_served_follow_meanwhile(app: ServiceApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    projector(app, moves, anew=False).catch_up()
    play(app, SOME)
    projector(app, moves, anew=False).catch_up()
    monkeypatch.setattr(fold_anew, "PAGE_EVENTS", 2)
    both, seen, case = projector(app), list[int](), uuid7()
    follow = both._follow_meanwhile

    def noted(errors: dict[str, Exception]) -> bool:
        if not seen:
            change(app, case, "moved", "c")
        going_on = follow(errors)
        assert not errors
        seen.append(moved_rows(app, case))
        return going_on

    monkeypatch.setattr(both, "_follow_meanwhile", noted)
    both.catch_up()
    assert seen == [1, 1, 1]
    whole = tables(app)
    forget(app)
    projector(app, anew=False).catch_up()
    assert tables(app) == whole


def moved_rows(app: ServiceApplication, case: UUID) -> int:
    rows = app.recorder.fetch(
        "SELECT version FROM {schema}.projection_rows WHERE (projection, case_id) = (%s, %s)", (moves.name, case)
    )
    return len(rows)


def test_rows_of_a_checkpoint_that_was_deleted_are_replaced(app: ServiceApplication) -> None:
    play(app, SOME)
    projector(app).catch_up()
    whole = tables(app)
    app.recorder.fetch("DELETE FROM {schema}.projection_checkpoints")
    projector(app).catch_up()
    assert tables(app) == whole
