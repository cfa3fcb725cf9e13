"""Reactions of audit: every event of every service is stored once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.support.histories.audit_events import commit_to_ledger
from tests.support.servers import integration
from tests.support.servers.served_service import Serve, Served

from audit import domain
from audit.main import service
from audit.reactions import reactions, receive_event
from shared.kernel import Actor, Role, StreamTaken
from shared.messaging import Header, Message, encode
from shared.messaging.wire import decode
from shared.testing.scenarios import Scenarios

given = Scenarios(domain.decider)
CASE = UUID(int=5)


def header(position: int = 1, publisher: str = "intake", minute: int = 0) -> Header:
    at = datetime(2026, 3, 2, 9, minute, tzinfo=UTC)
    sample = {"position": position, "number": 1, "id": uuid4(), "recorded_at": at, "effective_at": at}
    return integration.integration_header(
        publisher, "request-received", CASE, log_id=UUID(int=1), actor="ines", unit="dla-44", **sample
    )


def to_receive(sample: Header, body: dict[str, Any] | None = None) -> domain.ReceiveEvent:
    contract = None if body is None else "request-oriented:v1"
    command = receive_event(Message.of(sample, contract, body)).command
    assert isinstance(command, domain.ReceiveEvent)
    return command


def test_an_event_is_kept_as_it_was_told() -> None:
    sample = header()
    command = to_receive(sample, {"b": 1, "a": "é"})
    assert command.header == encode(sample).decode()
    assert command.body == '{"a": "é", "b": 1}'
    outcome = given().when(command, by=Role.SERVICE)
    assert [json.loads(event.header)["payload_hash"] for event in outcome.events] == ["0" * 64]


def test_what_a_newer_service_says_in_a_header_is_kept() -> None:
    """Byte for byte, though this audit knows no such field: what was proved must stay so."""
    header_of_tomorrow = encode(header()).replace(b'{"actor"', b'{"a_field_of_tomorrow":[1, "\xc3\xa9"],"actor"')
    command = receive_event(decode(b'{"header":' + header_of_tomorrow + b"}")).command
    assert isinstance(command, domain.ReceiveEvent)
    assert command.header.encode() == header_of_tomorrow


def test_an_event_told_twice_is_kept_once() -> None:
    command = to_receive(header())
    (stored,) = given().when(command).events
    given(stored).when(command).then()


def test_another_event_of_the_same_id_is_kept_beside_it() -> None:
    first = header()
    (stored,) = given().when(to_receive(first)).events
    for other in ({"publisher": "parcours"}, {"log_id": UUID(int=2)}, {"position": 2}):
        command = to_receive(msgspec.structs.replace(first, **other))
        with pytest.raises(StreamTaken):
            given(stored).when(command)
        assert domain.second_stream(first.id, command) != domain.second_stream(first.id, to_receive(first))
        assert domain.second_stream(first.id, command).version == 5, "which no event's id is"


def test_everybody_is_heard() -> None:
    assert set(reactions.publishers) == {"intake", "diagnostic", "parcours", "followup"}
    assert reactions.reads_whole_logs


@pytest.fixture
def audit(serve: Serve) -> Served:
    return serve(service)


def test_a_timeline_is_in_the_order_in_which_things_were_recorded(audit: Served) -> None:
    application: Any = audit.http.app.state.application  # type: ignore[attr-defined]
    ourselves = Actor("service:audit", Role.SERVICE)
    for sample in (header(1, minute=5), header(1, "diagnostic", minute=7), header(2, minute=6)):
        context = application.context(CASE, ourselves, sample.id)
        application.handle(domain.decider, sample.id, to_receive(sample, {"orientations": 2}), context)
    commit_to_ledger(application)
    auditor = audit.by("auditor")
    timeline = auditor.get(f"/api/v1/cases/{CASE}/timeline").json()["events"]
    assert [(event["service"], event["position"]) for event in timeline] == [
        ("intake", 1),
        ("intake", 2),
        ("diagnostic", 1),
    ]
    assert timeline[0]["actor"] == "ines"
    assert timeline[0]["body"] == {"orientations": 2}


def test_a_case_nobody_told_of_is_unknown(audit: Served) -> None:
    assert audit.by("auditor").get(f"/api/v1/cases/{uuid4()}/timeline").status_code == 404
    assert audit.by("pilot").get(f"/api/v1/cases/{uuid4()}/timeline").status_code == 403
    assert audit.anonymous().get(f"/api/v1/cases/{uuid4()}/timeline").status_code == 401
