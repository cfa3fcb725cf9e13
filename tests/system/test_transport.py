"""Transport over NATS: every event arrives once and in order, whatever NATS loses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from threading import Event

import pytest
from tests.support.samples.sample_services import (
    FAULTY,
    REGION,
    Desk,
    Workshop,
    eventually,
    register_in_turn,
    workshop_at,
)
from tests.support.servers.transport_harness import Carrier

from shared.kernel import uuid7
from shared.messaging import Feed, Message, Reactions, encode, halted_publishers, topology
from shared.messaging.asyncapi import asyncapi


def test_two_replicas_keep_the_order_of_every_case_under_duplicates(
    desk: Desk, workshops: Callable[..., Workshop], carrier: Carrier
) -> None:
    carrier.install()
    one, two = workshops(), workshops()
    carrier.relay()
    carrier.subscribe_workshop(one)
    carrier.subscribe_workshop(two)
    register_in_turn(desk, cases=10, steps=10)
    eventually(lambda: one.steps() == desk.steps())
    carrier.publish(desk.messages()[::3])
    register_in_turn(desk, cases=10, steps=5)
    eventually(lambda: one.steps() == desk.steps())
    assert one.count("parked") == 0
    assert carrier.deaths == []


def test_a_private_payload_never_travels(desk: Desk, workshop: Workshop, carrier: Carrier) -> None:
    carrier.install()
    relay = carrier.relay()
    carrier.subscribe_workshop(workshop)
    desk.register(uuid7(), 1, remark="confidentiel-7f3a")
    eventually(workshop.steps)
    eventually(lambda: carrier.all_sent(relay))
    wire = carrier.wire()
    private, public = (json.loads(message) for message in wire)
    assert (private["header"]["event"], private["body"], public["body"]) == ("remark-recorded", None, {"step": 1})
    assert not any(b"confidentiel-7f3a" in message for message in wire)
    stored = [entry.state for entry in desk.app.recorder.select_notifications(None, 10)]
    assert any(b"confidentiel-7f3a" in state for state in stored)


def test_nats_loses_everything_and_nothing_is_lost(
    desk: Desk, workshop: Workshop, carrier: Carrier, wipe_nats: Callable[[], None]
) -> None:
    carrier.install()
    relay = carrier.relay()
    hearing = carrier.subscribe_workshop(workshop)
    register_in_turn(desk, cases=5, steps=4)
    eventually(lambda: workshop.steps() == desk.steps())
    carrier.loop.do(hearing.stop())
    register_in_turn(desk, cases=5, steps=2)
    eventually(lambda: carrier.all_sent(relay))
    wipe_nats()  # what was sent and never heard is gone
    carrier.install()
    carrier.subscribe_workshop(workshop)
    eventually(lambda: workshop.steps() == desk.steps())
    wipe_nats()
    register_in_turn(desk, cases=5, steps=2)
    carrier.install()
    eventually(lambda: workshop.steps() == desk.steps())
    assert carrier.positions() == list(range(1, 41))


def test_what_the_stream_lost_is_asked_from_the_feed(desk: Desk, workshop: Workshop, carrier: Carrier) -> None:
    carrier.install()
    relay = carrier.relay()
    register_in_turn(desk, cases=4, steps=3)
    eventually(lambda: carrier.all_sent(relay))
    carrier.purge()
    register_in_turn(desk, cases=4, steps=1, first=200)
    eventually(lambda: carrier.all_sent(relay))
    carrier.subscribe_workshop(workshop)
    eventually(lambda: workshop.steps() == desk.steps())  # the last by a jump, or by an announced head


def test_a_lost_tail_shows_in_the_announced_head(
    desk: Desk, database: Callable[..., str], carrier: Carrier, http_feed: Feed
) -> None:
    workshop = workshop_at(database("workshop"), desk, http_feed)
    workshop.app.create_tables()
    try:
        carrier.install()
        relay = carrier.relay()
        register_in_turn(desk, cases=4, steps=3)
        eventually(lambda: carrier.all_sent(relay))
        carrier.purge()
        hearing = carrier.subscribe_workshop(workshop)
        eventually(lambda: workshop.steps() == desk.steps())
        told = "SELECT 1 FROM {schema}.sources WHERE (announced, announced_until > %s) = (12, true)"
        last = desk.messages()[-1].header.recorded_at
        eventually(lambda: workshop.app.recorder.fetch(told, (last,)))
        carrier.loop.do(hearing.stop())
    finally:
        workshop.app.close()


def test_what_is_not_an_event_is_dropped_and_hides_none(desk: Desk, workshop: Workshop, carrier: Carrier) -> None:
    carrier.install()
    carrier.subscribe_workshop(workshop)
    case = uuid7()
    desk.register(case, 1)
    desk.register(case, 2)
    first, second = desk.messages()
    carrier.publish_bytes(first, b"{}")
    carrier.publish_bytes(second, encode(second))
    eventually(lambda: workshop.steps() == desk.steps())


def test_a_faulty_case_waits_and_all_others_arrive(desk: Desk, workshop: Workshop, carrier: Carrier) -> None:
    carrier.install()
    carrier.relay()
    carrier.subscribe_workshop(workshop)
    faulty = uuid7()
    desk.register(faulty, FAULTY)
    register_in_turn(desk, cases=12, steps=2)
    desk.register(faulty, 14)
    others = {case: steps for case, steps in desk.steps().items() if case != faulty}
    eventually(lambda: workshop.steps() == others and workshop.count("parked") == 2)
    workshop.mended.set()
    assert workshop.inbox.parking.replay(desk.name, faulty) == 2
    assert workshop.steps() == desk.steps()


@pytest.mark.parametrize("later", [1, 0], ids=["with later events", "without"])
def test_a_restored_publisher_halts_its_hearers_and_they_say_why(
    desk: Desk, workshop: Workshop, carrier: Carrier, later: int
) -> None:
    carrier.install()
    relay = carrier.relay()
    carrier.subscribe_workshop(workshop)
    register_in_turn(desk, cases=3, steps=3)
    eventually(lambda: workshop.steps() == desk.steps())
    before = workshop.steps()
    carrier.loop.do(relay.stop())
    desk.restore(5, new_log=True)
    register_in_turn(desk, cases=3, steps=later)
    carrier.relay()
    why = eventually(lambda: halted_publishers(workshop.app.recorder))[desk.name]
    assert f"log {desk.app.recorder.identity().log_id}" in why
    assert workshop.steps() == before


def test_a_publisher_taken_whole_arrives_in_the_order_of_its_log(
    desk: Desk, workshops: Callable[..., Workshop], carrier: Carrier
) -> None:
    carrier.install(whole=True)
    auditing = workshops(whole=True)
    carrier.relay()
    carrier.subscribe_workshop(auditing)
    for step in range(6):
        desk.register(uuid7(), step, remark="gardée")
    eventually(lambda: auditing.app.recorder.max_notification_id() == 12)
    recorded = auditing.app.events_of(auditing.app.recorder.select_notifications(None, 100))
    assert [event.data.step for _, event in recorded] == list(range(1, 13))


def test_a_reaction_slower_than_the_acknowledgement_is_not_given_to_another(
    desk: Desk, workshops: Callable[..., Workshop], carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "ACK_WAIT_SECONDS", 1.5)
    carrier.install()
    received, done = [], Event()
    for _ in range(2):
        workshop = workshops()

        def slow(
            message: Message, publisher: str, receive: Callable[[Message, str], None] = workshop.inbox.receive
        ) -> None:
            received.append(message.header.id)
            done.wait(20)
            receive(message, publisher)

        monkeypatch.setattr(workshop.inbox, "receive", slow)
        carrier.subscribe_workshop(workshop)
    carrier.relay()
    desk.register(uuid7(), 1)
    eventually(lambda: received)
    carrier.loop.loop.call_soon_threadsafe(lambda: carrier.loop.loop.call_later(4, done.set))
    eventually(lambda: workshop.steps() == desk.steps())
    assert len(received) == 1


def test_hearing_begins_when_the_streams_are_there(desk: Desk, workshop: Workshop, carrier: Carrier) -> None:
    carrier.subscribe_workshop(workshop)
    relay = carrier.relay()
    register_in_turn(desk, cases=2, steps=2)
    eventually(lambda: "StreamMissing" in relay.health.errors.get("stream", ""))
    carrier.install()
    eventually(lambda: workshop.steps() == desk.steps())
    eventually(lambda: relay.health.errors == {})


def test_the_deploy_step_may_run_twice_at_once(carrier: Carrier) -> None:
    async def twice() -> None:
        where = (carrier.deployer, REGION, "workshop", [carrier.desk.name])
        await asyncio.gather(topology.install(*where), topology.install(*where))

    carrier.loop.do(twice())
    carrier.loop.do(twice())


def test_what_is_told_and_heard_is_documented(desk: Desk, workshop: Workshop) -> None:
    document = asyncapi("workshop", [], workshop.inbox.reactions)
    ((title, heard),) = document["channels"].items()
    assert title == f"receives step-registered:v1 of {desk.name}"
    assert heard["address"] == f"dla.{{region}}.{desk.name}.*.step-registered.v1"
    assert heard["description"] == "A step registered at the desk is followed in the workshop."
    told = asyncapi(desk.name, [desk.contract], Reactions(desk.name))
    assert list(told["channels"]) == ["publishes step-registered:v1"]
    assert {"StepRegistered", "Header"} <= told["components"]["schemas"].keys()
