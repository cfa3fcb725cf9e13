"""A service that was taken over has its own keys, feed and announcements, and tries to speak for another. The names of
the tests say what it tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.shared.messaging.conftest import Receiver
from tests.support.servers.taken_over_service import PlayedService, forged, right, with_events

from shared.eventlog import PARTITIONS, partition_of
from shared.kernel import uuid7
from shared.messaging import ForeignContent, Message, PublisherHalted, feed, resume_publisher
from shared.messaging.inbox import GapDetected

YEAR_2199 = datetime(2199, 1, 1, tzinfo=UTC)


def gap(of: PlayedService) -> Message:
    """Its second event in a partition, whose first nobody was sent: who receives it asks the feed."""
    first = of.record()
    return of.record(case=first.header.case)


def check_that_intake_goes_on(receiver: Receiver, intake: PlayedService, genuine: Message) -> None:
    """What was forged under the number of this message had no effect, and does not stand in its way."""
    identity = genuine.header.case
    assert not receiver.has_right(identity)
    receiver.receive(genuine)
    assert receiver.has_right(identity)
    later = intake.grant(uuid7())
    receiver.announce("intake")
    assert receiver.has_right(later.header.case)
    assert "intake" not in receiver.halted()


# Its feed


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_gap_of_its_own_answered_by_a_right_that_intake_never_gave(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService, place: int
) -> None:
    genuine = intake.grant(uuid7())
    bait, accomplice = gap(parcours), uuid7()
    forgery = forged(intake.record(right(accomplice, "manager"), accomplice), number=1, position=1)
    intake.log.remove(intake.log[-1])
    own = parcours.log[:2]
    parcours.lie = with_events(*own[:place], forgery, *own[place:])
    with pytest.raises(PublisherHalted, match="in the name of 'intake'"):
        receiver.receive(bait, by="parcours")
    assert not receiver.has_right(accomplice)
    assert receiver.app.recorder.fetch("SELECT 1 FROM {schema}.tracked") == []
    assert receiver.halted().keys() == {"parcours"}
    assert str(forgery.header.id) in receiver.halted()["parcours"]
    check_that_intake_goes_on(receiver, intake, genuine)


def test_a_lost_tail_of_its_own_answered_by_a_right_that_intake_never_gave(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    genuine = intake.grant(uuid7())
    receiver.receive(parcours.record(), by="parcours")
    parcours.record(case=parcours.log[0].header.case)
    parcours.lie = with_events(genuine)
    with pytest.raises(PublisherHalted):
        receiver.announce("parcours", times=3)
    check_that_intake_goes_on(receiver, intake, genuine)


@pytest.mark.parametrize(
    "lie",
    [
        lambda page: page | {"events": [forged(each, log_id=uuid7()) for each in page["events"]]},
        lambda page: page | {"events": [forged(each, partition=7 - each.header.partition) for each in page["events"]]},
        lambda page: page | {"events": [forged(each, case=uuid7(), partition=0) for each in page["events"]]},
        lambda page: page | {"events": page["events"][::-1]},
        lambda page: page | {"events": [*page["events"][:1], *page["events"]]},
        lambda page: page | {"events": [*page["events"][:1]], "next": 0},
        lambda page: page | {"events": [forged(each, "right-granted:v1", {}) for each in page["events"]]},
        lambda page: page | {"events": [forged(each, "right-granted:v2", {}) for each in page["events"]]},
    ],
    ids=["another log", "another partition", "a case of elsewhere", "backwards", "one twice", "no end", "a contract",
         "a newer contract"],
)  # fmt: skip
def test_a_page_that_no_log_of_its_own_has(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService, lie: Callable[[Any], Any]
) -> None:
    genuine = intake.grant(uuid7())
    bait = gap(parcours)
    parcours.record(case=bait.header.case)
    parcours.lie = lie
    with pytest.raises(PublisherHalted):
        receiver.receive(parcours.record(case=bait.header.case), by="parcours")
    assert receiver.app.recorder.fetch("SELECT 1 FROM {schema}.tracked") == []
    check_that_intake_goes_on(receiver, intake, genuine)


@pytest.mark.parametrize("limit", ["MAX_PAGE_BYTES", "MAX_PAGE_SECONDS"])
def test_a_page_without_an_end(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine, bait = intake.grant(uuid7()), gap(parcours)
    with monkeypatch.context() as patch:
        patch.setattr(feed, limit, 0)
        with pytest.raises(feed.FeedUnavailable, match="a page without an end"):
            receiver.receive(bait, by="parcours")
    assert receiver.halted() == {}
    receiver.receive(bait, by="parcours")
    check_that_intake_goes_on(receiver, intake, genuine)


@pytest.mark.parametrize("number", [3, 10**15, 2**62])
def test_a_number_far_ahead_that_its_feed_does_not_have(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService, number: int
) -> None:
    genuine = intake.grant(uuid7())
    first = parcours.record()
    far = forged(first, id=uuid7(), number=number, position=number)
    with pytest.raises(GapDetected):
        receiver.receive(far, by="parcours")
    following = parcours.record(case=first.header.case)
    receiver.receive(following, by="parcours")
    rows = receiver.app.recorder.fetch("SELECT number FROM {schema}.tracked WHERE publisher = 'parcours'")
    assert [row["number"] for row in rows] == [2]
    assert receiver.halted() == {}
    check_that_intake_goes_on(receiver, intake, genuine)


def test_a_feed_that_answers_one_short_each_time_is_not_followed_down(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    genuine = intake.grant(uuid7())
    first = parcours.record()
    far = forged(first, id=uuid7(), number=1000, position=1000)

    def one_short(page: dict[str, Any]) -> dict[str, Any]:
        number = 1000 - parcours.asked
        return page | {"events": [forged(first, id=uuid7(), number=number, position=number)], "next": None}

    parcours.lie = one_short
    with pytest.raises(GapDetected):
        receiver.receive(far, by="parcours")
    assert parcours.asked == 1
    check_that_intake_goes_on(receiver, intake, genuine)


# Its stream


def test_a_right_of_intake_in_its_own_stream(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    genuine = intake.grant(uuid7())
    with pytest.raises(ForeignContent, match="in the name of 'intake'"):
        receiver.receive(genuine, by="parcours")
    with pytest.raises(PublisherHalted, match="until an operator resumes it"):
        receiver.receive(parcours.record(), by="parcours")
    check_that_intake_goes_on(receiver, intake, genuine)


def test_a_right_under_its_own_name(receiver: Receiver, intake: PlayedService, parcours: PlayedService) -> None:
    accomplice = uuid7()
    with pytest.raises(ForeignContent, match="'right-granted:v1', which another service publishes"):
        receiver.receive(parcours.record(right(accomplice, "manager"), accomplice), by="parcours")
    assert not receiver.has_right(accomplice)
    check_that_intake_goes_on(receiver, intake, intake.grant(uuid7()))


def test_a_number_again_with_something_else(receiver: Receiver, intake: PlayedService, parcours: PlayedService) -> None:
    """Its own word was taken once. What audit keeps of it, reconciling compares with the log."""
    first = parcours.record()
    receiver.receive(first, by="parcours")
    before = receiver.app.recorder.max_notification_id()
    receiver.receive(forged(first, id=uuid7(), unit="dla-75"), by="parcours")
    assert receiver.app.recorder.max_notification_id() == before
    check_that_intake_goes_on(receiver, intake, intake.grant(uuid7()))


def test_another_log_of_its_own_stops_it_alone(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    genuine = intake.grant(uuid7())
    receiver.receive(parcours.record(), by="parcours")
    with pytest.raises(PublisherHalted, match="until an operator follows it"):
        receiver.receive(forged(parcours.record(), log_id=uuid7()), by="parcours")
    assert resume_publisher(receiver.app, "parcours", "Non.") is None, "another log is compared before it is followed"
    assert receiver.halted().keys() == {"parcours"}
    check_that_intake_goes_on(receiver, intake, genuine)


# Its announcements


@pytest.mark.parametrize("fields", [{}, {"position": 0, "numbers": [0] * PARTITIONS}, {"log_id": uuid7()}])
def test_the_head_of_intake(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService, fields: dict[str, Any]
) -> None:
    genuine = intake.grant(uuid7())
    receiver.receive(intake.log[0])
    receiver.announce("intake", times=1)
    before = receiver.source("intake")
    with pytest.raises(ForeignContent, match="the head of 'intake'"):
        receiver.announce("parcours", **{"publisher": "intake", "log_id": intake.log_id, "until": YEAR_2199, **fields})
    assert receiver.source("intake") == before
    assert receiver.has_right(genuine.header.case)
    check_that_intake_goes_on(receiver, intake, intake.grant(uuid7()))


def test_a_head_of_its_own_of_the_year_2199(receiver: Receiver, intake: PlayedService, parcours: PlayedService) -> None:
    receiver.receive(parcours.record(), by="parcours")
    receiver.announce("parcours", until=YEAR_2199)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    told = receiver.source("parcours")
    assert told["announced_until"] < soon
    assert told["received_until"] is None or told["received_until"] < soon
    check_that_intake_goes_on(receiver, intake, intake.grant(uuid7()))


def test_a_head_of_its_own_beyond_the_end_of_its_feed(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    genuine, first = intake.grant(uuid7()), parcours.record()
    receiver.receive(first, by="parcours")
    numbers = [2**40] * PARTITIONS
    with pytest.raises(GapDetected):
        receiver.announce("parcours", times=3, position=2**50, numbers=numbers)
    assert receiver.source("parcours")["received_until"] is None
    receiver.receive(parcours.record(case=first.header.case), by="parcours")
    check_that_intake_goes_on(receiver, intake, genuine)


def test_ancestors_of_its_own_that_no_log_has(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    """An ancestor's messages are passed over: a log that named itself would be followed no more, and nobody told."""
    genuine, first = intake.grant(uuid7()), parcours.record()
    receiver.receive(first, by="parcours")
    log_id, too_many = str(first.header.log_id), {str(uuid7()): 1 for _ in range(1001)}
    for impossible in ({log_id: 1}, {str(uuid7()): 2}, {str(uuid7()): -1}, too_many):
        with pytest.raises(ForeignContent, match="it has ancestors that no log has"):
            receiver.announce("parcours", ancestors=impossible)
        assert resume_publisher(receiver.app, "parcours", "Annonce fausse.")
    assert receiver.source("parcours")["ancestors"] == {}
    receiver.receive(parcours.record(case=first.header.case), by="parcours")
    check_that_intake_goes_on(receiver, intake, genuine)


def test_once_halted_it_settles_nothing(receiver: Receiver, intake: PlayedService, parcours: PlayedService) -> None:
    receiver.receive(parcours.record(), by="parcours")
    receiver.announce("parcours", times=1)
    with pytest.raises(ForeignContent):
        receiver.receive(intake.grant(uuid7()), by="parcours")
    before = receiver.source("parcours")
    receiver.announce("parcours", times=1)
    assert receiver.source("parcours") == before


# And then


def test_once_mended_and_resumed_all_that_it_said_itself_arrives(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    known, bait = parcours.record(), gap(parcours)
    receiver.receive(known, by="parcours")
    parcours.lie = with_events(intake.grant(uuid7()))
    with pytest.raises(PublisherHalted):
        receiver.receive(bait, by="parcours")
    parcours.lie = None
    with pytest.raises(PublisherHalted):
        receiver.receive(bait, by="parcours")
    why = resume_publisher(receiver.app, "parcours", "Clés changées.")
    assert why is not None and "in the name of 'intake'" in why
    receiver.announce("parcours", times=2)
    tracked = "SELECT sum(number) AS total FROM {schema}.tracked WHERE publisher = 'parcours'"
    assert receiver.app.recorder.fetch(tracked) == [{"total": 3}]
    kept = "SELECT publisher, halted, reason FROM {schema}.resumed ORDER BY nth DESC LIMIT 1"
    assert receiver.app.recorder.fetch(kept) == [{"publisher": "parcours", "halted": why, "reason": "Clés changées."}]
    assert resume_publisher(receiver.app, "parcours", "Encore.") is None


def test_one_that_began_with_a_lie_is_not_bound_to_the_log_it_then_named(
    receiver: Receiver, intake: PlayedService, parcours: PlayedService
) -> None:
    with pytest.raises(ForeignContent):
        receiver.receive(forged(intake.grant(uuid7()), log_id=uuid7()), by="parcours")
    assert resume_publisher(receiver.app, "parcours", "Clés changées.")
    receiver.receive(parcours.record(), by="parcours")
    assert receiver.source("parcours")["log_id"] == parcours.log_id


# Whatever the order


TRIES = ("stream", "gap", "head", "own contract", "another log")


def try_it(receiver: Receiver, intake: PlayedService, parcours: PlayedService, how: str) -> None:
    """With the number that intake gives next, and then the genuine event of that number."""
    identity = uuid7()
    forgery = forged(intake.grant(identity), id=uuid7())
    intake.log.pop()
    before = len(parcours.log)
    with pytest.raises((ForeignContent, PublisherHalted)):
        match how:
            case "stream":
                receiver.receive(forgery, by="parcours")
            case "gap":
                parcours.lie = with_events(forgery)
                receiver.receive(gap(parcours), by="parcours")
            case "head":
                receiver.announce("parcours", publisher="intake", log_id=intake.log_id, until=YEAR_2199)
            case "own contract":
                receiver.receive(parcours.record(right(identity), identity), by="parcours")
            case _:
                receiver.receive(forged(forgery, publisher="parcours", log_id=uuid7()), by="parcours")
    del parcours.log[before:]
    parcours.lie = None
    assert not receiver.has_right(identity)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*TRIES, "given", "given and lost", "announced", "resumed"]), max_size=12))
@example(["gap", "resumed", "given and lost", "stream", "given", "head", "announced"])
def test_in_any_order_all_that_intake_gave_arrives_and_nothing_else(receiver: Receiver, steps: list[str]) -> None:
    receiver.app.recorder.fetch("TRUNCATE {schema}.sources, {schema}.tracked")
    intake, parcours = receiver.publishers["intake"], receiver.publishers["parcours"]
    for each in (intake, parcours):
        each.__init__(each.name)  # type: ignore[misc]
    for step in steps:
        match step:
            case "given":
                receiver.receive(intake.grant(uuid7()))
            case "given and lost":
                intake.grant(uuid7())
            case "announced":
                receiver.announce("intake", times=2)
            case "resumed":
                resume_publisher(receiver.app, "parcours", "Clés changées.")
            case _:
                try_it(receiver, intake, parcours, step)
    receiver.announce("intake", times=2)
    assert all(receiver.has_right(each.header.case) for each in intake.log)
    assert "intake" not in receiver.halted()
    tracked = "SELECT coalesce(sum(number), 0) AS total FROM {schema}.tracked WHERE publisher = 'intake'"
    assert receiver.app.recorder.fetch(tracked) == [{"total": len(intake.log)}]
    assert {partition_of(each.header.case) for each in intake.log} <= set(range(PARTITIONS))
