"""A small history, held to what a service's log promises."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from tests.history.conftest import WrittenHistory

from deploy.history.loading import join_services, load_service
from deploy.history.parts import EPOCH, merge_events
from deploy.history.unit_history import SERVICES, write_unit
from intake.domain.request import request
from intake.domain.request.state import RequestStatus
from shared.eventlog import PARTITIONS, partition_of
from shared.eventlog.people_index import people_rows
from shared.kernel import PHASE_SERVICES, encrypted_values
from shared.kernel.encrypted import stored_tokens
from shared.messaging import Feed, Inbox, messages_of
from shared.messaging.provenance import MessageSource, check_message
from shared.runtime.rebuild_check import check_rebuild
from shared.runtime.rehearsal import FactKind, gather_facts

each_service = pytest.mark.parametrize("name", PHASE_SERVICES)
ALL = 10**6


def entries_of(history: WrittenHistory, name: str) -> list[Any]:
    return [*history.apps[name].recorder.select_notifications(0, ALL, inclusive_of_start=False)]


@each_service
def test_positions_and_partition_numbers_are_dense(history: WrittenHistory, name: str) -> None:
    entries = entries_of(history, name)
    assert len(entries) > 100
    assert [each.id for each in entries] == list(range(1, len(entries) + 1))
    for partition in range(PARTITIONS):
        numbers = [each.number for each in entries if each.partition == partition]
        assert numbers == list(range(1, len(numbers) + 1))
    assert all(each.partition == partition_of(each.case_id) for each in entries)


@each_service
def test_time_never_goes_back_and_ends_with_the_plan(history: WrittenHistory, name: str) -> None:
    instants = [each.recorded_at for each in entries_of(history, name)]
    assert instants == sorted(instants)
    assert instants[0].year < 2010
    assert instants[-1] < history.plan.until + timedelta(hours=1)


@each_service
def test_ids_are_of_their_time(history: WrittenHistory, name: str) -> None:
    """A list in the order of ids is then one in the order of opening."""
    app = history.apps[name]
    for entry, recorded in app.events_of(entries_of(history, name)):
        milliseconds = recorded.meta.id.int >> 80
        assert abs(milliseconds - entry.recorded_at.timestamp() * 1000) < 60_000
        assert recorded.meta.id.version == 7


@each_service
def test_states_and_lists_are_what_the_log_says(history: WrittenHistory, name: str) -> None:
    lines = [*check_rebuild(SERVICES[name], history.apps[name], set())]
    assert {line["matches"] for line in lines} == {True}
    assert any("projection" in line for line in lines)


@each_service
def test_a_rehearsal_reads_every_kind_of_it_and_nothing_fails(history: WrittenHistory, name: str) -> None:
    facts = [*gather_facts(SERVICES[name], history.apps[name], lambda _: None)]
    assert [fact for fact in facts if fact.error] == []
    assert {fact.kind for fact in facts} == set(FactKind)
    assert facts == sorted(facts, key=lambda fact: fact.key)


@each_service
def test_everything_published_can_be_read_and_came_from_its_service(history: WrittenHistory, name: str) -> None:
    service, app = SERVICES[name], history.apps[name]
    messages = messages_of(app, service.to_integration_event, entries_of(history, name))
    for message in messages:
        check_message(message, MessageSource(name))
    published = {message.contract for message in messages} - {None}
    assert published


@each_service
def test_nothing_is_received_twice(history: WrittenHistory, name: str) -> None:
    """All the messages of all publishers, once more: they were counted, and have no effect."""
    service, app = SERVICES[name], history.apps[name]
    before, inbox = len(entries_of(history, name)), Inbox(app, service.reactions, Feed({}, ""))
    for publisher in service.reactions.publishers:
        if publisher in SERVICES:
            bridge = SERVICES[publisher].to_integration_event
            for message in messages_of(history.apps[publisher], bridge, entries_of(history, publisher)):
                inbox.receive(message, publisher)
    assert len(entries_of(history, name)) == before


def test_each_service_knows_how_far_it_has_received(history: WrittenHistory) -> None:
    for name, service in SERVICES.items():
        app = history.apps[name]
        for publisher in service.reactions.publishers:
            log_id = history.apps[publisher].recorder.identity().log_id
            ends = Counter(each.partition for each in entries_of(history, publisher))
            for partition in range(PARTITIONS):
                assert app.recorder.tracked_number(publisher, log_id, partition) == ends[partition]


@each_service
def test_personal_values_are_sealed_indexed_and_readable(history: WrittenHistory, name: str) -> None:
    app, expected = history.apps[name], {}
    for entry, recorded in app.events_of(entries_of(history, name)):
        values = [*encrypted_values(recorded.data)]
        for _, value in values:
            plaintext = app.key_store.decrypt(value)
            assert plaintext.encode() not in entry.state or len(plaintext) < 4
        for row in people_rows(app.key_store, recorded, values):
            expected[str(row["person"]), row["stream"], row["version"], row["path"]] = row["words"]
    stored = app.recorder.fetch("SELECT * FROM {schema}.people_index")
    found = {(str(row["person"]), row["stream"], row["version"], row["path"]): row["words"] for row in stored}
    assert found == expected != {}


def test_no_deadline_that_has_come_is_left(history: WrittenHistory) -> None:
    rows = history.apps["followup"].recorder.fetch("SELECT due_at, fired_at FROM {schema}.deadlines")
    assert any(each.topic.startswith("review-fell-due:") for each in entries_of(history, "followup"))
    assert not [row for row in rows if row["fired_at"] is None and row["due_at"] <= history.plan.until]


def test_a_unique_key_is_held_by_the_cases_that_are_open(history: WrittenHistory) -> None:
    app = history.apps["intake"]
    held = {row["case_id"] for row in app.recorder.fetch("SELECT case_id FROM {schema}.unique_keys")}
    cases = {each.case_id for each in entries_of(history, "intake") if app.records(request.decider, each.topic)}
    states = app.load_each(request.decider, sorted(cases))
    open_statuses = (RequestStatus.RECEIVED, RequestStatus.ADMITTED)
    counted = {
        case
        for case, state in states.items()
        if state.status in open_statuses
        and not state.accompaniment_ended
        and (state.theme is None or state.status is RequestStatus.ADMITTED)
    }
    assert held == counted != set()


def test_closed_cases_are_archived_at_their_term(history: WrittenHistory) -> None:
    rows = history.apps["intake"].recorder.fetch("SELECT archived FROM {schema}.case_access")
    assert any(row["archived"] for row in rows)
    for name in ("diagnostic", "parcours", "followup"):
        copied = history.apps[name].recorder.fetch("SELECT archived FROM {schema}.case_access")
        assert len(copied) == len(rows)


def test_killed_and_resumed_it_is_the_history_of_its_seed(history: WrittenHistory, tmp_path: Path) -> None:
    """Written once more at one go: the same events at the same instants, under other keys."""
    units = history.plan.units()
    assert 0 < history.units_before < len(units), "the first run was not killed in the middle"
    for unit in units:
        write_unit(unit, history.secrets, tmp_path / unit.unit)
    parts = [tmp_path / unit.unit for unit in units]
    for name in PHASE_SERVICES:
        stored = [
            (each.recorded_at, each.originator_id.bytes, each.topic, _without_ciphertext(each.state))
            for each in entries_of(history, name)
        ]
        again = [
            (EPOCH + timedelta(microseconds=row.at), row.stream, row.topic, _without_ciphertext(row.state))
            for row in merge_events(parts, name)
        ]
        assert stored == again


def _without_ciphertext(state: bytes) -> Any:
    """Without what depends on the keys and nonces of one run: ciphertexts, and the hash of a sealed content."""
    stored = msgspec.json.decode(state)
    for _, token in stored_tokens(stored["data"]):
        del token["c"]
    stored["data"].pop("content_hash", None)
    return stored


def test_what_is_loaded_is_left_as_it_is(history: WrittenHistory) -> None:
    with psycopg.connect(history.urls["intake"]) as connection:
        before = connection.execute("SELECT count(*), max(position) FROM intake_events").fetchone()
    assert before is not None
    assert load_service("intake", history.urls["intake"], []) == before[1]
    join_services(history.urls, {name: each.reactions.publishers for name, each in SERVICES.items()})
    with psycopg.connect(history.urls["intake"]) as connection:
        assert connection.execute("SELECT count(*), max(position) FROM intake_events").fetchone() == before
