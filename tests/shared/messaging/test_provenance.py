"""What a publisher's stream, feed or announcement may say."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.servers.taken_over_service import PlayedService, forged, right

from shared import contracts
from shared.contracts.base import PublicEvent
from shared.contracts.publishers import MODULES, may_publish
from shared.eventlog import PARTITIONS, partition_of
from shared.kernel import PHASE_SERVICES, uuid7
from shared.messaging import ForeignContent, Message, topology
from shared.messaging.provenance import (
    MessageSource,
    check_high_water_mark,
    check_message,
    check_page,
    check_subject,
    limit_to_now,
)
from shared.messaging.wire import decode

PUBLISHED = [contract for module in MODULES for contract in module.PUBLISHED_EVENTS]


@pytest.fixture
def intake() -> PlayedService:
    return PlayedService("intake")


@pytest.fixture
def granted(intake: PlayedService) -> Message:
    return intake.grant(uuid7())


def test_what_a_publisher_says_of_its_own_log_passes(intake: PlayedService) -> None:
    for _ in range(5):
        check_message(intake.grant(uuid7()), MessageSource("intake", intake.log_id))
        check_message(intake.record(), MessageSource("intake", intake.log_id))
    check_page(intake.log, MessageSource("intake", intake.log_id), 0, 10)
    check_high_water_mark(intake.head(), "intake")


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda each: forged(each, publisher="parcours"), "in the name of 'parcours'"),
        (lambda each: forged(each, publisher="x" * 10_000), "in the name of 'x{80}'$"),
        (lambda each: forged(each, log_id=UUID(int=9)), "of log 0"),
        (lambda each: forged(each, partition=(each.header.partition + 1) % PARTITIONS), "partition"),
        (lambda each: forged(each, case=other_partition(each)), "not that of its case"),
        (lambda each: forged(each, number=0), "number 0"),
        (lambda each: forged(each, number=2), "number 2 and position 1"),
        (lambda each: forged(each, number=2**63, position=2**63), "position 9223372036854775808"),
        (lambda each: forged(each, "need-found:v1", {}), "'need-found:v1', which another service publishes"),
        (lambda each: Message.of(each.header, None, {"role": "manager"}), "a body without a contract"),
    ],
)
def test_one_thing_that_is_not_its_own_is_refused_and_named(
    granted: Message, forge: Callable[[Message], Message], said: str
) -> None:
    with pytest.raises(ForeignContent, match=said) as refused:
        check_message(forge(granted), MessageSource("intake", granted.header.log_id))
    assert str(refused.value).startswith(f"intake: event {granted.header.id} ")


NO_ZONE, EAST, WEST = datetime(2026, 1, 1), timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (lambda each: forged(each, recorded_at=NO_ZONE), "a time without a zone"),
        (lambda each: forged(each, effective_at=NO_ZONE), "a time without a zone"),
        (lambda each: forged(each, recorded_at=datetime(1, 1, 1, tzinfo=EAST)), "that not every zone has"),
        (lambda each: forged(each, effective_at=datetime(9999, 12, 31, 23, tzinfo=WEST)), "that not every zone has"),
        (lambda each: forged(each, version=0), "version 0, in form 1"),
        (lambda each: forged(each, version=2**63), "version 9223372036854775808"),
        (lambda each: forged(each, event_version=-1), "version 1, in form -1"),
        (lambda each: forged(each, event_version=2**63), "form 9223372036854775808"),
        (lambda each: forged(each, role="emperor"), "by the role 'emperor'"),
        (lambda each: forged(each, role="manager\0"), "by the role"),
        (lambda each: forged(each, "right-granted:v1", nested(17)), "a body of more than 16 levels"),
        (lambda each: forged(each, "right-granted:v1", nested(900)), "a body of more than 16 levels"),
        (lambda each: forged(each, "transfer-taken-over:v1", {"request": "nobody"}), "a case by what is no id"),
        (lambda each: forged(each, "transfer-taken-over:v1", {"request": [1]}), "a case by what is no id"),
        (lambda each: with_header_field(each, b"1e999"), "a header that not everybody can read"),
        (lambda each: with_header_field(each, b'"\xff"'), "a header that not everybody can read"),
        (lambda each: with_header_field(each, b"[" * 900 + b"]" * 900), "a header that not everybody can read"),
        (lambda each: forged(each, id=uuid4()), "an id that no event has"),
    ],
)
def test_a_value_on_which_the_whole_case_would_fail_is_refused(
    granted: Message, forge: Callable[[Message], Message], said: str
) -> None:
    with pytest.raises(ForeignContent, match=said):
        check_message(forge(granted), MessageSource("intake", granted.header.log_id))


def test_what_a_newer_program_adds_to_a_header_or_a_body_passes(granted: Message) -> None:
    body = {**(granted.body or {}), "added": nested(14)}
    for each in (with_header_field(granted, b'{"later":[1.5,"\\u00e9"]}'), forged(granted, granted.contract, body)):
        check_message(each, MessageSource("intake", granted.header.log_id))


@pytest.mark.parametrize("unreadable", [b'"\xff"', b"[" * 9000 + b"]" * 9000])
def test_a_message_that_no_decoder_takes_is_unreadable_and_nothing_else(granted: Message, unreadable: bytes) -> None:
    """Else it would come again for ever: the receiver drops what is unreadable, and asks the feed."""
    with pytest.raises(msgspec.DecodeError):
        decode(b'{"header":' + bytes(granted.raw_header) + b',"body":{"a":' + unreadable + b"}}")
    with pytest.raises(msgspec.DecodeError):
        decode(b'{"header":' + bytes(granted.raw_header) + b',"label":' + unreadable + b"}")


def nested(levels: int) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for _ in range(levels - 1):
        body = {"a": body}
    return body


def with_header_field(message: Message, value: bytes) -> Message:
    """With a field that this program does not know."""
    raw = bytes(message.raw_header)[:-1] + b',"later":' + value + b"}"
    return Message(raw_header=msgspec.Raw(raw), contract=message.contract, body=message.body, label=message.label)


def other_partition(message: Message) -> UUID:
    while partition_of(case := uuid7()) == message.header.partition:
        pass
    return case


def test_a_page_of_one_partition_holds_no_other(intake: PlayedService, granted: Message) -> None:
    asked = (granted.header.partition + 1) % PARTITIONS
    with pytest.raises(ForeignContent, match=f"and {asked} was asked for"):
        check_page([granted], MessageSource("intake", intake.log_id, partition=asked), 0, None)


def test_a_page_of_one_partition_goes_forward_in_its_numbers(intake: PlayedService) -> None:
    """Positions count all partitions: of one they have gaps, and say nothing of what is missing."""
    events = [forged(intake.record(case=UUID(int=0)), position=position, number=1) for position in (4, 5)]
    source = MessageSource("intake", intake.log_id, partition=events[0].header.partition)
    check_page(events[:1], source, 0, None)
    with pytest.raises(ForeignContent, match="does not go forward after 0"):
        check_page(events, source, 0, None)


@given(st.lists(st.integers(1, 5), max_size=4), st.sampled_from([None, 1, 2, 3, 4, 5]))
def test_a_page_goes_forward_or_a_reader_would_never_end(positions: list[int], following: int | None) -> None:
    intake = PlayedService("intake")
    events = [forged(intake.record(), position=position, number=1) for position in positions]
    goes_forward = positions == sorted(set(positions)) and (following is None or following >= max([0, *positions]))
    try:
        check_page(events, MessageSource("intake", intake.log_id), 0, following)
    except ForeignContent:
        assert not goes_forward
    else:
        assert goes_forward


@pytest.mark.parametrize("contract", PUBLISHED, ids=lambda each: f"{each.publisher} {each.topic()}")
@pytest.mark.parametrize("version", [1, 2])
def test_a_contract_is_its_publishers_in_every_version(contract: type[PublicEvent], version: int) -> None:
    owners = {each.publisher for each in PUBLISHED if each.name == contract.name}
    for service in PHASE_SERVICES:
        assert may_publish(service, f"{contract.name}:v{version}") is (service in owners)


def test_a_contract_that_only_a_newer_program_knows_is_let_through_for_it_leads_to_nothing() -> None:
    assert may_publish("parcours", "nobody-knows-it-yet:v1")


def test_every_module_of_contracts_is_known() -> None:
    modules = {import_module(f"shared.contracts.{each.name}") for each in pkgutil.iter_modules(contracts.__path__)}
    assert {each for each in modules if hasattr(each, "PUBLISHED_EVENTS")} == set(MODULES)
    assert {contract.publisher for contract in PUBLISHED} == set(PHASE_SERVICES)


@pytest.mark.parametrize(
    "subject",
    [
        topology.subject("idf", "parcours", 0, "right-granted:v1"),
        topology.subject("bre", "intake", 0, "right-granted:v1"),
        topology.subject("idf", "intake", 1, "right-granted:v1"),
        topology.subject("idf", "intake", 0, "right-revoked:v1"),
    ],
)
def test_a_message_comes_by_the_subject_of_what_it_says(intake: PlayedService, subject: str) -> None:
    identity = uuid7()
    while partition_of(identity):
        identity = uuid7()
    message = intake.record(right(identity), identity)
    check_subject(message, MessageSource("intake"), topology.subject("idf", "intake", 0, message.topic), "idf")
    with pytest.raises(ForeignContent, match="came by"):
        check_subject(message, MessageSource("intake"), subject, "idf")


@pytest.mark.parametrize(
    "fields",
    [
        {"publisher": "parcours"},
        {"until": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"until": datetime(1, 1, 1, tzinfo=UTC)},
        {"position": 0},
        {"position": -1, "numbers": [0] * PARTITIONS},
        {"position": 2**63},
        {"numbers": [1] * PARTITIONS, "position": 7},
        {"numbers": [2, -1, *[0] * (PARTITIONS - 2)]},
        {"numbers": [1]},
        {"numbers": [0] * (PARTITIONS + 1)},
        {"numbers": []},
    ],
)
def test_a_head_that_is_not_its_own_or_that_no_log_has_is_refused(
    intake: PlayedService, granted: Message, fields: dict[str, Any]
) -> None:
    with pytest.raises(ForeignContent, match="intake: it announces"):
        check_high_water_mark(intake.head(**fields), "intake")


def test_nobody_is_believed_about_what_is_not_recorded_yet() -> None:
    now = datetime.now(UTC)
    assert limit_to_now(datetime(2199, 1, 1, tzinfo=UTC), now) == now
    assert limit_to_now(now - timedelta(seconds=1), now) == now - timedelta(seconds=1)
    assert limit_to_now(None, now) is None


def test_a_log_id_is_compared_where_it_is_known(granted: Message) -> None:
    check_message(granted, MessageSource("intake"))
    with pytest.raises(ForeignContent, match="in a feed of log"):
        check_message(granted, MessageSource("intake", uuid4()))
