"""Audit at a hub: the events of each region, told apart by where they came from and not by what they say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.support.servers.served_service import Serve, Served
from tests.support.servers.taken_over_service import PlayedService, feeds_of, forged

from audit.domain import EventReceived
from audit.hub.deployment import deployed
from audit.main import service
from shared.kernel import uuid7
from shared.messaging import Feed, ForeignContent, Inbox, Message, PublisherHalted, halted_publishers

NATIONAL = deployed(service, ("nord", "sud"))


class Hub:
    """`nord`, `sud`: the intake of each region."""

    def __init__(self, served: Served, inbox: Inbox, nord: PlayedService, sud: PlayedService) -> None:
        self.served, self.inbox, self.nord, self.sud = served, inbox, nord, sud

    def receive(self, region: str, *messages: Message) -> None:
        for message in messages:
            self.inbox.receive(message, f"{region}-intake")

    def kept(self) -> list[tuple[str, int]]:
        app = self.served.application
        entries = app.recorder.select_notifications(1, 1000)
        return [
            (event.data.publisher, event.data.position)
            for _, event in app.events_of(entries)
            if isinstance(event.data, EventReceived)
        ]

    def halted(self) -> dict[str, str]:
        return halted_publishers(self.served.application.recorder)


@pytest.fixture
def hub(serve: Serve) -> Iterator[Hub]:
    served, nord, sud = serve(NATIONAL), PlayedService("intake"), PlayedService("intake")
    with feeds_of(nord) as of_nord, feeds_of(sud) as of_sud:
        addresses = {"nord-intake": of_nord["intake"], "sud-intake": of_sud["intake"]}
        with closing(Feed(addresses, "token")) as feed:
            yield Hub(served, Inbox(served.application, NATIONAL.reactions, feed), nord, sud)


def test_both_regions_are_received_under_their_own_names(hub: Hub) -> None:
    for played in (hub.nord, hub.sud):
        played.grant(uuid7())
        played.record()
    hub.receive("nord", *hub.nord.log)
    hub.receive("sud", *hub.sud.log)
    hub.receive("nord", *hub.nord.log)
    assert hub.kept() == [("nord-intake", 1), ("nord-intake", 2), ("sud-intake", 1), ("sud-intake", 2)]


def test_what_the_stream_lost_is_read_from_the_region_s_feed(hub: Hub) -> None:
    for _ in range(5):
        hub.nord.record()
    hub.sud.record()
    hub.receive("nord", hub.nord.log[-1])
    assert hub.kept() == [("nord-intake", position) for position in range(1, 6)]
    assert (hub.nord.asked > 0, hub.sud.asked) == (True, 0)


def test_a_head_is_its_region_s(hub: Hub) -> None:
    for _ in range(3):
        hub.nord.record()
    hub.receive("nord", hub.nord.log[0])
    for _ in range(2):
        hub.inbox.receive_high_water_mark(hub.nord.head(), "nord-intake")
    assert hub.kept() == [("nord-intake", position) for position in range(1, 4)]


def test_a_region_that_shows_the_log_of_another_changes_nothing_of_it(hub: Hub) -> None:
    """Sud sends nord's events as its own, and then nord goes on."""
    for _ in range(2):
        hub.nord.record()
    hub.receive("nord", hub.nord.log[0])
    hub.receive("sud", *hub.nord.log)
    hub.receive("nord", *hub.nord.log)
    assert hub.kept() == [("nord-intake", 1), ("sud-intake", 1), ("sud-intake", 2), ("nord-intake", 2)]
    assert hub.halted() == {}


def test_a_region_that_speaks_for_another_service_is_halted_alone(hub: Hub) -> None:
    hub.nord.record()
    hub.sud.record()
    with pytest.raises(ForeignContent):
        hub.receive("sud", forged(hub.sud.log[0], publisher="parcours"))
    assert [*hub.halted()] == ["sud-intake"]
    with pytest.raises(PublisherHalted):
        hub.receive("sud", *hub.sud.log)
    hub.receive("nord", *hub.nord.log)
    assert hub.kept() == [("nord-intake", 1)]


def test_the_name_of_a_region_is_not_accepted_in_a_header(hub: Hub) -> None:
    hub.sud.record()
    with pytest.raises(ForeignContent):
        hub.receive("sud", forged(hub.sud.log[0], publisher="nord-intake"))


def test_health_names_the_region(hub: Hub) -> None:
    hub.sud.record()
    with pytest.raises(ForeignContent):
        hub.receive("sud", forged(hub.sud.log[0], publisher="parcours"))
    status = hub.served.http.get("/readyz").json()
    assert "sud-intake" in str(status)


def test_no_case_is_read_at_the_hub_whatever_a_region_grants(hub: Hub) -> None:
    """A right of one region's register would open all of them."""
    case = uuid7()
    hub.nord.record(case=case)
    hub.receive("nord", *hub.nord.log)
    auditor = hub.served.by("auditor", units=["dla-44"])
    for path in (f"/api/v1/cases/{case}", "/api/v1/cases", "/api/v1/ledger/health", f"/api/v1/cases/{case}/bundle"):
        assert auditor.get(path).status_code == 404
    paths = {getattr(route, "path", "") for route in hub.served.web.routes}
    assert not [path for path in paths if path.startswith("/api/v1/cases")]
    assert NATIONAL.load_rights(hub.served.application, uuid7()) == ()


def test_a_region_s_audit_is_as_it_was() -> None:
    assert deployed(service, ()) is service
    assert service.reactions.publishers == ("diagnostic", "followup", "intake", "parcours")


def test_statistics_need_a_token_and_name_the_regions_that_do_not_answer(hub: Hub) -> None:
    path = "/api/v1/national/statistics/intake"
    assert hub.served.http.get(path, params={"period": "2026-T3"}).status_code == 401
    answer = hub.served.by("pilot", units=["dla-44"]).get(path, period="2026-T3")
    assert answer.status_code == 503
