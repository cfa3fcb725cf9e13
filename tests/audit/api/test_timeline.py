"""Timeline and changes of a case: repeatable answers, pages, points in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.histories.audit_events import CASE, LOG, commit_to_ledger, header, store_events
from tests.support.servers.reconciled_intake import sql
from tests.support.servers.served_service import Client, Served

from audit.domain import EventReceived
from audit.reactions import reactions
from audit.timeline import TimelineFilter, build_timeline, select_known
from shared.eventlog import ServiceApplication
from shared.messaging import Feed, Header, Inbox, encode
from shared.messaging.wire import HighWaterMark
from shared.temporal import NotYetOpened

BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
STORY = (
    ("intake", 4, "request-received", "adviser", 0),
    ("intake", 7, "meeting-recorded", "adviser", -3),
    ("intake", 9, "derogation-granted", "manager", 0),
    ("diagnostic", 2, "diagnosis-opened", "service", 0),
    ("diagnostic", 3, "axis-assessed", "adviser", -30),
    ("followup", 1, "follow-up-opened", "service", 0),
)
"""Service, position, event, role, and how many days before its recording it happened; an hour from each to the next."""


def story() -> list[Header]:
    headers, versions = [], dict.fromkeys(("intake", "diagnostic", "followup"), 0)
    for n, (service, position, event, role, before) in enumerate(STORY):
        at = BEGAN + timedelta(hours=n)
        versions[service] += 1
        headers.append(
            msgspec.structs.replace(
                header(position, service),
                recorded_at=at,
                effective_at=at + timedelta(days=before),
                event=event,
                role=role,
                version=versions[service],
            )
        )
    return headers


@pytest.fixture
def headers(app: ServiceApplication) -> list[Header]:
    """Heard in another order than it was recorded."""
    headers = story()
    store_events(app, [headers[n] for n in (3, 0, 1, 5, 4, 2)])
    commit_to_ledger(app)
    return headers


@pytest.fixture
def auditor(audit: Served, headers: list[Header]) -> Client:
    return audit.by("auditor")


PATH = f"/api/v1/cases/{CASE}/timeline"


def events(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [event["event"] for event in answer.json()["events"]]


def test_it_runs_across_the_phases_as_things_were_recorded(auditor: Client) -> None:
    assert events(auditor.get(PATH)) == [event for _, _, event, *_ in STORY]
    assert events(auditor.get(PATH, order="newest")) == [event for _, _, event, *_ in reversed(STORY)]


def test_it_names_how_far_each_service_counts(auditor: Client) -> None:
    basis = auditor.get(PATH).json()["basis"]
    assert {name: reached["position"] for name, reached in basis.items()} == {
        "intake": 9,
        "diagnostic": 3,
        "followup": 1,
    }
    then = auditor.get(PATH, as_of=(BEGAN + timedelta(hours=2)).isoformat()).json()["basis"]
    assert {name: reached["position"] for name, reached in then.items()} == {"intake": 9}


def test_as_of_is_what_was_recorded_by_then(auditor: Client) -> None:
    assert events(auditor.get(PATH, as_of=(BEGAN + timedelta(hours=3)).isoformat())) == [
        "request-received",
        "meeting-recorded",
        "derogation-granted",
        "diagnosis-opened",
    ]


def test_on_is_what_had_happened_by_then(auditor: Client) -> None:
    """As each service counts: an undated event recorded before one that had happened counts with it."""
    assert events(auditor.get(PATH, on="2026-03-01")) == [
        "request-received",
        "meeting-recorded",
        "diagnosis-opened",
        "axis-assessed",
    ]
    assert events(auditor.get(PATH, on="2026-02-10")) == ["diagnosis-opened", "axis-assessed"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"service": "diagnostic"}, ["diagnosis-opened", "axis-assessed"]),
        ({"service": ["diagnostic", "followup"], "role": "service"}, ["diagnosis-opened", "follow-up-opened"]),
        ({"event": ["derogation-granted", "axis-assessed"]}, ["derogation-granted", "axis-assessed"]),
        ({"role": "leader"}, []),
    ],
)
def test_it_is_filtered(auditor: Client, filters: dict[str, Any], expected: list[str]) -> None:
    answer = auditor.get(PATH, **filters)
    assert events(answer) == expected
    assert answer.json()["basis"] == auditor.get(PATH).json()["basis"]


@pytest.mark.parametrize("order", ["oldest", "newest"])
def test_pages_join_into_the_whole(auditor: Client, order: str) -> None:
    whole, pages, last = events(auditor.get(PATH, order=order)), [], None
    while True:
        answer = auditor.get(PATH, order=order, limit=4, **({"after": last} if last else {}))
        pages += events(answer)
        if (last := answer.json()["next"]) is None:
            break
    assert pages == whole


def test_the_same_answer_twice_byte_for_byte_whatever_is_recorded_meanwhile(
    auditor: Client, app: ServiceApplication
) -> None:
    parameters = {"as_of": (BEGAN + timedelta(hours=4)).isoformat(), "order": "newest", "limit": 3}
    before = auditor.get(PATH, **parameters).content
    later = msgspec.structs.replace(header(40), recorded_at=BEGAN + timedelta(hours=9), version=9)
    store_events(app, [later, header(41, case=UUID(int=6))])
    assert auditor.get(PATH, **parameters).content == before


def announced(app: ServiceApplication, service: str, reached: int, end: int, hours: float) -> None:
    """Of its log, which ends on `end` so many hours after the beginning, audit has received up to `reached`."""
    sql(app, "INSERT INTO {schema}.sources VALUES (%s, %s, NULL) ON CONFLICT DO NOTHING", service, LOG)
    sql(app, "DELETE FROM {schema}.tracked WHERE publisher = %s", service)
    sql(app, "INSERT INTO {schema}.tracked VALUES (%s, %s, -1, %s)", service, LOG, reached)
    until = BEGAN + timedelta(hours=hours)
    head = HighWaterMark(publisher=service, log_id=LOG, position=end, numbers=[end] + [0] * 7, until=until)
    Inbox(app, reactions, Feed({}, "")).receive_high_water_mark(head, service)


def test_what_was_recorded_by_then_and_is_heard_late_changes_no_answer_that_was_said_to_be_settled(
    auditor: Client, app: ServiceApplication
) -> None:
    parameters = {"as_of": (BEGAN + timedelta(hours=4)).isoformat()}
    for service, end in (("intake", 9), ("parcours", 0), ("followup", 1)):
        announced(app, service, end, end, hours=5)
    announced(app, "diagnostic", 3, 4, hours=5)
    before = auditor.get(PATH, **parameters).json()
    assert (before["final"], [each["service"] for each in before["pending"]]) == (False, ["diagnostic"])
    late = msgspec.structs.replace(header(4, "diagnostic"), recorded_at=BEGAN + timedelta(hours=3.5), version=3)
    store_events(app, [late])
    announced(app, "diagnostic", 4, 4, hours=6)
    settled = auditor.get(PATH, **parameters)
    assert str(late.id) in settled.text and str(late.id) not in str(before)
    assert (settled.json()["final"], settled.json()["pending"]) == (True, [])
    announced(app, "diagnostic", 4, 40, hours=8)
    store_events(app, [msgspec.structs.replace(header(10), recorded_at=BEGAN + timedelta(hours=7), version=9)])
    assert auditor.get(PATH, **parameters).content == settled.content, "what it recorded later is another matter"


def test_an_instant_that_services_have_not_gone_beyond_is_not_settled_and_why_is_said(
    auditor: Client, app: ServiceApplication
) -> None:
    announced(app, "intake", 9, 9, hours=4)
    announced(app, "diagnostic", 2, 3, hours=9)
    announced(app, "followup", 1, 1, hours=9)
    sql(app, "UPDATE {schema}.sources SET halted = 'another log' WHERE publisher = 'diagnostic'")
    headers = auditor.get(PATH, as_of=(BEGAN + timedelta(hours=4)).isoformat()).json()
    assert (headers["final"], {each["service"]: each["detail"] for each in headers["pending"]}) == (
        False,
        {
            "intake": "Ce que ce service a enregistré n’est reçu en entier que jusqu’au 02/03/2026 à 13:00:00 UTC.",
            "diagnostic": "Audit ne suit plus ce service, qui présente un autre journal.",
            "parcours": "Audit n’a encore rien reçu de ce service.",
        },
    )
    assert auditor.get(PATH).json()["final"] is None, "nobody asked for an instant"
    sql(app, "UPDATE {schema}.sources SET halted_as_foreign = true WHERE publisher = 'diagnostic'")
    pending = auditor.get(PATH, as_of=(BEGAN + timedelta(hours=4)).isoformat()).json()["pending"]
    assert "Audit ne suit plus ce service, qui a parlé au nom d’un autre." in {each["detail"] for each in pending}


@pytest.mark.parametrize(
    ("parameters", "status", "slug"),
    [
        ({"as_of": "1998-07-12T21:00:00+02:00"}, 404, "not-yet"),
        ({"on": "1998-07-12"}, 404, "not-yet"),
        ({"as_of": (datetime.now(UTC) + timedelta(days=2)).isoformat()}, 422, "still-to-come"),
        ({"as_of": "2026-03-02T09:00:00"}, 422, "invalid-request"),
        ({"on": "hier"}, 422, "invalid-request"),
        ({"after": str(uuid4())}, 422, "unknown-cursor"),
        ({"after": "3"}, 422, "invalid-request"),
        ({"service": "fisc"}, 422, "invalid-request"),
        ({"event": "DROP TABLE"}, 422, "invalid-request"),
        ({"limit": 10**30}, 422, "invalid-request"),
        ({"order": "backwards"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_told_is_said_clearly(
    auditor: Client, parameters: dict[str, Any], status: int, slug: str
) -> None:
    answer = auditor.get(PATH, **parameters)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)


def test_a_cursor_of_other_filters_is_refused(auditor: Client, headers: list[Header]) -> None:
    assert auditor.get(PATH, service="intake", after=str(headers[0].id)).status_code == 200
    assert auditor.get(PATH, service="intake", after=str(headers[4].id)).status_code == 422


def test_changes_name_the_events_and_where_each_service_tells_them(auditor: Client, headers: list[Header]) -> None:
    path = f"/api/v1/cases/{CASE}/changes"
    since, until = ((BEGAN + timedelta(hours=hours)).isoformat() for hours in (0, 4))
    there = auditor.get(path, since=since, until=until).json()
    assert [(each["service"], each["path"]) for each in there] == [
        ("intake", f"/api/v1/requests/{CASE}/changes?since=1&until=3"),
        ("diagnostic", f"/api/v1/diagnoses/{CASE}/changes?since=0&until=2"),
    ]
    assert there[0]["events"] == [str(headers[1].id), str(headers[2].id)]
    assert [each["basis"]["position"] for each in there] == [9, 3]
    by_day = auditor.get(path, since="2026-02-10", until="2026-03-01").json()
    assert [(each["service"], each["path"]) for each in by_day] == [
        ("intake", f"/api/v1/requests/{CASE}/changes?since=0&until=2026-03-01"),
    ]
    assert len(by_day[0]["events"]) == 2
    assert auditor.get(path, until="9999-12-31").status_code == 422
    assert auditor.get(path, until="2999-01-01T00:00:00Z").status_code == 422
    assert auditor.get(f"/api/v1/cases/{uuid4()}/changes").status_code == 404


def test_who_may_not_read_the_case_reads_no_timeline(audit: Served, headers: list[Header]) -> None:
    for path in (PATH, f"/api/v1/cases/{CASE}/changes"):
        assert audit.by("leader", unit=None, case=str(CASE)).get(path).status_code == 200
        assert audit.by("leader", unit=None, case=str(uuid4())).get(path).status_code == 403
        assert audit.by("pilot").get(path).status_code == 403
        assert audit.anonymous().get(path).status_code == 401


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(STORY))), hours=st.integers(0, len(STORY) - 1))
def test_the_order_in_which_audit_heard_changes_nothing(order: list[int], hours: int) -> None:
    """And a later moment only ever adds."""
    whole = [_received(each) for each in story()]
    headers = build_timeline(whole[n] for n in order)
    assert [each.received.position for each in headers] == [position for _, position, *_ in STORY]
    moments = [select_known(headers, BEGAN + timedelta(hours=n), None) for n in range(hours + 1)]
    assert all(earlier == later[: len(earlier)] for earlier, later in pairwise(moments))


def test_before_anything_happened_it_says_when_it_began() -> None:
    headers = build_timeline(_received(each) for each in story())
    with pytest.raises(NotYetOpened) as refused:
        select_known(headers, BEGAN - timedelta(seconds=1), None)
    assert refused.value.first == BEGAN
    assert [each for each in headers if TimelineFilter(roles=("manager",)).matches(each)] == [headers[2]]


def _received(headers: Header) -> EventReceived:
    header = encode(headers).decode()
    return EventReceived(
        headers.publisher,
        headers.log_id,
        position=headers.position,
        event=headers.event,
        recorded_at=headers.recorded_at,
        header=header,
        body=None,
    )
