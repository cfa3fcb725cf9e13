"""Changes by hand in a service's database: each is found exactly."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.support.servers.reconciled_intake import (
    EVENTS,
    create_requests,
    find_differences,
    id_at,
    replace_in_state,
    sql,
    summarize,
)
from tests.support.servers.served_service import Served

from audit import reactions
from audit.domain import ReceiveEvent
from audit.reconcile.finding import FindingKind
from shared.eventlog import ServiceApplication
from shared.eventlog.maintenance.restored_log import take_new_log_id
from shared.messaging import Message


def test_what_nobody_touched_has_no_finding(app: ServiceApplication, intake: Served, messages: list[Message]) -> None:
    assert find_differences(app, intake) == []


def test_equal_bytes_are_not_taken_apart(
    app: ServiceApplication, intake: Served, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_apart = []

    def to_command(message: Message, publisher: str) -> ReceiveEvent:
        taken_apart.append(message.header.position)
        return reactions.to_command(message, publisher)

    monkeypatch.setattr("audit.reconcile.comparison.to_command", to_command)
    assert (find_differences(app, intake), taken_apart) == ([], [])
    sql(intake.application, "UPDATE {events} SET originator_version = 9 WHERE position = 4")
    assert summarize(find_differences(app, intake)) == [(FindingKind.ALTERED, 4, id_at(messages, 4), None)]
    assert taken_apart == [4]


def test_an_altered_event_is_named_with_what_differs(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    altered = {
        1: ("case_id = gen_random_uuid()", {"case"}),
        2: ("recorded_at = recorded_at + interval '1 day'", {"effective_at", "recorded_at"}),
        3: ("topic = 'request-received:v0'", None),
        4: ("originator_version = 9", {"version"}),
        5: ("originator_id = gen_random_uuid()", {"stream"}),
        6: ("partition = 7 - partition, number = 99", {"number", "partition"}),
        7: (replace_in_state('"actor":"', '"actor":"x'), {"actor", "payload_hash"}),
        8: (replace_in_state('"unit":"dla-44"', '"unit":"dla-75"'), {"unit", "payload_hash"}),
        9: (replace_in_state('"role":"adviser"', '"role":"manager"'), {"role", "payload_hash"}),
        10: ("state = state || ' '", {"payload_hash"}),
        11: ("topic = 'no-such-event:v1'", None),
    }
    for position, (change, _) in altered.items():
        sql(intake.application, f"UPDATE {{events}} SET {change} WHERE position = {position}")
    found = find_differences(app, intake)
    assert [(finding.position, finding.event, finding.case) for finding in found] == [
        (position, id_at(messages, position), messages[position - 1].header.case) for position in altered
    ]
    for finding in found:
        differs = altered[finding.position][1]
        assert finding.kind is (FindingKind.UNREADABLE if differs is None else FindingKind.ALTERED)
        assert set(finding.differences) == (differs or set())


def test_a_deleted_event_is_named(app: ServiceApplication, intake: Served, messages: list[Message]) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    assert summarize(find_differences(app, intake)) == [(FindingKind.DELETED, 5, id_at(messages, 5), None)]


def test_a_deleted_event_is_named_when_the_later_ones_close_up(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    for position in range(6, EVENTS + 1):
        sql(intake.application, "UPDATE {events} SET position = %s WHERE position = %s", position - 1, position)
    assert sorted(summarize(find_differences(app, intake))) == sorted(
        [(FindingKind.DELETED, 5, id_at(messages, 5), None)]
        + [(FindingKind.MOVED, each, id_at(messages, each), each - 1) for each in range(6, EVENTS + 1)]
    )


def test_the_last_row_cut_off_is_named(app: ServiceApplication, intake: Served, messages: list[Message]) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position = %s", EVENTS)
    assert summarize(find_differences(app, intake)) == [(FindingKind.DELETED, EVENTS, id_at(messages, EVENTS), None)]


def test_a_table_emptied_names_every_event(
    app: ServiceApplication, intake: Served, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.reconcile.comparison.MAX_MISSING", 3)
    sql(intake.application, "TRUNCATE {events}")
    assert summarize(find_differences(app, intake)) == [
        (FindingKind.DELETED, each, id_at(messages, each), None) for each in range(1, EVENTS + 1)
    ]


def test_two_rows_swapped_are_both_named(app: ServiceApplication, intake: Served, messages: list[Message]) -> None:
    swapped = {4: 5, 5: 4, 2: 11, 11: 2}
    for one, other in ((4, 5), (2, 11)):
        for old, new in ((one, 99), (other, one), (99, other)):
            sql(intake.application, "UPDATE {events} SET position = %s WHERE position = %s", new, old)
    found = find_differences(app, intake)
    assert sorted(summarize(found)) == sorted(
        (FindingKind.MOVED, each, id_at(messages, each), swapped[each]) for each in swapped
    )
    assert all(set(finding.differences) == {"position"} for finding in found)


def test_an_event_moved_to_the_end_is_named(app: ServiceApplication, intake: Served, messages: list[Message]) -> None:
    sql(intake.application, "UPDATE {events} SET position = 400 WHERE position = 4")
    assert summarize(find_differences(app, intake)) == [(FindingKind.MOVED, 4, id_at(messages, 4), 400)]


INSERT = (
    "INSERT INTO {events} SELECT gen_random_uuid(), 1, topic, convert_to(replace(convert_from(state, 'UTF8'), %s, %s),"
    " 'UTF8'), case_id, %s, partition, %s, recorded_at FROM {events} WHERE position = 3"
)


def test_an_inserted_event_is_named_wherever_it_hides(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    """Even before the first position, where no other reader of the feed ever looks; a copy is told from a forgery."""
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    forged = {position: uuid4() for position in (-7, 0, 5)}
    for position, event in forged.items():
        sql(intake.application, INSERT, str(id_at(messages, 3)), str(event), position, 900 + position)
    for position in (-1, 99):
        sql(intake.application, INSERT, "", "", position, 900 + position)
    assert sorted(summarize(find_differences(app, intake)), key=str) == sorted(
        [
            (FindingKind.DELETED, 5, id_at(messages, 5), None),
            *((FindingKind.INSERTED, position, event, None) for position, event in forged.items()),
            *((FindingKind.COPIED, 3, id_at(messages, 3), position) for position in (-1, 99)),
        ],
        key=str,
    )


def test_what_cannot_be_read_any_more_is_named_and_the_rest_is_compared(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(intake.application, "UPDATE {events} SET state = 'nothing' WHERE position IN (1, 6)")
    sql(intake.application, "DELETE FROM {events} WHERE position = 9")
    assert sorted(summarize(find_differences(app, intake))) == [
        (FindingKind.DELETED, 9, id_at(messages, 9), None),
        (FindingKind.UNREADABLE, 1, id_at(messages, 1), None),
        (FindingKind.UNREADABLE, 6, id_at(messages, 6), None),
    ]


# -- another log


def test_a_declared_restore_is_told_apart_and_names_what_it_lost(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position > 10")
    take_new_log_id(intake.application.recorder, 10)
    sql(intake.application, "UPDATE {events} SET case_id = gen_random_uuid() WHERE position = 2")
    create_requests(intake, 1, first=100)
    assert summarize(find_differences(app, intake)) == [
        (FindingKind.RESTORED, 10, None, None),
        (FindingKind.ALTERED, 2, id_at(messages, 2), None),
        (FindingKind.LOST, 11, id_at(messages, 11), None),
        (FindingKind.LOST, 12, id_at(messages, 12), None),
    ]


def test_a_log_that_changed_its_id_without_saying_why_is_a_finding(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    sql(intake.application, "UPDATE {schema}.log_identity SET log_id = gen_random_uuid()")
    (found,) = find_differences(app, intake)
    assert (found.kind, found.differences["log_id"][0]) == (FindingKind.LOG_CHANGED, str(messages[0].header.log_id))
