"""Whatever is changed by hand in a service's database, is it named exactly?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from reconciled import at, feed_of, findings, hear, receive, sql, told_by
from serving import Served, listening
from typer.testing import CliRunner

from audit.ledger.opening import FIRST, Opening
from audit.main import cli
from audit.reconcile import commands, held, run
from audit.reconcile.finding import Finding, Kind
from audit.reconcile.run import Reconciling, begun, last
from embedded.nats import Nats
from intake.main import service as intake_service
from shared.contracts.base import PublicEvent
from shared.contracts.intake import RightGranted
from shared.eventlog.application import ServiceApplication
from shared.transport import wire
from shared.transport.feed import Feed, FeedUnavailable, Page
from shared.transport.wire import Message

EVENTS = 12


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with listening(intake_service, database, nats, tmp_path) as running:
        receive(running, EVENTS)
        yield running


@pytest.fixture
def told(app: ServiceApplication, intake: Served) -> list[Message]:
    messages = told_by(intake)
    assert len(messages) == EVENTS
    hear(app, messages)
    return messages


def named(found: list[Finding]) -> list[tuple[Any, ...]]:
    return [(finding.kind, finding.position, finding.event, finding.place) for finding in found]


def test_what_nobody_touched_has_no_finding(app: ServiceApplication, intake: Served, told: list[Message]) -> None:
    assert findings(app, intake) == []


def replaced(old: str, new: str) -> str:
    return f"state = convert_to(replace(convert_from(state, 'UTF8'), '{old}', '{new}'), 'UTF8')"


def test_an_altered_event_is_named_with_what_differs(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    altered = {
        1: ("case_id = gen_random_uuid()", {"case"}),
        2: ("recorded_at = recorded_at + interval '1 day'", {"effective_at", "recorded_at"}),
        3: ("topic = 'request-received:v0'", None),
        4: ("originator_version = 9", {"version"}),
        5: ("originator_id = gen_random_uuid()", {"stream"}),
        6: ("partition = 7 - partition, number = 99", {"number", "partition"}),
        7: (replaced('"actor":"', '"actor":"x'), {"actor", "payload_hash"}),
        8: (replaced('"unit":"dla-44"', '"unit":"dla-75"'), {"unit", "payload_hash"}),
        9: (replaced('"role":"adviser"', '"role":"manager"'), {"role", "payload_hash"}),
        10: ("state = state || ' '", {"payload_hash"}),
        11: ("topic = 'no-such-event:v1'", None),
    }
    for position, (change, _) in altered.items():
        sql(intake.application, f"UPDATE {{events}} SET {change} WHERE position = {position}")
    found = findings(app, intake)
    assert [(finding.position, finding.event, finding.case) for finding in found] == [
        (position, at(told, position), told[position - 1].header.case) for position in altered
    ]
    for finding in found:
        differs = altered[finding.position][1]
        assert finding.kind is (Kind.UNREADABLE if differs is None else Kind.ALTERED)
        assert set(finding.differs) == (differs or set())


def test_a_deleted_event_is_named(app: ServiceApplication, intake: Served, told: list[Message]) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    assert named(findings(app, intake)) == [(Kind.DELETED, 5, at(told, 5), None)]


def test_a_deleted_event_is_named_when_the_later_ones_close_up(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    for position in range(6, EVENTS + 1):
        sql(intake.application, "UPDATE {events} SET position = %s WHERE position = %s", position - 1, position)
    assert sorted(named(findings(app, intake))) == sorted(
        [(Kind.DELETED, 5, at(told, 5), None)]
        + [(Kind.MOVED, each, at(told, each), each - 1) for each in range(6, EVENTS + 1)]
    )


def test_the_last_row_cut_off_is_named(app: ServiceApplication, intake: Served, told: list[Message]) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position = %s", EVENTS)
    assert named(findings(app, intake)) == [(Kind.DELETED, EVENTS, at(told, EVENTS), None)]


def test_a_table_emptied_names_every_event(
    app: ServiceApplication, intake: Served, told: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.reconcile.comparison.MOST", 3)
    sql(intake.application, "TRUNCATE {events}")
    assert named(findings(app, intake)) == [(Kind.DELETED, each, at(told, each), None) for each in range(1, EVENTS + 1)]


def test_two_rows_swapped_are_both_named(app: ServiceApplication, intake: Served, told: list[Message]) -> None:
    swapped = {4: 5, 5: 4, 2: 11, 11: 2}
    for one, other in ((4, 5), (2, 11)):
        for old, new in ((one, 99), (other, one), (99, other)):
            sql(intake.application, "UPDATE {events} SET position = %s WHERE position = %s", new, old)
    found = findings(app, intake)
    assert sorted(named(found)) == sorted((Kind.MOVED, each, at(told, each), swapped[each]) for each in swapped)
    assert all(set(finding.differs) == {"position"} for finding in found)


def test_an_event_moved_to_the_end_is_named(app: ServiceApplication, intake: Served, told: list[Message]) -> None:
    sql(intake.application, "UPDATE {events} SET position = 400 WHERE position = 4")
    assert named(findings(app, intake)) == [(Kind.MOVED, 4, at(told, 4), 400)]


INSERT = (
    "INSERT INTO {events} SELECT gen_random_uuid(), 1, topic, convert_to(replace(convert_from(state, 'UTF8'), %s, %s),"
    " 'UTF8'), case_id, %s, partition, %s, recorded_at FROM {events} WHERE position = 3"
)


def test_an_inserted_event_is_named_wherever_it_hides(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    """Even before the first position, where no other reader of the feed ever looks; a copy is told from a forgery."""
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    forged = {position: uuid4() for position in (-7, 0, 5)}
    for position, event in forged.items():
        sql(intake.application, INSERT, str(at(told, 3)), str(event), position, 900 + position)
    for position in (-1, 99):
        sql(intake.application, INSERT, "", "", position, 900 + position)
    assert sorted(named(findings(app, intake)), key=str) == sorted(
        [
            (Kind.DELETED, 5, at(told, 5), None),
            *((Kind.INSERTED, position, event, None) for position, event in forged.items()),
            *((Kind.COPIED, 3, at(told, 3), position) for position in (-1, 99)),
        ],
        key=str,
    )


def test_what_cannot_be_read_any_more_is_named_and_the_rest_is_compared(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    sql(intake.application, "UPDATE {events} SET state = 'nothing' WHERE position IN (1, 6)")
    sql(intake.application, "DELETE FROM {events} WHERE position = 9")
    assert sorted(named(findings(app, intake))) == [
        (Kind.DELETED, 9, at(told, 9), None),
        (Kind.UNREADABLE, 1, at(told, 1), None),
        (Kind.UNREADABLE, 6, at(told, 6), None),
    ]


# -- another log


def test_a_declared_restore_is_told_apart_and_names_what_it_lost(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    sql(intake.application, "DELETE FROM {events} WHERE position > 10")
    sql(intake.application, "UPDATE {schema}.log_identity SET log_id = gen_random_uuid(), since = 10")
    sql(intake.application, "UPDATE {events} SET case_id = gen_random_uuid() WHERE position = 2")
    receive(intake, 1, first=100)
    assert named(findings(app, intake)) == [
        (Kind.RESTORED, 10, None, None),
        (Kind.ALTERED, 2, at(told, 2), None),
        (Kind.LOST, 11, at(told, 11), None),
        (Kind.LOST, 12, at(told, 12), None),
    ]


def test_a_log_that_changed_its_id_without_saying_why_is_a_finding(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    sql(intake.application, "UPDATE {schema}.log_identity SET log_id = gen_random_uuid()")
    (found,) = findings(app, intake)
    assert (found.kind, found.differs["log_id"][0]) == (Kind.LOG_CHANGED, str(told[0].header.log_id))


# -- audit's own log


def test_a_header_altered_in_audit_does_not_accuse_the_service(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    sql(
        app,
        f"UPDATE {{events}} SET {replaced('dla-44', 'dla-75')} WHERE position = 5",
    )
    (found,) = findings(app, intake)
    assert (found.kind, found.service, found.position, found.event) == (Kind.ALTERED_HERE, "audit", 5, at(told, 5))


def test_an_event_that_audit_lost_does_not_accuse_the_service(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    sql(app, "DELETE FROM {events} WHERE position = 5")
    sql(app, "DELETE FROM {events} WHERE position = %s", EVENTS)
    found = findings(app, intake)
    assert named(found) == [(Kind.DELETED_HERE, each, at(told, each), None) for each in (5, EVENTS)]


def test_a_salt_altered_in_the_ledger_is_named(app: ServiceApplication, intake: Served, told: list[Message]) -> None:
    sql(app, "UPDATE {schema}.leaves SET salt = %s WHERE index = 4", bytes(32))
    (found,) = findings(app, intake)
    assert (found.kind, found.position, found.event) == (Kind.ALTERED_HERE, 5, at(told, 5))


def test_an_event_the_ledger_never_committed_to_is_named(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    sql(app, "DELETE FROM {schema}.leaves WHERE index = 4")
    found = findings(app, intake)
    assert named(found) == [(Kind.WITHOUT_LEAF, 5, at(told, 5), None), (Kind.LEAVES_GONE, 4, None, None)]


# -- what an event told to all


class Gained(RightGranted):
    """A contract of tomorrow."""

    since_when: str = "toujours"


BODY = "convert_from(state, 'UTF8')::jsonb #>> ARRAY['data','body']"


def of_audit(change: str) -> str:
    """Puts something else at a place of the last event's stored state."""
    return (
        f"UPDATE {{events}} SET state = convert_to((jsonb_set(convert_from(state, 'UTF8')::jsonb, {change}))::text,"
        f" 'UTF8') WHERE position = {EVENTS + 1}"
    )


@pytest.fixture
def right(app: ServiceApplication, intake: Served, told: list[Message]) -> Message:
    """An event that tells something to all, heard and committed to."""
    asked = {"identity": str(uuid4()), "role": "adviser", "unit": "dla-44", "motive": "Arrivée."}
    assert intake.by("manager").post("/api/v1/identities/rights", asked).status_code == 201
    last_told = told_by(intake)[EVENTS]
    assert last_told.body is not None
    hear(app, [last_told])
    return last_told


@pytest.mark.parametrize(
    ("change", "part", "theirs"),
    [
        (f"ARRAY['data','body'], to_jsonb(replace({BODY}, 'dla-44', 'dla-75'))", "body", "dla-75"),
        ("ARRAY['data','body'], 'null'", "body", None),
        ("""ARRAY['data','label'], '"Droit retiré"'""", "label", "Droit retiré"),
        ("""ARRAY['data','contract'], '"right-revoked:v1"'""", "contract", "right-revoked:v1"),
    ],
)
def test_what_audit_keeps_beside_a_header_is_named_when_it_is_altered(
    app: ServiceApplication, intake: Served, right: Message, change: str, part: str, theirs: str | None
) -> None:
    assert findings(app, intake) == []
    sql(app, of_audit(change))
    (found,) = findings(app, intake)
    assert (found.kind, found.event, list(found.differs)) == (Kind.ALTERED_HERE, right.header.id, [part])
    before, now = found.differs[part]
    assert {"label": "Droit donné", "contract": "right-granted:v1"}.get(part, "dla-44") in before
    assert now is None if theirs is None else theirs in now
    assert "chez audit" in str(found)


def test_a_body_put_where_there_was_none_is_named(app: ServiceApplication, intake: Served, right: Message) -> None:
    forged = '"un droit"'
    change = of_audit(f"ARRAY['data','body'], to_jsonb('{forged}'::text)")
    sql(app, change.replace(str(EVENTS + 1), "5"))
    (found,) = findings(app, intake)
    assert (found.kind, found.position) == (Kind.ALTERED_HERE, 5)
    assert found.differs == {"body": (None, forged)}


def test_a_contract_may_gain_fields_and_not_take_its_word_back(
    app: ServiceApplication, intake: Served, right: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = RightGranted.model_validate(right.body)

    as_it_is: Callable[..., Message] = wire.message_of

    def publishing(today: PublicEvent) -> None:
        def message_of(*told: Any) -> Message:
            return as_it_is(*told[:-1], today if told[-1] else None)

        monkeypatch.setattr(wire, "message_of", message_of)

    publishing(Gained(**said.model_dump()))
    assert findings(app, intake) == []
    publishing(said.model_copy(update={"unit": "dla-35"}))
    (found,) = findings(app, intake)
    assert (found.kind, found.differs) == (Kind.RETOLD, {"body.unit": ("dla-44", "dla-35")})
    sql(app, of_audit("ARRAY['data','body'], 'null'"))
    publishing(said)
    assert [finding.kind for finding in findings(app, intake)] == [Kind.ALTERED_HERE]


def test_a_body_that_no_leaf_commits_to_is_compared_with_what_the_service_says(
    app: ServiceApplication, intake: Served, right: Message
) -> None:
    """As those heard before leaves committed to bodies: that one of the two was changed shows, and not which."""
    old = Opening(bytes(32), bytes(right.told), form=FIRST)
    change = "UPDATE {schema}.leaves SET form = 1, salt = %s, entry = %s, body_salt = null WHERE index = %s"
    sql(app, change, old.salt, old.entry, EVENTS)
    tree_says = {Kind.TILE_HERE}
    assert {finding.kind for finding in findings(app, intake)} == tree_says
    sql(app, of_audit(f"ARRAY['data','body'], to_jsonb(replace({BODY}, 'dla-44', 'dla-75'))"))
    assert {finding.kind for finding in findings(app, intake)} == tree_says | {Kind.RETOLD}


# -- as it goes


def test_what_is_recorded_and_not_heard_yet_is_no_finding(
    app: ServiceApplication, intake: Served, told: list[Message]
) -> None:
    receive(intake, 3, first=100)
    with feed_of(intake) as feed:
        kept = begun(app, "Inès", ["intake"])
        assert list(Reconciling(app, feed, kept).findings()) == []
    assert (kept.reached.services["intake"].unheard, kept.reached.services["intake"].compared) == (3, EVENTS)


class BreaksOff(Feed):
    """Goes away after some pages."""

    def __init__(self, feed: Feed, pages: int) -> None:
        self._feed, self._pages = feed, pages

    def page(self, publisher: str, partition: int | None, after: int, limit: int = 3) -> Page:
        if self._pages == 0:
            raise FeedUnavailable("gone")
        self._pages -= 1
        return self._feed.page(publisher, partition, after, limit)


@pytest.mark.parametrize("pages", [1, 3])
def test_one_that_was_broken_off_goes_on_and_names_the_same(
    app: ServiceApplication, intake: Served, told: list[Message], monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    monkeypatch.setattr(run, "BATCH", 2)
    monkeypatch.setattr(held, "LARGEST_PAGE", 3)
    for old, new in ((2, 99), (11, 2), (99, 11)):
        sql(intake.application, "UPDATE {events} SET position = %s WHERE position = %s", new, old)
    sql(intake.application, "DELETE FROM {events} WHERE position = 5")
    whole = named(findings(app, intake))
    assert len(whole) == 3
    with feed_of(intake) as feed:
        first = Reconciling(app, BreaksOff(feed, pages), begun(app, "Inès", ["intake"])).findings()
        found = []
        with pytest.raises(FeedUnavailable):
            for finding in first:
                found.append(finding)
        left = last(app, ended=False)
        assert left is not None
        found += list(Reconciling(app, feed, left).findings())
    assert set(named(found)) == set(whole)
    ended = last(app, ended=True)
    assert ended is not None
    assert (ended.nth, ended.findings, ended.by) == (left.nth, 3, "Inès")
    assert last(app, ended=False) is None


@pytest.fixture
def typed(
    audit: Served, intake: Served, told: list[Message], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """`dla-audit reconcile …`, as an operator types it: exit code, output, error output."""
    deployed = {"feeds": {"intake": intake.http.base_url}, "service_token": intake.settings.service_token}
    monkeypatch.setattr(commands, "settings_of", lambda _: audit.settings.model_copy(update=deployed))

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
    ended = last(app, ended=True)
    assert ended is not None
    assert (ended.by, ended.findings) == ("Inès", 2)
    assert typed("--resume")[0] == 3
    code, _, err = typed()  # nobody says where the feeds of the others are
    assert (code, "reconcile --resume" in err) == (3, True)
    assert typed("--service", "nobody")[0] == 2


def test_findings_are_one_json_line_each_and_french_for_people() -> None:
    found = Finding(Kind.ALTERED, "intake", 5, uuid4(), uuid4(), "request-received", differs={"unit": ("a", "b")})
    assert json.loads(json.dumps(found.line(), default=str))["differs"] == {"unit": ["a", "b"]}
    assert "intake, position 5\u00a0: événement modifié au service" in str(found)
    assert "unité porteuse\u00a0: «\u202fa\u202f» au registre, «\u202fb\u202f» au service" in str(found)


@pytest.mark.parametrize(
    ("asked", "status"),
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
    intake: Served, asked: dict[str, Any], status: int
) -> None:
    answer = intake.by("service").get("/events", **asked)
    assert answer.status_code == status, answer.text
    if status == 200:
        assert (answer.json()["events"], answer.json()["next"]) == ([], None)
