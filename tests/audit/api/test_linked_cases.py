"""Both cases of a transfer, as the timeline and the feed name them: to who may read both, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from tests.support.histories import confidential_case
from tests.support.histories.audit_events import header
from tests.support.servers.reconciled_intake import receive_messages
from tests.support.servers.served_service import Client, Served, served

from audit.main import service
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from shared.access import AccessLogQuery
from shared.contracts.base import PublicEvent
from shared.contracts.followup import NeedFound
from shared.contracts.intake import LinkedRequestOpened, TransferReceived, TransferTakenOver
from shared.messaging import Message

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
GIVING, RECEIVING, THIRD = "dla-44", "dla-35", "dla-29"
BOTH = (GIVING, RECEIVING)


@pytest.fixture(scope="module")
def audit(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    def database(name: str) -> str:
        return postgres.ensure_database(f"linked_{name}", connections=-1)

    with served(service, database, nats, tmp_path_factory.mktemp("linked")) as running:
        yield running


class Story:
    """Events of several cases, an hour from each to the next."""

    def __init__(self, audit: Served) -> None:
        self.audit, self.hours, self.last = audit, 0, 0

    def record(self, case: UUID, event: str, unit: str, body: PublicEvent | None = None) -> None:
        at = BEGAN + timedelta(hours=self.hours)
        self.hours += 1
        recorder = self.audit.application.recorder
        position = (recorder.max_notification_id() or 0) + 1
        own = len(recorder.entries_of_case(case)) + 1
        publisher = body.publisher if body else "intake"
        told = msgspec.structs.replace(
            header(position, publisher, case), recorded_at=at, effective_at=at, event=event, unit=unit, version=own
        )
        contract, fields = (body.topic(), body.model_dump(mode="json")) if body else (None, None)
        receive_messages(self.audit.application, [Message.of(told, contract, fields, event)])

    def transfer(self, origin: UUID, to: str, case: UUID) -> None:
        """As intake records a take-over: both cases at once, by the unit that receives."""
        self.record(case, "transfer-received", to, TransferReceived(origin=origin))
        self.record(origin, "transfer-taken-over", to, TransferTakenOver(request=case))


@pytest.fixture
def story(audit: Served) -> Story:
    return Story(audit)


@pytest.fixture
def cases(story: Story) -> tuple[UUID, UUID]:
    """A request of dla-44, and the case under which dla-35 goes on with it."""
    origin, case = uuid4(), uuid4()
    story.record(origin, "request-received", GIVING)
    story.record(origin, "request-transferred", GIVING)
    story.transfer(origin, RECEIVING, case)
    story.record(case, "meeting-recorded", RECEIVING)
    return origin, case


def timeline(client: Client, case: UUID, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1/cases/{case}/timeline", **parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def links(client: Client, case: UUID, **parameters: Any) -> list[tuple[str, str]]:
    return [(each["relation"], each["id"]) for each in timeline(client, case, **parameters)["linked_cases"]]


def story_of(client: Client, case: UUID, **parameters: Any) -> list[tuple[str, str]]:
    events = timeline(client, case, transfers=True, **parameters)["events"]
    return [(each["case"], each["event"]) for each in events]


def test_each_case_of_a_transfer_links_the_other(audit: Served, cases: tuple[UUID, UUID]) -> None:
    origin, case = cases
    region = audit.by("regional", unit=None, units=BOTH)
    assert links(region, origin) == [("taken_over_as", str(case))]
    assert links(region, case) == [("transferred_from", str(origin))]
    (linked,) = timeline(region, origin)["linked_cases"]
    assert region.get(linked["href"]).json()["events"] == timeline(region, case)["events"]


def test_who_may_read_both_reads_them_as_one_from_either(audit: Served, cases: tuple[UUID, UUID]) -> None:
    origin, case = map(str, cases)
    whole = [
        (origin, "request-received"),
        (origin, "request-transferred"),
        (case, "transfer-received"),
        (origin, "transfer-taken-over"),
        (case, "meeting-recorded"),
    ]
    for client in (audit.by("regional", unit=None, units=BOTH), audit.by("adviser", unit=RECEIVING)):
        for each in cases:
            assert story_of(client, each) == whole
            assert story_of(client, each, order="newest", limit=3) == whole[:1:-1]
    only_its_own = timeline(audit.by("adviser", unit=RECEIVING), cases[1])["events"]
    assert {each["case"] for each in only_its_own} == {case}


def test_the_unit_that_gave_it_does_not_read_of_the_case_that_it_may_not_read(
    audit: Served, cases: tuple[UUID, UUID]
) -> None:
    origin, case = cases
    giver = audit.by("adviser", unit=GIVING)
    for parameters in ({}, {"transfers": True}):
        answer = timeline(giver, origin, **parameters)
        assert str(case) not in str(answer)
        assert [each["event"] for each in answer["events"]][-1] == "transfer-taken-over"
    assert str(case) not in str(feed(giver))
    assert str(case) in str(feed(audit.by("adviser", unit=RECEIVING)))


def feed(client: Client) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/feed", limit=500)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_a_confidential_case_is_linked_to_nobody_who_does_not_see_it(audit: Served, cases: tuple[UUID, UUID]) -> None:
    origin, case = cases
    confidential_case.make_confidential(audit, "audit", str(case), "who-is-in-charge")
    region = audit.by("regional", unit=None, units=BOTH)
    colleague = audit.by("adviser", unit=RECEIVING, subject="a-colleague")
    for client in (region, colleague):
        assert str(case) not in str(timeline(client, origin, transfers=True))
        assert client.get(f"/api/v1/cases/{case}/timeline").status_code == 404
    in_charge = audit.by("adviser", unit=RECEIVING, subject="who-is-in-charge")
    assert links(in_charge, origin) == [("taken_over_as", str(case))]
    auditor = audit.by("auditor", unit=None, units=BOTH)
    assert links(auditor, origin) == [("taken_over_as", str(case))]
    shown = timeline(auditor, origin, transfers=True)["events"]
    assert {each["case"]: each["body"] for each in shown if each["event"] != "request-received"} == {
        str(origin): {"request": str(case)},
        str(case): None,
    }
    assert links(auditor, case) == [], "of which the headers alone are shown"


def test_what_a_confidential_case_led_to_does_not_name_it(audit: Served, cases: tuple[UUID, UUID]) -> None:
    origin, case = cases
    confidential_case.make_confidential(audit, "audit", str(origin), "who-gave-it")
    receiver = audit.by("adviser", unit=RECEIVING)
    assert str(origin) not in str(timeline(receiver, case, transfers=True))
    assert story_of(receiver, case) == [(str(case), "transfer-received"), (str(case), "meeting-recorded")]


def test_a_chain_ends_at_the_first_case_that_is_not_shown(audit: Served, story: Story) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    story.record(first, "request-received", GIVING)
    story.transfer(first, RECEIVING, second)
    story.transfer(second, THIRD, third)
    everywhere = audit.by("regional", unit=None, units=(*BOTH, THIRD))
    for case in (first, second, third):
        assert {each for each, _ in story_of(everywhere, case)} == {str(first), str(second), str(third)}
    region = audit.by("regional", unit=None, units=BOTH)
    assert {each for each, _ in story_of(region, first)} == {str(first), str(second)}
    assert str(third) not in str(timeline(region, second, transfers=True))


def test_reading_them_as_one_is_recorded_for_each(audit: Served, cases: tuple[UUID, UUID]) -> None:
    origin, case = cases
    log, who = audit.web.state.access_log, audit.id_of("who-reads-both")

    def read() -> set[str]:
        return {str(each["case_id"]) for each in log.entries(AccessLogQuery(None, who))}

    reader = audit.by("regional", unit=None, units=BOTH, subject="who-reads-both")
    timeline(reader, origin)
    assert read() == {str(origin)}
    timeline(reader, origin, transfers=True)
    assert read() == {str(origin), str(case)}


def test_a_link_is_known_from_the_take_over_on(audit: Served, cases: tuple[UUID, UUID]) -> None:
    origin, _ = cases
    region = audit.by("regional", unit=None, units=BOTH)
    before = (BEGAN + timedelta(hours=1)).isoformat()
    assert links(region, origin, as_of=before) == []
    assert [event for _, event in story_of(region, origin, as_of=before)] == ["request-received", "request-transferred"]


def test_a_request_that_a_need_opened_and_its_origin_link_each_other(audit: Served, story: Story) -> None:
    origin, request = uuid4(), uuid4()
    story.record(origin, "request-received", GIVING)
    story.record(origin, "need-found", GIVING, NeedFound(theme="finance", request=request))
    adviser = audit.by("adviser", unit=GIVING)
    assert links(adviser, origin) == [], "audit has received nothing of it yet"
    story.record(request, "linked-request-opened", GIVING, LinkedRequestOpened(origin=origin, theme="finance"))
    assert links(adviser, origin) == [("request_for_need", str(request))]
    assert links(adviser, request) == [("origin_of_need", str(origin))]
    assert {case for case, _ in story_of(adviser, origin)} == {str(origin)}, "which is no transfer"
