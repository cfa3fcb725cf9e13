"""Past points in time on both axes: answers that never change, and each change with its event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from threading import Event, Thread
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.samples.note_aggregate import ADVISER, Note, decider

from shared.crypto import ERASED_TEXT
from shared.eventlog import ServiceApplication, UnknownCase, to_plain
from shared.kernel import Context, Decider, event, paris_date, uuid7
from shared.temporal import (
    FutureInstant,
    NotYetOpened,
    PointInTime,
    VersionNotReached,
    changes_between,
    collect_erased,
    load_aggregate_at,
)
from shared.temporal.aggregate_at import FieldChange, diff_plain


def noted(app: ServiceApplication, case: UUID, *numbers: int) -> None:
    for number in numbers:
        app.handle(decider, case, Note(number, "Léa Martin"), app.context(case, ADVISER))


def instants(app: ServiceApplication, case: UUID) -> list[datetime]:
    return [entry.recorded_at for entry in app.recorder.entries_of_stream(case)]


def total(app: ServiceApplication, case: UUID, moment: PointInTime) -> int:
    return load_aggregate_at(app, decider, case, moment).state.total


def test_a_state_is_told_as_it_was_at_each_version(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1, 2, 3)
    assert [total(app, case, PointInTime(version=n)) for n in (1, 2, 3)] == [1, 3, 6]
    assert total(app, case, PointInTime()) == 6


def test_a_state_is_told_as_it_was_recorded_by_an_instant(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1, 2, 3)
    at = instants(app, case)
    assert [total(app, case, PointInTime(as_of=instant)) for instant in at] == [1, 3, 6]
    assert total(app, case, PointInTime(as_of=at[1] - timedelta(microseconds=1))) == 1


def test_before_the_first_event_after_the_last_version_and_tomorrow_are_said(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1)
    (first,) = instants(app, case)
    with pytest.raises(NotYetOpened) as not_yet:
        load_aggregate_at(app, decider, case, PointInTime(as_of=first - timedelta(days=1)))
    assert not_yet.value.first == first
    with pytest.raises(NotYetOpened):
        load_aggregate_at(app, decider, case, PointInTime(version=0))
    with pytest.raises(NotYetOpened):
        load_aggregate_at(app, decider, case, PointInTime(on=first.date() - timedelta(days=1)))
    with pytest.raises(VersionNotReached) as never:
        load_aggregate_at(app, decider, case, PointInTime(version=2))
    assert never.value.current == 1
    with pytest.raises(FutureInstant):
        load_aggregate_at(app, decider, case, PointInTime(as_of=app.clock.now() + timedelta(hours=1)))
    with pytest.raises(UnknownCase):
        load_aggregate_at(app, decider, uuid7(), PointInTime())


def test_an_instant_is_answered_only_once_nothing_more_can_be_recorded_before_it(
    app: ServiceApplication, url: str
) -> None:
    """An append under way has its instant already, and is not visible yet: the reader waits for it."""
    case = uuid7()
    noted(app, case, 1)
    asked, answers = Event(), list[int]()

    def ask(at: datetime) -> None:
        asked.set()
        answers.append(total(app, case, PointInTime(as_of=at)))

    with psycopg.connect(url) as appending:
        row = app.recorder.history(case)[0]
        appending.execute(
            "SELECT append(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::uuid[], %s::smallint[], NULL)",
            ([case], [2], [row[1]], [row[2]], [case], [0]),
        )
        instant = appending.execute("SELECT max(recorded_at) FROM notes_events").fetchone()
        assert instant
        reader = Thread(target=ask, args=instant)
        reader.start()
        assert asked.wait(5)
        reader.join(0.2)
        assert reader.is_alive(), "the reader waits for the append"
        appending.commit()
    reader.join(5)
    assert answers == [2]


def test_each_event_says_what_it_changed(app: ServiceApplication) -> None:
    case = uuid7()
    noted(app, case, 1, 2, 3)
    told = list(changes_between(app, decider, case, PointInTime(version=1), PointInTime(version=3)))
    assert [(step.event.originator_version, step.changes) for step in told] == [
        (2, [FieldChange("total", 1, after=3)]),
        (3, [FieldChange("total", 3, after=6)]),
    ]
    whole = list(changes_between(app, decider, case, PointInTime(version=0), PointInTime()))
    assert whole[0].changes == [FieldChange("last", None, after="Léa Martin"), FieldChange("total", None, after=1)]


def test_what_was_erased_since_is_named(app: ServiceApplication, url: str) -> None:
    case = uuid7()
    noted(app, case, 1)
    last = load_aggregate_at(app, decider, case, PointInTime()).state.last
    assert last is not None
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE data_keys SET wrapped = NULL WHERE key_id = %s", (last.key,))
    app.key_store.evict()
    show, erased = collect_erased(app.key_store.display_text)
    assert to_plain(load_aggregate_at(app, decider, case, PointInTime(version=1)).state, show) == {
        "total": 1,
        "last": ERASED_TEXT,
    }
    assert erased == [UUID(str(last.key))]


def test_a_change_between_two_erased_values_is_told_and_says_what_was_erased(app: ServiceApplication, url: str) -> None:
    case = uuid7()
    noted(app, case, 1, 0)
    app.handle(decider, case, Note(0, "Léa Martin-Le Goff"), app.context(case, ADVISER))
    between = (PointInTime(version=1), PointInTime(version=3))
    same, replaced = changes_between(app, decider, case, *between)
    assert (same.changes, same.erased) == ([], []), "another seal, the same name"
    assert replaced.changes == [FieldChange("last", "Léa Martin", after="Léa Martin-Le Goff")]
    keys = [UUID(str(load_aggregate_at(app, decider, case, PointInTime(version=n)).state.last.key)) for n in (1, 2, 3)]  # type: ignore[union-attr]
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE data_keys SET wrapped = NULL WHERE key_id = ANY(%s)", (keys,))
    app.key_store.evict()
    same, replaced = changes_between(app, decider, case, *between)
    assert (replaced.changes, replaced.erased) == ([FieldChange("last", ERASED_TEXT, after=ERASED_TEXT)], keys[1:])
    assert (same.changes, same.erased) == ([FieldChange("last", ERASED_TEXT, after=ERASED_TEXT)], keys[:2]), (
        "nobody can tell any more"
    )


@event("dated", label="Daté", effective="on")
class Dated:
    name: str
    on: date


@event("named", label="Nommé")
class Named:
    name: str


@dataclass(frozen=True, slots=True)
class Diary:
    dated: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def say(_diary: Diary, said: Dated | Named, _context: Context) -> list[Dated | Named]:
    return [said]


def write(diary: Diary, said: Dated | Named) -> Diary:
    if isinstance(said, Dated):
        return replace(diary, dated=(*diary.dated, said.name))
    return replace(diary, named=(*diary.named, said.name))


diary: Decider[Diary] = Decider("diary", Diary(), decide=say, evolve=write, commands=(), events=(Dated, Named))


@pytest.fixture
def dated(url: str) -> ServiceApplication:
    application = ServiceApplication("diary", [diary], url, b"k" * 32)
    application.create_tables()
    return application


def test_a_fact_told_late_counts_from_its_own_day(dated: ServiceApplication) -> None:
    case, today = uuid7(), paris_date(dated.clock.now())
    for said in (Named("plan"), Dated("late", today - timedelta(days=9)), Dated("soon", today - timedelta(days=1))):
        dated.handle(diary, case, said, dated.context(case, ADVISER))
    recorded = [entry.recorded_at for entry in dated.recorder.entries_of_stream(case)]

    def on(days: int, version: int | None = None) -> Diary:
        return load_aggregate_at(dated, diary, case, PointInTime(version, on=today - timedelta(days=days))).state

    assert on(5) == Diary(("late",), ("plan",)), "what it was said of counts with it"
    assert on(0) == Diary(("late", "soon"), ("plan",))
    with pytest.raises(NotYetOpened):
        on(5, version=1)  # as known after the first event, nothing had happened by then
    with pytest.raises(NotYetOpened):
        on(10)
    assert recorded == sorted(recorded)

    def told(since: PointInTime, until: PointInTime) -> list[tuple[int, list[FieldChange]]]:
        return [
            (step.event.originator_version, step.changes) for step in changes_between(dated, diary, case, since, until)
        ]

    then = PointInTime(on=today - timedelta(days=5))
    soon = (3, [FieldChange("dated", ["late"], after=["late", "soon"])])
    assert told(then, PointInTime(on=today)) == told(then, PointInTime()) == [soon]
    assert [version for version, _ in told(PointInTime(version=0), then)] == [1, 2]
    assert told(PointInTime(on=today), then) == []
    dated.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers=st.lists(st.integers(0, 9), min_size=2, max_size=8), data=st.data())
def test_a_past_moment_never_changes(app: ServiceApplication, numbers: list[int], data: st.DataObject) -> None:
    case = uuid7()
    noted(app, case, *numbers[:-1])
    at = data.draw(st.sampled_from(instants(app, case)))
    before = total(app, case, PointInTime(as_of=at))
    noted(app, case, numbers[-1])
    assert total(app, case, PointInTime(as_of=at)) == before


values = st.recursive(
    st.none() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@given(before=values, after=values)
def test_something_changed_is_something_told(before: object, after: object) -> None:
    told = list(diff_plain(before, after))
    assert bool(told) >= (before != after and not _only_nothing(before, after))
    assert all(change.before != change.after for change in told)


def _only_nothing(before: object, after: object) -> bool:
    """A null and an absence are told alike: as null."""
    return _without_nulls(before) == _without_nulls(after)


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {k: v for k, v in ((k, _without_nulls(v)) for k, v in value.items()) if v is not None}
    if isinstance(value, list):
        kept = [_without_nulls(v) for v in value]
        while kept and kept[-1] is None:
            kept.pop()
        return kept
    return value
