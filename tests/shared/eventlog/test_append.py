"""The append: what it refuses, all or nothing."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError
from tests.support.samples.note_aggregate import assert_dense, entries, make_stored_events, make_tracking

from shared.crypto import key_rows
from shared.eventlog import CaseParked, ServiceApplication, TrackingRefused
from shared.eventlog.errors import CommandAlreadyHandled, UniqueKeyTaken
from shared.kernel import uuid7


def test_positions_and_numbers_stay_dense_after_refusals(app: ServiceApplication) -> None:
    case = uuid7()
    assert list(app.recorder.insert_events(make_stored_events(case, 1, 2)) or ()) == [1, 2]
    with pytest.raises(IntegrityError):
        app.recorder.insert_events(make_stored_events(case, 2))
    app.recorder.insert_events(make_stored_events(case, 3))
    app.recorder.insert_events(make_stored_events(uuid7(), 1))
    assert len(entries(app.recorder)) == 4
    assert_dense(entries(app.recorder))


@pytest.mark.parametrize("wrong", [1, 2, 4], ids=["long past", "a second time", "a jump"])
def test_tracking_is_compare_and_set(app: ServiceApplication, wrong: int) -> None:
    app.recorder.insert_events([], tracking=make_tracking(1))
    app.recorder.insert_events(make_stored_events(uuid7(), 1), tracking=make_tracking(2))
    with pytest.raises(TrackingRefused) as refusal:
        app.recorder.insert_events(make_stored_events(uuid7(), 1), tracking=make_tracking(wrong))
    assert refusal.value.tracked_number == 2
    assert len(entries(app.recorder)) == 1
    app.recorder.insert_events([], tracking=make_tracking(3))
    assert app.recorder.tracked_number("intake", make_tracking(1).log_id, 2) == 3


def test_the_first_number_heard_is_one(app: ServiceApplication) -> None:
    with pytest.raises(TrackingRefused) as refusal:
        app.recorder.insert_events([], tracking=make_tracking(2))
    assert refusal.value.tracked_number == 0


def test_tracking_does_not_advance_when_its_effects_are_refused(app: ServiceApplication) -> None:
    case = uuid7()
    app.recorder.insert_events(make_stored_events(case, 1))
    with pytest.raises(IntegrityError):
        app.recorder.insert_events(make_stored_events(case, 1), tracking=make_tracking(1))
    assert app.recorder.tracked_number("intake", make_tracking(1).log_id, 2) == 0


def test_a_parked_case_holds_back_its_later_events(app: ServiceApplication) -> None:
    aside = make_tracking(1)
    message = {
        "publisher": "intake",
        "case_id": str(aside.case),
        "number": 1,
        "partition": 2,
        "message": "bWVzc2FnZQ==",
        "error": "poison",
    }
    app.recorder.insert_events([], tracking=replace(aside, parks=True), extras={"parked": [message]})
    with pytest.raises(CaseParked):
        app.recorder.insert_events(make_stored_events(uuid7(), 1), tracking=make_tracking(2))
    assert not entries(app.recorder)


def test_refusals_are_told_apart_and_write_nothing(app: ServiceApplication) -> None:
    case, other, key = uuid7(), uuid7(), uuid7()

    def claim(by: UUID, reserved: bool = True) -> list[dict[str, object]]:
        return [{"kind": "email", "key": "x", "case_id": str(by), "reserved": reserved}]

    def answered(key: str, response: str) -> list[dict[str, str]]:
        return [{"key": key, "request": "r", "response": response}]

    first = {"command": answered("k1", "one"), "unique_keys": claim(case), "keys": key_rows({key: b"\0wrapped"})}
    app.recorder.insert_events(make_stored_events(case, 1), extras=first)
    with pytest.raises(CommandAlreadyHandled):
        app.recorder.insert_events(make_stored_events(other, 1), extras={"command": answered("k1", "two")})
    assert app.recorder.stored_response("k1") == ("r", "one")
    with pytest.raises(UniqueKeyTaken) as refusal:
        app.recorder.insert_events(
            make_stored_events(other, 1), extras={"command": answered("k2", "two"), "unique_keys": claim(other)}
        )
    assert refusal.value.holder == str(case)
    assert app.recorder.stored_response("k2") is None
    with pytest.raises(IntegrityError):
        app.recorder.insert_events(make_stored_events(other, 1), extras={"keys": key_rows({key: b"other"})})
    assert app.recorder.wrapped_keys([key]) == {key: b"\0wrapped"}
    assert len(entries(app.recorder)) == 1
    app.recorder.insert_events(make_stored_events(case, 2), extras={"unique_keys": claim(case, reserved=False)})
    app.recorder.insert_events(make_stored_events(other, 1), extras={"unique_keys": claim(other)})


def test_one_refusal_in_a_group_leaves_the_others(app: ServiceApplication) -> None:
    case = uuid7()
    app.recorder.insert_events(make_stored_events(case, 1))
    answers: list[bool] = []

    def write(i: int) -> None:
        try:
            answers.append(bool(app.recorder.insert_events(make_stored_events(case if i % 4 == 0 else uuid7(), 1))))
        except IntegrityError:
            answers.append(False)

    threads = [Thread(target=write, args=(i,)) for i in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(False) == 25
    assert len(entries(app.recorder)) == 76
    assert_dense(entries(app.recorder))


def test_a_commit_nobody_heard_is_recognised(app: ServiceApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder, losses = app.recorder, [1]
    call = recorder.appender._call

    def lossy(appends: list) -> object:  # type: ignore[type-arg]
        answer = call(appends)
        if losses:
            losses.pop()
            raise OperationalError("connection lost after the commit")
        return answer

    monkeypatch.setattr(recorder.appender, "_call", lossy)
    case = uuid7()
    assert list(recorder.insert_events(make_stored_events(case, 1, 2), tracking=make_tracking(1)) or ()) == [1, 2]
    losses.append(1)
    somebody_elses = make_stored_events(case, 2)
    with pytest.raises(IntegrityError):
        recorder.insert_events(somebody_elses)
    assert len(entries(recorder)) == 2


def test_recorded_time_never_goes_back_when_the_development_clock_is_forgotten(app: ServiceApplication) -> None:
    app.recorder.insert_events(make_stored_events(uuid7(), 1), extras={"ahead": [{"seconds": 86_400.0}]})
    app.recorder.insert_events(make_stored_events(uuid7(), 1))
    first, second = entries(app.recorder)
    assert second.recorded_at >= first.recorded_at
