"""The checker finds what it is for: each of these plants one fault in a history that is otherwise right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from tests.faults.account import Account, Entry, EntryKind
from tests.faults.checker import Evidence, Finding, Kind, check

from shared.messaging import Header

CASE = UUID(int=7)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def event(position: int, name: str, version: int, *, service: str = "intake", **fields: Any) -> Header:
    given: dict[str, Any] = {
        "publisher": service,
        "log_id": UUID(int=1),
        "position": position,
        "partition": 3,
        "number": position,
        "id": UUID(int=1000 + position),
        "case": CASE,
        "stream": CASE,
        "version": version,
        "event": name,
        "event_version": 1,
        "recorded_at": BEGIN + timedelta(seconds=position),
        "effective_at": BEGIN,
        "actor": "someone",
        "role": "adviser",
        "unit": "dla-44",
        "causation": None,
        "correlation": UUID(int=2000 + position),
        "rules": None,
        "payload_hash": "",
    }
    return Header(**given | fields)


INTAKE = [
    event(1, "request-received", 1),
    event(2, "meeting-recorded", 2),
    event(3, "meeting-recorded", 3),
    event(4, "request-admitted", 4),
]
OPENED = event(1, "diagnosis-opened", 1, service="diagnostic", role="service", causation=INTAKE[3].id)
STATE = "Repère c0-1-0. Repère c0-1-1. Repère c0-1-2."
RIGHT = Evidence(
    logs={"intake": INTAKE, "diagnostic": [OPENED]},
    states={("intake", str(CASE)): STATE},
    tracked={("diagnostic", "intake", 3): (4, 4)},
)


def acknowledged(key: str, name: str, version: int, marker: str | None = None) -> list[Entry]:
    case = None if version == 1 else str(CASE)
    answer = {"status": 200, "id": str(CASE), "version": version, "events": [name]}
    entry = Entry(
        EntryKind.ACKNOWLEDGED, key, service="intake", path="/requests", case=case, marker=marker, answer=answer
    )
    return [replace(entry, kind=EntryKind.SENT, answer={}), entry]


ENTRIES = [
    *acknowledged("c0-1", "request-received", 1, "c0-1-0"),
    *acknowledged("c0-2", "meeting-recorded", 2, "c0-1-1"),
    *acknowledged("c0-3", "meeting-recorded", 3, "c0-1-2"),
    *acknowledged("c0-4", "request-admitted", 4),
]


def kinds(findings: list[Finding]) -> set[Kind]:
    return {finding.kind for finding in findings}


def with_log(*intake: Header) -> Evidence:
    return replace(RIGHT, logs={**RIGHT.logs, "intake": list(intake)})


def moved(header: Header, **fields: Any) -> Header:
    return msgspec.structs.replace(header, **fields)


def test_a_history_without_faults_has_no_findings() -> None:
    assert check(ENTRIES, RIGHT) == []


def test_a_lost_event_at_the_end_of_the_log() -> None:
    (lost, orphan) = check(ENTRIES, with_log(*INTAKE[:3]))
    assert (lost.kind, lost.where) == (Kind.LOST, "c0-4")
    assert (orphan.kind, orphan.where) == (Kind.DIVERGENT, "diagnostic")


def test_a_lost_event_whose_place_another_took() -> None:
    others = [moved(INTAKE[3], position=3, number=3, version=3)]
    assert Kind.LOST in kinds(check(ENTRIES, with_log(*INTAKE[:2], *others)))


def test_a_text_that_the_state_lost() -> None:
    (finding,) = check(ENTRIES, replace(RIGHT, states={("intake", str(CASE)): "Repère c0-1-0. Repère c0-1-1."}))
    assert (finding.kind, finding.what) == (Kind.LOST, "the state lacks ['c0-1-2']")


def test_two_commands_acknowledged_for_one_event() -> None:
    twice = [*ENTRIES, *acknowledged("c0-5", "request-admitted", 4)]
    assert Kind.LOST in kinds(check(twice, RIGHT))


def test_a_command_that_was_applied_twice() -> None:
    twice = event(5, "meeting-recorded", 5)
    evidence = replace(with_log(*INTAKE, twice), tracked={})
    (finding,) = check(ENTRIES, evidence)
    assert (finding.kind, finding.where) == (Kind.DOUBLED, "intake")


def test_a_case_that_was_opened_twice() -> None:
    other = UUID(int=8)
    twice = event(5, "request-received", 1, case=other, stream=other)
    (finding,) = check(ENTRIES, with_log(*INTAKE, twice))
    assert finding.kind is Kind.DOUBLED


def test_a_command_of_unknown_outcome_may_have_been_applied_once_and_not_twice() -> None:
    unknown = replace(acknowledged("c0-5", "meeting-recorded", 5)[0], case=str(CASE))
    once = with_log(*INTAKE, event(5, "meeting-recorded", 5))
    assert check([*ENTRIES, unknown], RIGHT) == check([*ENTRIES, unknown], once) == []
    twice = with_log(*INTAKE, event(5, "meeting-recorded", 5), event(6, "meeting-recorded", 6))
    assert kinds(check([*ENTRIES, unknown], twice)) == {Kind.DOUBLED}


def test_a_text_that_the_state_has_twice() -> None:
    (finding,) = check(ENTRIES, replace(RIGHT, states={("intake", str(CASE)): f"{STATE} Repère c0-1-2."}))
    assert finding.kind is Kind.DOUBLED


def test_an_effect_that_happened_twice() -> None:
    again = moved(OPENED, position=2, number=2, id=UUID(int=5), stream=UUID(int=9))
    (finding,) = check(ENTRIES, replace(RIGHT, logs={"intake": INTAKE, "diagnostic": [OPENED, again]}))
    assert finding.kind is Kind.DOUBLED


def test_an_event_that_stands_twice_in_the_log() -> None:
    again = moved(OPENED, position=2, number=2, version=2, causation=None, event="axis-assessed")
    (finding,) = check(ENTRIES, replace(RIGHT, logs={"intake": INTAKE, "diagnostic": [OPENED, again]}))
    assert finding.kind is Kind.DOUBLED


def test_two_texts_that_changed_places() -> None:
    swapped = "Repère c0-1-0. Repère c0-1-2. Repère c0-1-1."
    (finding,) = check(ENTRIES, replace(RIGHT, states={("intake", str(CASE)): swapped}))
    assert finding.kind is Kind.OUT_OF_ORDER


def test_two_events_that_changed_places() -> None:
    first, second = moved(INTAKE[2], position=2, number=2), moved(INTAKE[1], position=3, number=3)
    assert Kind.OUT_OF_ORDER in kinds(check(ENTRIES, with_log(INTAKE[0], first, second, INTAKE[3])))


def test_two_commands_acknowledged_in_the_other_order() -> None:
    entries = [*ENTRIES[:2], *ENTRIES[4:6], *ENTRIES[2:4], *ENTRIES[6:]]
    assert Kind.OUT_OF_ORDER in kinds(check(entries, replace(RIGHT, states={})))


def test_a_hole_in_the_log() -> None:
    hole = [*INTAKE[:3], moved(INTAKE[3], position=5, number=5)]
    assert kinds(check(ENTRIES, with_log(*hole))) == {Kind.OUT_OF_ORDER}


def test_a_time_that_went_back() -> None:
    back = moved(INTAKE[3], recorded_at=BEGIN)
    assert kinds(check(ENTRIES, with_log(*INTAKE[:3], back))) == {Kind.OUT_OF_ORDER}


def test_a_consumer_that_is_behind_or_stuck() -> None:
    behind = replace(RIGHT, tracked={("diagnostic", "intake", 3): (3, 4)}, stuck=["diagnostic has parked a case"])
    first, second = check(ENTRIES, behind)
    assert first.kind is second.kind is Kind.DIVERGENT


def test_an_admission_without_its_diagnosis() -> None:
    (finding,) = check(ENTRIES, replace(RIGHT, logs={"intake": INTAKE, "diagnostic": []}))
    assert finding.kind is Kind.DIVERGENT


def test_two_answers_that_differ() -> None:
    same = replace(ENTRIES[3], kind=EntryKind.REPEATED)
    assert check([*ENTRIES, same], RIGHT) == []
    other = replace(same, answer={**same.answer, "version": 3})
    assert kinds(check([*ENTRIES, other], RIGHT)) == {Kind.ANSWERED_DIFFERENTLY}


def test_what_the_rebuild_the_ledger_and_the_rules_say() -> None:
    refused = replace(ENTRIES[0], kind=EntryKind.REFUSED, key="c0-9", answer={"status": 409})
    found = check([*ENTRIES, refused], replace(RIGHT, rebuilt=["a row"], ledger=["an event"]))
    assert kinds(found) == {Kind.PROJECTION, Kind.LEDGER, Kind.REFUSED}


def test_the_account_gives_back_what_was_written(tmp_path: Path) -> None:
    account = Account(tmp_path / "account.jsonl")
    assert account.read() == []
    for entry in ENTRIES:
        account.write(entry)
    assert account.read() == ENTRIES
