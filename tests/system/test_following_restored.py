"""Following a restored publisher, once an operator decides it: each of its events is applied once."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from tests.support.samples.sample_services import FAULTY, Desk, Workshop, eventually, register_in_turn
from tests.support.servers.transport_harness import Carrier

from shared.eventlog import PARTITIONS, PartitionTracking, TrackingRefused
from shared.eventlog.partitions import partition_of
from shared.kernel import Role, uuid7
from shared.messaging import (
    Feed,
    ForeignContent,
    Message,
    NotFollowed,
    check_reason,
    effects_without_cause,
    find_restored_log,
    follow_restored,
    halted_publishers,
    lift_halt,
    receiving,
)
from shared.messaging.halts import PublisherHalted, halt
from shared.messaging.parking import Parking
from shared.messaging.restored_publisher import RestoredLogFollowed, followed_log_id

KEPT = 5
REASON = "Disque perdu, sauvegarde de la nuit."
AS_BEFORE_THE_RESTORE = "UPDATE {schema}.log_identity SET log_id = %s, since = 0, ancestors = jsonb_build_object()"


def receive_all(workshop: Workshop, desk: Desk) -> None:
    for message in desk.messages():
        workshop.inbox.receive(message, desk.name)


@pytest.fixture
def lost(desk: Desk, workshop: Workshop) -> list[Message]:
    """Heard by the workshop, and then lost by the desk, which goes on with others of the same cases."""
    register_in_turn(desk, cases=3, steps=3)
    told = desk.messages()
    receive_all(workshop, desk)
    desk.restore(KEPT, new_log=True)
    for message in told[:3]:
        desk.register(message.header.case, 200)
    return told[KEPT:]


def expected(desk: Desk, lost: list[Message]) -> Counter[UUID]:
    """How many steps of each case: what the desk has, and what the workshop did because of what was lost."""
    told = Counter({case: len(steps) for case, steps in desk.steps().items()})
    return told + Counter(message.header.case for message in lost)


def followed(workshop: Workshop) -> Counter[UUID]:
    return Counter({case: len(steps) for case, steps in workshop.steps().items()})


def test_over_nats_it_goes_on_exactly_once_from_where_it_is_another_history(
    desk: Desk, workshop: Workshop, carrier: Carrier, http_feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "HALTED_RETRY_SECONDS", 0.2)
    carrier.install()
    relay = carrier.relay()
    carrier.subscribe_workshop(workshop)
    register_in_turn(desk, cases=3, steps=3)
    eventually(lambda: workshop.steps() == desk.steps())
    lost = desk.messages()[KEPT:]
    carrier.loop.do(relay.stop())
    desk.restore(KEPT, new_log=True)
    register_in_turn(desk, cases=3, steps=2, first=200)
    carrier.relay()
    assert desk.name in eventually(lambda: halted_publishers(workshop.app.recorder))
    found = find_restored_log(workshop.app, http_feed, desk.name)
    follow_restored(workshop.app, found, "Inès", REASON)
    carrier.publish(lost)
    eventually(lambda: followed(workshop) == expected(desk, lost))
    register_in_turn(desk, cases=2, steps=2, first=300)
    eventually(lambda: followed(workshop) == expected(desk, lost))
    assert (halted_publishers(workshop.app.recorder), workshop.count("parked"), carrier.deaths) == ({}, 0, [])


def test_what_was_lost_is_named_and_the_decision_is_an_event(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    with pytest.raises(PublisherHalted):
        receive_all(workshop, desk)
    found = find_restored_log(workshop.app, http_feed, desk.name)
    assert (found.since, found.lost_count) == (KEPT, len(lost))
    assert found.retained == {
        partition: max((each.header.number for each in desk.messages()[:KEPT] if each.header.partition == partition),
                       default=0)
        for partition in found.received
    }  # fmt: skip
    effects = list(effects_without_cause(workshop.app, http_feed, [desk.name]))
    assert {effect.cause for effect in effects} == {message.header.id for message in lost}
    assert {effect.name for effect in effects} == {"step-followed"}
    follow_restored(workshop.app, found, "Inès", REASON)
    receive_all(workshop, desk)
    for message in lost:
        workshop.inbox.receive(message, desk.name)  # delivered again: passed over
    assert followed(workshop) == expected(desk, lost)
    ((entry, decided),) = workshop.app.events_of(workshop.app.recorder.entries_of_stream(followed_log_id(desk.name)))
    data = decided.data
    assert isinstance(data, RestoredLogFollowed)
    assert (data.publisher, data.since, data.lost_count, decided.meta.role) == (desk.name, KEPT, len(lost), Role.OPS)
    assert (data.new_log, data.old_log) == (desk.app.recorder.identity().log_id, lost[0].header.log_id)
    assert [workshop.app.key_store.decrypt(each) for each in (data.by, data.reason)] == ["Inès", REASON]
    assert REASON.encode() not in entry.state


def test_a_second_restore_is_followed_like_the_first(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    follow_restored(workshop.app, find_restored_log(workshop.app, http_feed, desk.name), "Inès", REASON)
    receive_all(workshop, desk)
    again = desk.messages()[2:]
    desk.restore(2, new_log=True)
    register_in_turn(desk, cases=2, steps=2, first=400)
    found = find_restored_log(workshop.app, http_feed, desk.name)
    assert found.lost_count == len(again)
    follow_restored(workshop.app, found, "Inès", REASON)
    receive_all(workshop, desk)
    assert followed(workshop) == expected(desk, [*lost, *again])


def test_two_restores_and_only_the_second_is_followed(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    """The second keeps more of the second log than both have in common with the first."""
    late = desk.messages()[KEPT + 2 :]
    desk.restore(KEPT + 2, new_log=True)
    register_in_turn(desk, cases=2, steps=2, first=400)
    found = find_restored_log(workshop.app, http_feed, desk.name)
    assert (found.since, found.lost_count) == (KEPT, len(lost))
    follow_restored(workshop.app, found, "Inès", REASON)
    receive_all(workshop, desk)
    for message in (*lost, *late):
        workshop.inbox.receive(message, desk.name)
    assert followed(workshop) == expected(desk, lost)


def test_one_back_up_put_back_twice_as_of_two_instants(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    """The database that comes back the second time knows nothing of the first restore, which was followed."""
    first_log = lost[0].header.log_id
    follow_restored(workshop.app, find_restored_log(workshop.app, http_feed, desk.name), "Inès", REASON)
    receive_all(workshop, desk)
    second = desk.messages()[KEPT:]
    desk.restore(KEPT, new_log=False)
    register_in_turn(desk, cases=2, steps=1, first=600)
    kept_more = desk.app.recorder.max_notification_id()
    assert kept_more == KEPT + 2, "two more than the first restore kept, other ones than followed"
    desk.app.recorder.fetch(AS_BEFORE_THE_RESTORE, (first_log,))
    desk.restore(kept_more, new_log=True)
    register_in_turn(desk, cases=2, steps=1, first=700)
    found = find_restored_log(workshop.app, http_feed, desk.name)
    assert (found.since, found.lost_count) == (KEPT, len(second))
    follow_restored(workshop.app, found, "Inès", REASON)
    receive_all(workshop, desk)
    assert followed(workshop) == expected(desk, [*lost, *second])


def test_what_noticed_another_log_late_halts_nothing_that_is_followed_by_now(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    """Nothing could lift that halt: the log that is sent is followed already."""
    found = find_restored_log(workshop.app, http_feed, desk.name)
    follow_restored(workshop.app, found, "Inès", REASON)
    what = f"it sends from log {found.new_log}, and we follow {found.old_log}"
    halt(workshop.app.recorder, desk.name, what, found.new_log, foreign=False, followed=found.old_log)
    assert halted_publishers(workshop.app.recorder) == {}
    receive_all(workshop, desk)


def test_a_publisher_that_is_back_on_its_own_log_is_read_again(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    """The restored log was a mistake, and the database from before it was started again."""
    second = desk.app.recorder.identity()
    with pytest.raises(PublisherHalted):
        receive_all(workshop, desk)
    assert lift_halt(workshop.app, http_feed, desk.name, REASON) is None, "its log is another one"
    desk.app.recorder.fetch(AS_BEFORE_THE_RESTORE, (lost[0].header.log_id,))
    with pytest.raises(NotFollowed, match="déjà suivi"):
        find_restored_log(workshop.app, http_feed, desk.name)
    with pytest.raises(NotFollowed, match="dites pourquoi"):
        lift_halt(workshop.app, http_feed, desk.name, " ")
    why = lift_halt(workshop.app, http_feed, desk.name, REASON)
    assert why is not None and str(second.log_id) in why
    assert halted_publishers(workshop.app.recorder) == {}
    kept = workshop.app.recorder.fetch("SELECT publisher, halted, reason FROM {schema}.resumed")
    assert kept == [{"publisher": desk.name, "halted": why, "reason": REASON}]
    assert lift_halt(workshop.app, http_feed, desk.name, REASON) is None


def test_a_publisher_that_went_back_to_a_log_that_was_left_declares_it_first(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    follow_restored(workshop.app, find_restored_log(workshop.app, http_feed, desk.name), "Inès", REASON)
    desk.app.recorder.fetch(AS_BEFORE_THE_RESTORE, (lost[0].header.log_id,))
    with pytest.raises(NotFollowed, match="journal qui a été quitté"):
        find_restored_log(workshop.app, http_feed, desk.name)


def test_a_feed_that_names_itself_among_its_ancestors_is_refused(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    own = str(desk.app.recorder.identity().log_id)
    desk.app.recorder.fetch("UPDATE {schema}.log_identity SET ancestors = %s", (Jsonb({own: KEPT}),))
    with pytest.raises(ForeignContent, match="it has ancestors that no log has"):
        find_restored_log(workshop.app, http_feed, desk.name)


def test_a_halt_for_foreign_events_is_not_lifted_with_the_log(desk: Desk, workshop: Workshop, http_feed: Feed) -> None:
    register_in_turn(desk, cases=1, steps=1)
    receive_all(workshop, desk)
    log_id = desk.app.recorder.identity().log_id
    halt(workshop.app.recorder, desk.name, "an event is in the name of 'intake'", log_id, foreign=True)
    assert lift_halt(workshop.app, http_feed, desk.name, REASON) is None
    assert desk.name in halted_publishers(workshop.app.recorder)


def test_an_event_of_the_old_log_that_was_under_way_is_not_counted_any_more(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    found = find_restored_log(workshop.app, http_feed, desk.name)
    follow_restored(workshop.app, found, "Inès", REASON)
    for partition in range(PARTITIONS):
        late = PartitionTracking(
            desk.name, found.received.get(partition, 0) + 1, log_id=found.old_log, partition=partition, case=uuid7()
        )
        with pytest.raises(TrackingRefused):
            workshop.app.recorder.insert_events([], tracking=late)


def test_what_was_heard_since_it_was_compared_is_compared_again(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    found = find_restored_log(workshop.app, http_feed, desk.name)
    partition, number = next(iter(found.received.items()))
    more = PartitionTracking(desk.name, number + 1, log_id=found.old_log, partition=partition, case=uuid7())
    workshop.app.recorder.insert_events([], tracking=more)
    with pytest.raises(NotFollowed, match="recommencez"):
        follow_restored(workshop.app, found, "Inès", REASON)
    assert workshop.app.recorder.entries_of_stream(followed_log_id(desk.name)) == []


def test_what_waited_to_be_mended_and_was_lost_is_given_up_and_kept(
    desk: Desk, workshop: Workshop, http_feed: Feed
) -> None:
    case = uuid7()
    desk.register(case, 1)
    desk.register(case, FAULTY)
    first, faulty = desk.messages()
    workshop.inbox.receive(first, desk.name)
    for _ in range(Parking.MAX_FAILURES - 1):
        with pytest.raises(ValueError, match="faulty"):
            workshop.inbox.receive(faulty, desk.name)
    workshop.inbox.receive(faulty, desk.name)
    desk.restore(1, new_log=True)
    desk.register(case, 2)
    follow_restored(workshop.app, find_restored_log(workshop.app, http_feed, desk.name), "Inès", REASON)
    receive_all(workshop, desk)
    assert workshop.steps() == {case: [1, 2]}
    (kept,) = workshop.app.recorder.fetch("SELECT case_id, number, reason FROM {schema}.skipped")
    assert kept == {"case_id": case, "number": faulty.header.number, "reason": REASON}
    assert workshop.count("parked") == 0
    assert partition_of(case) == faulty.header.partition


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "\u202e"])
def test_somebody_says_why(reason: str) -> None:
    with pytest.raises(NotFollowed, match="dites pourquoi"):
        check_reason(reason)


def test_what_declares_no_restore_or_is_heard_already_is_refused(
    desk: Desk, workshop: Workshop, http_feed: Feed, lost: list[Message]
) -> None:
    identity = desk.app.recorder.identity()
    desk.app.recorder.fetch("UPDATE {schema}.log_identity SET ancestors = jsonb_build_object()")
    with pytest.raises(NotFollowed, match="ne déclare aucune restauration"):
        find_restored_log(workshop.app, http_feed, desk.name)
    desk.app.recorder.fetch("UPDATE {schema}.log_identity SET ancestors = %s", (Jsonb({str(uuid7()): KEPT}),))
    with pytest.raises(NotFollowed, match="ne descend pas"):
        find_restored_log(workshop.app, http_feed, desk.name)
    desk.app.recorder.fetch("UPDATE {schema}.log_identity SET ancestors = %s", (Jsonb(dict(identity.ancestors)),))
    found = find_restored_log(workshop.app, http_feed, desk.name)
    follow_restored(workshop.app, found, "Inès", REASON)
    with pytest.raises(NotFollowed, match="déjà suivi"):
        find_restored_log(workshop.app, http_feed, desk.name)
    with pytest.raises(NotFollowed, match="recommencez"):
        follow_restored(workshop.app, found, "Claire", REASON)
