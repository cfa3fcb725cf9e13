"""Rows of the past, read as they were kept: the same that folding the whole log gives, for every instant and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count, groupby
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.samples.note_aggregate import DEPLOYMENT_KEY
from tests.support.samples.painted_things import NAME, VIEWS, change, decider, everything

from embedded.processes.postgres import Postgres
from shared.access import RowScope, case_access
from shared.eventlog import ServiceApplication
from shared.kernel import Clock, paris_date, uuid7
from shared.projections import Projection, Projector, Row
from shared.queries import count_rows, fetch_page
from shared.queries.list_query import ListQuery
from shared.temporal import PastBusy, PointInTime, TooManyEvents, load_past_rows, past_rows
from shared.temporal.past_rows import MANY_UNITS, fold_row


@pytest.fixture(scope="module")
def app(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceApplication]:
    clock = Clock(tmp_path_factory.mktemp("clock") / "lead")
    url = postgres.ensure_database("past_rows", connections=-1)
    application = ServiceApplication("things", [decider, case_access.decider], url, DEPLOYMENT_KEY, clock)
    application.create_tables()
    yield application
    application.close()


def folded_rows(
    app: ServiceApplication, view: Projection, point: PointInTime, units: Sequence[str] | None, read: int
) -> list[Row]:
    """As they were found before rows were kept: each case from its events, if it is of these units today, as far as
    the projection has read, and was then."""
    events = list(app.events_of(app.recorder.select_notifications(1, 10**6)))
    position, _ = app.recorder.position_at(point.as_of)
    events.sort(key=lambda each: (each[0].case_id, each[0].id))
    rows = []
    for _, pairs in groupby(events, key=lambda each: each[0].case_id):
        case = list(pairs)
        known = [each for each in case if each[0].id <= position]
        today = fold_row(view, [each for each in case if each[0].id <= read])
        unread = any(read < entry.id <= position for entry, _ in case)
        row = fold_row(view, known, point.on)
        if row and (unread or belongs(today, units)) and belongs(row, units):
            rows.append(row)
    return sorted(rows, key=lambda row: UUID(row["id"]).bytes)


def belongs(row: Row | None, units: Sequence[str] | None) -> bool:
    return units is None or (row is not None and bool(set(row["units"]) & set(units)))


def checkpoint(app: ServiceApplication, view: Projection) -> int:
    statement = "SELECT position FROM {schema}.projection_checkpoints WHERE projection = %s"
    return next((row["position"] for row in app.recorder.fetch(statement, (view.name,))), 0)


def kept_rows(app: ServiceApplication, view: Projection, point: PointInTime, units: Sequence[str] | None) -> list[Row]:
    past = load_past_rows(app, view, point, units)
    return past.count_versions(app, past.documents(app))


def caught_up(app: ServiceApplication) -> None:
    Projector(app, VIEWS).catch_up()


examples = count(1)
MANY = [f"other{n}" for n in range(MANY_UNITS)]
"""With so many units, other SQL gives the same."""
COLOURS = st.sampled_from(["rouge", "bleu"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("moved"), st.integers(0, 2), st.sampled_from(["a", "b"]), st.just(0)),
        st.tuples(st.just("painted"), st.integers(0, 2), COLOURS, st.integers(-4, 3)),
        st.tuples(st.just("seen"), st.integers(0, 2), COLOURS, st.just(0)),
        st.tuples(st.just("days pass"), st.just(0), st.just(""), st.integers(1, 3)),
        st.tuples(st.just("one batch"), st.integers(0, 1), st.just(""), st.integers(1, 4)),
    ),
    min_size=4,
    max_size=16,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS, cut=st.floats(0, 1), day_at=st.floats(0, 1), all_read=st.booleans())
def test_kept_rows_are_those_that_the_log_folds_to_at_every_instant_and_on_every_day(
    app: ServiceApplication, steps: list[tuple[str, int, str, int]], cut: float, day_at: float, all_read: bool
) -> None:
    caught_up(app)
    example, first = next(examples), (app.recorder.max_notification_id() or 0) + 1
    here, there = f"a{example}", f"b{example}"
    cases, days = [uuid7() for _ in range(3)], {paris_date(app.clock.now())}
    change(app, cases[0], "moved", here)
    for what, which, value, number in steps:
        today = paris_date(app.clock.now())
        if what == "days pass":
            app.clock.set_forward(app.clock.now() + timedelta(days=number))
        elif what == "one batch":
            projector = Projector(app, VIEWS)
            projector.BATCH = number
            projector.advance(VIEWS[which])
        else:
            on = today + timedelta(days=number) if what == "painted" else None
            change(app, cases[which], what, f"{value}{example}" if what == "moved" else value, on=on)
            days |= {today, on or today}
    if all_read:
        caught_up(app)
    last = app.recorder.max_notification_id() or 0
    position = round(first + cut * (last - first))
    (entry,) = app.recorder.select_notifications(position, 1)
    around = sorted(days | {each - timedelta(days=1) for each in days})
    day = around[round(day_at * (len(around) - 1))]
    as_of = entry.recorded_at
    for view in VIEWS:
        read = checkpoint(app, view)
        for point in (PointInTime(as_of=as_of), PointInTime(on=day), PointInTime(as_of=as_of, on=day)):
            for units in ([here], [there], [here, there], [here, *MANY], None):
                assert kept_rows(app, view, point, units) == folded_rows(app, view, point, units, read), (point, units)


# Lists, bounds, erasure


def test_a_past_list_is_paged_in_order_and_counted(app: ServiceApplication) -> None:
    unit, cases = f"list{next(examples)}", [uuid7() for _ in range(5)]
    for number, case in enumerate(cases):
        change(app, case, "moved", unit)
        change(app, case, "painted", "rouge" if number % 2 else "bleu", on=paris_date(app.clock.now()))
    caught_up(app)
    _, then = app.recorder.position_at()
    for case in cases:
        change(app, case, "painted", "vert", on=paris_date(app.clock.now()))
    caught_up(app)
    source = load_past_rows(app, everything, PointInTime(as_of=then), [unit]).source()
    query = ListQuery(sort="colour", limit=2, scope=RowScope([unit]))
    asked = replace(query, filters={"unit": [unit]})
    read, after = list[tuple[str, str]](), None
    while True:
        page = fetch_page(app.recorder, everything, replace(asked, after=after), source)
        read += [(row["colour"], row["id"]) for row in page.items]
        if (after := page.next) is None:
            break
    assert read == sorted((("rouge" if n % 2 else "bleu"), str(case)) for n, case in enumerate(cases))
    assert count_rows(app.recorder, everything, asked, source) == 5
    many = load_past_rows(app, everything, PointInTime(as_of=then), [unit, *MANY]).source()
    for units, expected in (([unit], 5), ([unit, *MANY], 5), (MANY, 0)):
        assert count_rows(app.recorder, everything, replace(asked, scope=RowScope(units)), many) == expected
    assert count_rows(app.recorder, everything, replace(asked, q="rouge"), source) == 2
    assert count_rows(app.recorder, everything, replace(asked, q="vert"), source) == 0


def test_what_changes_nothing_is_no_row_of_the_past(app: ServiceApplication) -> None:
    unit, case = f"quiet{next(examples)}", uuid7()
    change(app, case, "moved", unit)
    for colour in ("rouge", "bleu", "bleu"):
        change(app, case, "seen", colour)
    caught_up(app)
    assert kept(app, case) == []
    change(app, case, "painted", "rouge", on=paris_date(app.clock.now()))
    change(app, case, "seen", "bleu")
    caught_up(app)
    (before,) = kept(app, case)
    assert (before["colour"], before["version"]) == (None, 4)


def kept(app: ServiceApplication, case: UUID) -> list[Row]:
    statement = "SELECT document FROM {schema}.projection_history WHERE projection = %s AND case_id = %s ORDER BY since"
    return [row["document"] for row in app.recorder.fetch(statement, (everything.name, case))]


def test_more_than_one_request_folds_is_refused_unless_it_was_kept(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, case, today = f"many{next(examples)}", uuid7(), paris_date(app.clock.now())
    change(app, case, "moved", unit)
    caught_up(app)
    for _ in range(3):
        change(app, case, "painted", "rouge", on=today - timedelta(days=20))
    _, now = app.recorder.position_at()
    monkeypatch.setattr(past_rows, "MAX_EVENTS", 2)
    with pytest.raises(PastBusy):
        load_past_rows(app, everything, PointInTime(as_of=now), [unit])
    caught_up(app)
    assert [row["colour"] for row in kept_rows(app, everything, PointInTime(as_of=now), [unit])] == ["rouge"]
    with pytest.raises(TooManyEvents):
        load_past_rows(app, everything, PointInTime(on=today - timedelta(days=10)), [unit])
    assert load_past_rows(app, everything, PointInTime(on=today - timedelta(days=10)), ["elsewhere"]).folded == {}


def test_an_erased_person_is_in_no_byte_of_the_rows_of_the_past(app: ServiceApplication) -> None:
    case = uuid7()
    change(app, case, "moved", f"erased{next(examples)}")
    for colour in ("rouge", "bleu", "rouge"):
        change(app, case, "painted", colour, on=paris_date(app.clock.now()))
    caught_up(app)
    painted = [event.data for _, event in app.events_of(app.recorder.entries_of_case(case))][1:]
    sealed = [each.by.ciphertext for each in painted]
    destroyed = "UPDATE {schema}.data_keys SET wrapped = NULL WHERE key_id = ANY(%s)"
    app.recorder.fetch(destroyed, ([each.by.key for each in painted],))
    stored = table_bytes(app, "projection_history")
    assert b"rouge" in stored, "the control: what a row says is found"
    for secret in (NAME, *NAME.split(), *(text for text in sealed if text)):
        assert secret.encode() not in stored
    assert all(text and text.encode() in table_bytes(app, "things_events") for text in sealed), "the control"


def table_bytes(app: ServiceApplication, table: str) -> bytes:
    with (
        app.recorder.datastore.get_connection() as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy,
    ):
        return b"".join(bytes(part) for part in copy)
