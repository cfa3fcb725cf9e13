"""The inbox: each event has its effect once and in order, whether it comes twice, late, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from uuid import UUID

import pytest
from eventsourcing.persistence import OperationalError
from tests.support.samples.sample_services import FAULTY, Desk, DeskFeed, Workshop

from shared.eventlog import PARTITIONS, NotParked, PartitionTracking
from shared.eventlog.partitions import partition_of
from shared.kernel import uuid7
from shared.messaging import Message, halted_publishers
from shared.messaging.halts import PublisherHalted
from shared.messaging.inbox import GapDetected
from shared.messaging.parking import Parking
from shared.messaging.wire import HighWaterMark


def cases_of_one_partition(count: int) -> list[UUID]:
    cases = [uuid7()]
    while len(cases) < count:
        if partition_of(case := uuid7()) == partition_of(cases[0]):
            cases.append(case)
    return cases


def receive_all(workshop: Workshop, desk: Desk) -> None:
    for message in desk.messages():
        workshop.inbox.receive(message, "desk")


def receive_until_parked(workshop: Workshop, message: Message) -> None:
    for _ in range(Parking.MAX_FAILURES - 1):
        with pytest.raises(ValueError, match="faulty"):
            workshop.inbox.receive(message, "desk")
    workshop.inbox.receive(message, "desk")


def test_each_step_is_followed_once_and_by_whom_and_why_is_kept(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    for step in range(3):
        desk.register(case, step)
    for message in [*desk.messages(), *desk.messages()]:
        workshop.inbox.receive(message, "desk")
    assert workshop.steps() == {case: [0, 1, 2]}
    cause = desk.messages()[0].header
    ((_, first), *_) = workshop.app.events_of(workshop.app.recorder.entries_of_case(case))
    assert (first.meta.actor, first.meta.causation) == ("service:workshop", cause.id)
    assert first.meta.correlation == cause.correlation == case


def test_an_event_that_leads_to_nothing_is_counted_all_the_same(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    desk.register(case, 1, remark="rien pour l’atelier")
    remark, step = desk.messages()
    assert remark.body is None
    workshop.inbox.receive(remark, "desk")
    workshop.inbox.receive(step, "desk")
    assert workshop.steps() == {case: [1]}
    assert workshop.app.recorder.tracked_number(desk.name, step.header.log_id, step.header.partition) == 2


def test_a_jump_is_filled_from_the_feed_first(desk: Desk, workshop: Workshop, feed: DeskFeed) -> None:
    case = uuid7()
    for step in range(7):
        desk.register(case, step)
    workshop.inbox.receive(desk.messages()[-1], "desk")
    assert workshop.steps() == {case: [0, 1, 2, 3, 4, 5, 6]}
    assert feed.asked == 3


def test_a_hole_that_the_feed_has_too_is_no_leave_to_go_on(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    for step in range(3):
        desk.register(case, step)
    last = desk.messages()[-1]
    desk.restore(0, new_log=False)
    with pytest.raises(GapDetected):
        workshop.inbox.receive(last, "desk")
    assert workshop.steps() == {}


def test_two_replicas_share_the_effects(desk: Desk, workshops: Callable[..., Workshop]) -> None:
    cases = cases_of_one_partition(3)
    for step in range(20, 50):
        desk.register(cases[step % 3], step)
    replicas = [workshops(), workshops()]

    threads = [Thread(target=receive_all, args=(replica, desk)) for replica in replicas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert replicas[0].steps() == desk.steps()
    assert replicas[0].count("parked") == 0


def test_a_case_that_keeps_failing_waits_and_the_others_go_on(desk: Desk, workshop: Workshop) -> None:
    broken, sound = cases_of_one_partition(2)
    for step in (1, FAULTY, 14):
        desk.register(broken, step)
        desk.register(sound, step + 100)
    for message in desk.messages():
        if (message.body or {}).get("step") == FAULTY:
            receive_until_parked(workshop, message)
        else:
            workshop.inbox.receive(message, "desk")
    assert workshop.steps() == {broken: [1], sound: [101, FAULTY + 100, 114]}
    (parked,) = workshop.inbox.parking.cases()
    assert (parked.publisher, parked.case, parked.waiting) == (desk.name, broken, 2)
    assert parked.error.startswith("ValueError in follow, sample_services.py:")

    with pytest.raises(ValueError, match="faulty"):
        workshop.inbox.parking.replay(desk.name, broken)
    workshop.mended.set()
    assert workshop.inbox.parking.replay(desk.name, broken) == 2
    assert workshop.steps()[broken] == [1, FAULTY, 14]
    assert workshop.inbox.parking.cases() == []
    desk.register(broken, 15)
    workshop.inbox.receive(desk.messages()[-1], "desk")
    assert workshop.steps() == desk.steps()


def test_what_arrives_during_a_replay_waits_behind_or_follows(desk: Desk, workshops: Callable[..., Workshop]) -> None:
    workshop, other = workshops(), workshops()
    case = uuid7()
    desk.register(case, FAULTY)
    receive_until_parked(workshop, desk.messages()[0])
    for step in range(20, 60):
        desk.register(case, step)
    workshop.mended.set()
    other.mended.set()
    arriving = Thread(target=receive_all, args=(other, desk))
    arriving.start()
    while arriving.is_alive():
        workshop.inbox.parking.replay(desk.name, case)
    arriving.join()
    workshop.inbox.parking.replay(desk.name, case)
    assert workshop.steps() == desk.steps()


def test_no_event_waits_behind_a_case_that_is_mended_meanwhile(desk: Desk, workshop: Workshop) -> None:
    desk.register(uuid7(), 1)
    (message,) = desk.messages()
    header = message.header
    tracking = PartitionTracking(desk.name, 1, log_id=header.log_id, partition=header.partition, case=header.case)
    with pytest.raises(NotParked):
        workshop.inbox.parking.park(message, tracking)
    workshop.inbox.receive(message, "desk")
    assert workshop.steps() == desk.steps()


def test_an_event_is_given_up_for_a_reason_that_is_kept(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    for step in (FAULTY, 14):
        desk.register(case, step)
    first, second = desk.messages()
    receive_until_parked(workshop, first)
    workshop.inbox.receive(second, "desk")
    assert workshop.inbox.parking.skip(desk.name, case, "saisie en double")
    assert workshop.inbox.parking.replay(desk.name, case) == 1
    assert workshop.steps() == {case: [14]}
    (skipped,) = workshop.app.recorder.fetch("SELECT number, reason, error FROM {schema}.skipped")
    assert (skipped["number"], skipped["reason"]) == (first.header.number, "saisie en double")
    assert not workshop.inbox.parking.skip(desk.name, case, "rien")


def test_an_outage_is_never_counted_against_an_event(
    desk: Desk, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = uuid7()
    desk.register(case, 1)
    (message,) = desk.messages()

    def lost(*_: object, **__: object) -> None:
        raise OperationalError("the connection is lost")

    with monkeypatch.context() as patch:
        patch.setattr(workshop.app, "handle", lost)
        for _ in range(2 * Parking.MAX_FAILURES):
            with pytest.raises(OperationalError):
                workshop.inbox.receive(message, "desk")
    assert workshop.count("failures") == 0
    workshop.inbox.receive(message, "desk")
    assert workshop.steps() == {case: [1]}


def test_a_refusal_of_the_domain_is_a_failure_told_by_its_name(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    desk.register(case, 1)
    desk.register(case, 1)
    first, again = desk.messages()
    workshop.inbox.receive(first, "desk")
    for _ in range(Parking.MAX_FAILURES - 1):
        with pytest.raises(Exception, match="followed-before"):
            workshop.inbox.receive(again, "desk")
    workshop.inbox.receive(again, "desk")
    assert [parked.error for parked in workshop.inbox.parking.cases()] == ["refused: followed-before"]


def test_another_log_stops_the_publisher_until_reconciled(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    for step in range(3):
        desk.register(case, step)
    receive_all(workshop, desk)
    followed = desk.messages()[-1]
    desk.restore(2, new_log=True)
    desk.register(case, 30)
    with pytest.raises(PublisherHalted):
        workshop.inbox.receive(desk.messages()[-1], "desk")
    assert list(halted_publishers(workshop.app.recorder)) == [desk.name]
    with pytest.raises(PublisherHalted, match="until an operator follows it"):
        workshop.inbox.receive(followed, "desk")
    assert workshop.steps() == {case: [0, 1, 2]}


def test_a_feed_of_another_log_stops_it_too(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    for step in range(3):
        desk.register(case, step)
    first, _, last = desk.messages()
    workshop.inbox.receive(first, "desk")
    desk.app.recorder.fetch("UPDATE {schema}.log_identity SET log_id = gen_random_uuid()")
    with pytest.raises(PublisherHalted, match="its feed is of log"):
        workshop.inbox.receive(last, "desk")
    assert list(halted_publishers(workshop.app.recorder)) == [desk.name]


def test_behind_at_two_announcements_means_that_the_stream_lost_some(
    desk: Desk, workshop: Workshop, feed: DeskFeed
) -> None:
    case = uuid7()
    for step in range(3):
        desk.register(case, step)
    last = desk.messages()[-1].header
    head = HighWaterMark(
        publisher=desk.name,
        log_id=last.log_id,
        position=3,
        numbers=[3 * (partition == last.partition) for partition in range(PARTITIONS)],
    )
    workshop.inbox.receive_high_water_mark(head, "desk")
    assert (workshop.steps(), feed.asked) == ({}, 0)
    workshop.inbox.receive_high_water_mark(head, "desk")
    assert workshop.steps() == {case: [0, 1, 2]}


def test_an_announcement_teaches_the_ancestors_of_the_log_that_is_followed(desk: Desk, workshop: Workshop) -> None:
    """A receiver that met the publisher after its restore knows them when it is restored again."""
    desk.register(uuid7(), 1)
    desk.restore(1, new_log=True)
    (message,) = desk.messages()
    identity = desk.app.recorder.identity()
    workshop.inbox.receive(message, "desk")
    numbers = [int(partition == message.header.partition) for partition in range(PARTITIONS)]
    head = HighWaterMark(
        publisher=desk.name, log_id=identity.log_id, position=1, numbers=numbers, ancestors=dict(identity.ancestors)
    )
    workshop.inbox.receive_high_water_mark(head, "desk")
    (row,) = workshop.app.recorder.fetch("SELECT ancestors FROM {schema}.sources")
    assert row["ancestors"] == identity.ancestors and len(identity.ancestors) == 1


def test_a_publisher_taken_whole_is_followed_in_the_order_of_its_log(
    desk: Desk, workshops: Callable[..., Workshop]
) -> None:
    auditing = workshops(whole=True)
    for step in range(6):
        desk.register(uuid7(), step, remark="gardée")
    auditing.inbox.receive(desk.messages()[-1], "desk")
    recorded = auditing.app.events_of(auditing.app.recorder.select_notifications(None, 100))
    assert [event.data.step for _, event in recorded] == list(range(1, 13))


def test_whole_nothing_is_ever_parked(desk: Desk, workshops: Callable[..., Workshop]) -> None:
    auditing = workshops(whole=True)
    for step in range(FAULTY):
        desk.register(uuid7(), step)
    for _ in range(Parking.MAX_FAILURES + 2):
        with pytest.raises(ValueError, match="faulty"):
            auditing.inbox.receive(desk.messages()[-1], "desk")
    assert (auditing.count("parked"), auditing.count("failures")) == (0, 0)
    auditing.mended.set()
    auditing.inbox.receive(desk.messages()[-1], "desk")
    assert auditing.app.recorder.max_notification_id() == FAULTY


def test_a_body_that_breaks_its_contract_is_put_aside(desk: Desk, workshop: Workshop) -> None:
    case = uuid7()
    desk.register(case, 1)
    (message,) = desk.messages()
    broken = Message.of(message.header, message.contract, {"step": "première"})
    for _ in range(Parking.MAX_FAILURES - 1):
        with pytest.raises(ValueError, match="step"):
            workshop.inbox.receive(broken, "desk")
    workshop.inbox.receive(broken, "desk")
    assert workshop.count("parked") == 1
