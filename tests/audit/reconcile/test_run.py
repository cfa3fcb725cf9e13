"""Reconciliations: completed, resumed, and reported to people and programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any
from uuid import uuid4

import pytest
from tests.support.servers.reconciled_intake import (
    EVENTS,
    create_requests,
    feed_of,
    find_differences,
    receive_messages,
    sql,
    summarize,
)
from tests.support.servers.served_service import Served
from tests.support.servers.taken_over_service import PlayedService, feeds_of, with_events
from typer.testing import CliRunner

from audit.cli import reconcile as commands
from audit.main import cli
from audit.reconcile import run, service_log
from audit.reconcile.audit_log import AuditLog
from audit.reconcile.finding import Finding, FindingKind
from audit.reconcile.run import Reconciler, begin_reconciliation, find_last_reconciliation
from shared.eventlog import LogEntry, ServiceApplication
from shared.messaging import Feed, FeedPage, FeedUnavailable, Message


def test_what_is_recorded_and_not_heard_yet_is_no_finding(
    app: ServiceApplication, intake: Served, messages: list[Message]
) -> None:
    create_requests(intake, 3, first=100)
    with feed_of(intake) as feed:
        run = begin_reconciliation(app, "Inès", ["intake"])
        assert list(Reconciler(app, feed, run).findings()) == []
    assert (run.progress.services["intake"].not_received, run.progress.services["intake"].compared) == (3, EVENTS)


class BreaksOff(Feed):
    """Goes away after some pages."""

    def __init__(self, feed: Feed, pages: int) -> None:
        self._feed, self._pages = feed, pages

    def page(self, publisher: str, partition: int | None, after: int, limit: int = 3) -> FeedPage:
        if self._pages == 0:
            raise FeedUnavailable("gone")
        self._pages -= 1
        return self._feed.page(publisher, partition, after, limit)


@pytest.mark.parametrize("pages", [1, 3])
@pytest.mark.parametrize("save_seconds", [0, 3600], ids=["saved after each batch", "never saved"])
def test_one_that_was_broken_off_goes_on_and_names_the_same(
    app: ServiceApplication,
    intake: Served,
    messages: list[Message],
    monkeypatch: pytest.MonkeyPatch,
    save_seconds: float,
    pages: int,
) -> None:
    monkeypatch.setattr(run, "BATCH_EVENTS", 2)
    monkeypatch.setattr(run, "SAVE_SECONDS", save_seconds)
    monkeypatch.setattr(service_log, "MAX_PAGE_EVENTS", 3)
    for old, new in ((2, 99), (11, 2), (99, 11)):
        sql(intake.application, "UPDATE {events} SET position = %s WHERE position = %s", new, old)
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    whole = summarize(find_differences(app, intake))
    assert len(whole) == 3
    with feed_of(intake) as feed:
        first = Reconciler(app, BreaksOff(feed, pages), begin_reconciliation(app, "Inès", ["intake"])).findings()
        found = []
        with pytest.raises(FeedUnavailable):
            for finding in first:
                found.append(finding)
        left = find_last_reconciliation(app, ended=False)
        assert left is not None
        found += list(Reconciler(app, feed, left).findings())
    assert set(summarize(found)) == set(whole)
    ended = find_last_reconciliation(app, ended=True)
    assert ended is not None
    assert (ended.nth, ended.findings, ended.by) == (left.nth, 3, "Inès")
    assert find_last_reconciliation(app, ended=False) is None


@pytest.mark.parametrize(("save_seconds", "saved"), [(0, list(range(2, EVENTS + 1, 2))), (3600, [0] * (EVENTS // 2))])
def test_progress_is_saved_every_so_often_and_at_the_end(
    app: ServiceApplication,
    intake: Served,
    messages: list[Message],
    monkeypatch: pytest.MonkeyPatch,
    save_seconds: float,
    saved: list[int],
) -> None:
    monkeypatch.setattr(run, "BATCH_EVENTS", 2)
    monkeypatch.setattr(run, "SAVE_SECONDS", save_seconds)
    found: list[int] = []

    def note_saved() -> None:
        under_way = find_last_reconciliation(app, ended=False)
        assert under_way is not None
        found.append(under_way.progress.position)

    with feed_of(intake) as feed:
        assert list(Reconciler(app, feed, begin_reconciliation(app, "Inès", ["intake"])).findings(note_saved)) == []
    assert found == saved
    ended = find_last_reconciliation(app, ended=True)
    assert ended is not None
    assert (ended.progress.position, ended.progress.next_leaf) == (EVENTS, EVENTS)
    assert ended.progress.services["intake"].compared == EVENTS


class AllAtOnce(Feed):
    """Answers once each of so many services is asked."""

    def __init__(self, feed: Feed, services: int) -> None:
        self._feed, self._asked = feed, Barrier(services, timeout=10)

    def page(self, publisher: str, partition: int | None, after: int, limit: int = 500) -> FeedPage:
        self._asked.wait()
        return self._feed.page(publisher, partition, after, limit)


def test_services_are_read_at_once(app: ServiceApplication, intake: Served, messages: list[Message]) -> None:
    parcours = PlayedService("parcours")
    receive_messages(app, [parcours.record()])
    with feeds_of(parcours) as addresses:
        feed = Feed(addresses | {"intake": str(intake.http.base_url)}, token_of(intake))
        run = begin_reconciliation(app, "Inès", ["intake", "parcours"])
        assert list(Reconciler(app, AllAtOnce(feed, 2), run).findings()) == []
        feed.close()
    assert [progress.compared for progress in run.progress.services.values()] == [EVENTS, 1]


def test_the_next_batch_of_audits_log_is_read_while_the_first_is_compared(
    app: ServiceApplication, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = app.recorder.select_notifications, {after: Event() for after in range(0, EVENTS, 5)}

    def select_notifications(start: int, *parameters: Any, **more: Any) -> Sequence[LogEntry]:
        asked[start].set()
        return read(start, *parameters, **more)

    monkeypatch.setattr(app.recorder, "select_notifications", select_notifications)
    with ThreadPoolExecutor(1) as pool:
        batch = AuditLog(app, pool).read_batch(5)
        next(batch)
        assert asked[5].wait(10)
        assert not asked[10].is_set()


@pytest.mark.parametrize("known", [0, 2], ids=["nothing of it received yet", "some of it received"])
def test_a_feed_that_speaks_for_another_is_a_finding_and_the_others_are_compared(
    app: ServiceApplication, intake: Served, messages: list[Message], known: int
) -> None:
    parcours = PlayedService("parcours")
    receive_messages(app, [parcours.record() for _ in range(known)])
    parcours.lie = with_events(*parcours.log, messages[0])
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    with feeds_of(parcours) as addresses:
        feed = Feed(addresses | {"intake": str(intake.http.base_url)}, token_of(intake))
        run = begin_reconciliation(app, "Inès", ["intake", "parcours"])
        found = list(Reconciler(app, feed, run).findings())
        feed.close()
    assert [(each.service, each.kind, each.position) for each in found if each.service == "parcours"] == [
        ("parcours", FindingKind.FOREIGN, 1)
    ]
    assert [(each.service, each.kind, each.position) for each in found if each.service == "intake"] == [
        ("intake", FindingKind.DELETED, 5)
    ]
    (foreign,) = (each for each in found if each.kind is FindingKind.FOREIGN)
    assert f"event {messages[0].header.id} is in the name of 'intake'" in str(foreign)
    assert "parle au nom d’un autre" in str(foreign)


def token_of(intake: Served) -> str:
    return intake.settings.service_token.get_secret_value()


@pytest.fixture
def typed(
    audit: Served, intake: Served, messages: list[Message], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """`dla-audit reconcile …`, as an operator types it: exit code, output, error output."""
    deployed = {"feeds": {"intake": intake.http.base_url}, "service_token": intake.settings.service_token}
    monkeypatch.setattr(commands, "settings_for", lambda _: audit.settings.model_copy(update=deployed))

    def type_(*arguments: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(cli, ["reconcile", *arguments])
        return result.exit_code, result.stdout, result.stderr

    return type_


def test_an_operator_is_told_in_french_and_a_program_in_json(
    app: ServiceApplication, intake: Served, typed: Callable[..., tuple[int, str, str]]
) -> None:
    assert typed("--service", "intake") == (
        0,
        "",
        f"Événements comparés\u00a0: intake {EVENTS} (position {EVENTS}, 0 pas encore consignés)\u202f; aucun écart.\n",
    )
    sql(intake.application, "UPDATE {events} SET originator_version = 9 WHERE position IN (2, 7)")
    code, out, err = typed("--service", "intake", "--json", "--by", "Inès")
    assert [(line["kind"], line["position"]) for line in map(json.loads, out.splitlines())] == [
        ("altered", 2),
        ("altered", 7),
    ]
    assert (code, "2 écarts" in err) == (1, True)
    ended = find_last_reconciliation(app, ended=True)
    assert ended is not None
    assert (ended.by, ended.findings) == ("Inès", 2)
    assert typed("--resume")[0] == 3
    code, _, err = typed()  # nobody says where the feeds of the others are
    assert (code, "reconcile --resume" in err) == (3, True)
    assert typed("--service", "nobody")[0] == 2


def test_findings_are_one_json_line_each_and_french_for_people() -> None:
    found = Finding(
        FindingKind.ALTERED,
        "intake",
        position=5,
        event=uuid4(),
        case=uuid4(),
        name="request-received",
        differences={"unit": ("a", "b")},
    )
    assert json.loads(json.dumps(found.to_dict(), default=str))["differences"] == {"unit": ["a", "b"]}
    assert "intake, position 5\u00a0: événement modifié au service" in str(found)
    assert "unité porteuse\u00a0: «\u202fa\u202f» au registre, «\u202fb\u202f» au service" in str(found)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"after": 10**30}, 200),
        ({"after": 10**30, "partition": 3}, 200),
        ({"after": 2**63 - 1}, 200),
        ({"after": -(10**30)}, 422),
        ({"after": "de là-bas"}, 422),
        ({"partition": 8}, 422),
        ({"limit": 501}, 422),
        ({"limit": 10**30}, 422),
    ],
)
def test_a_cursor_from_elsewhere_is_refused_or_leads_to_nothing(
    intake: Served, parameters: dict[str, Any], status: int
) -> None:
    answer = intake.by("service").get("/events", **parameters)
    assert answer.status_code == status, answer.text
    if status == 200:
        assert (answer.json()["events"], answer.json()["next"]) == ([], None)
