"""The SQL statements that production sends, each by its beginning, and what each does with the simulated tables.

A statement that is not listed fails the run: nothing of the protocol is simulated unknowingly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tests.simulation.tables import Row, Tables, parse_extras

if TYPE_CHECKING:
    from tests.simulation.database import Database

Run = Callable[["Database", Any], list[Row]]
STATEMENTS: dict[str, Run] = {}
SOURCE: dict[str, Any] = {
    "halted": None,
    "halted_as_foreign": False,
    "announced": None,
    "announced_ends": None,
    "announced_until": None,
    "received_until": None,
    "former_logs": (),
    "ancestors": {},
}


def statement(*beginnings: str) -> Callable[[Run], Run]:
    def register(run: Run) -> Run:
        STATEMENTS.update(dict.fromkeys(beginnings, run))
        return run

    return register


@cache
def find_statement(text: str) -> tuple[str, Run]:
    """The longest beginning that fits, with its function."""
    fitting = [each for each in STATEMENTS if text.startswith(each)]
    if not fitting:
        raise NotImplementedError(f"not simulated: {text}")
    beginning = max(fitting, key=len)
    return beginning, STATEMENTS[beginning]


ENTRY = (
    "SELECT originator_id, originator_version, topic, state, position AS id, case_id, partition, number, recorded_at"
)


# The event log


@statement("SELECT append(")
def append(database: Database, parameters: Any) -> list[Row]:
    *arrays, extras = parameters
    first = database.appending.append(
        database.clock(), [arrays[0], arrays[1], arrays[2], arrays[3], arrays[4], arrays[5]], parse_extras(extras)
    )
    if first:
        database.notify()
    return [{"append": first}]


@statement("SELECT e.position FROM unnest(")
def find_committed(database: Database, parameters: Any) -> list[Row]:
    stored = {
        (row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])): row["id"]
        for row in database.tables.events
    }
    wanted = [(*each[:3], bytes(each[3])) for each in zip(*parameters, strict=True)]
    return [{"position": stored[each]} for each in wanted if each in stored]


@statement("WITH snapshot AS (")
def history(database: Database, parameters: Any) -> list[Row]:
    stream, topic, until = parameters[:3]
    version, rows = 0, []
    if kept := database.tables.snapshots.get((stream, topic)):
        version, state = kept
        rows = [{"version": version, "topic": topic, "state": state}]
        if version > until:
            version, rows = 0, []
    rows += [
        {"version": row["originator_version"], "topic": row["topic"], "state": row["state"]}
        for row in database.tables.events
        if row["originator_id"] == stream and version < row["originator_version"] <= until
    ]
    return rows


@statement("WITH snapshot AS (SELECT originator_version, topic, state FROM snapshots WHERE originator_id = $1")
def read_stream(database: Database, parameters: Any) -> list[Row]:
    """The history with the wrapped key of the same id."""
    stream, topic = UUID(bytes=parameters[0]), parameters[1].decode()
    wrapped = database.tables.keys.get(stream)
    key = [{"version": -1, "topic": "", "state": wrapped}] if wrapped else []
    return [*history(database, (stream, topic, 2**62)), *key]


@statement("INSERT INTO snapshots AS s")
def save_snapshot(database: Database, parameters: Any) -> list[Row]:
    stream, topic, version, state = parameters
    kept = database.tables.snapshots.get((stream, topic))
    if kept is None or kept[0] < version:
        database.tables.snapshots[stream, topic] = (version, state)
    return []


@statement(f"{ENTRY} FROM EVENTS WHERE position >=")
def select_entries(database: Database, parameters: Any) -> list[Row]:
    first, stop, topics, _, limit = parameters
    chosen = [
        row for row in database.tables.events[max(0, first - 1) : stop] if topics is None or row["topic"] in topics
    ]
    return chosen[:limit]


@statement(f"{ENTRY} FROM EVENTS WHERE partition =")
def entries_of_partition(database: Database, parameters: Any) -> list[Row]:
    partition, after, limit = parameters
    chosen = [row for row in database.tables.events if row["partition"] == partition and row["number"] > after]
    return chosen[:limit]


@statement("SELECT max(position) FROM")
def max_position(database: Database, _parameters: Any) -> list[Row]:
    return [{"max": len(database.tables.events) or None}]


@statement("SELECT position FROM EVENTS WHERE recorded_at < clock_timestamp()")
def position_before_age(database: Database, parameters: Any) -> list[Row]:
    oldest = database.clock() - timedelta(seconds=parameters[0])
    old = [row for row in database.tables.events if row["recorded_at"] < oldest]
    return [{"position": old[-1]["id"]}] if old else []


@statement("SELECT log_id, since, ancestors FROM log_identity")
def identity(database: Database, _parameters: Any) -> list[Row]:
    tables = database.tables
    return [{"log_id": tables.log_id, "since": tables.since, "ancestors": tables.ancestors}]


@statement("WITH appended AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(")
def closed_timestamp(database: Database, _parameters: Any) -> list[Row]:
    return [{"at": database.clock()}]


@statement("SELECT request, response FROM handled_commands")
def stored_response(database: Database, parameters: Any) -> list[Row]:
    stored = database.tables.commands.get(parameters[0])
    return [{"request": stored[0], "response": stored[1]}] if stored else []


@statement("SELECT key_id, wrapped FROM data_keys")
def wrapped_keys(database: Database, parameters: Any) -> list[Row]:
    keys = database.tables.keys
    return [{"key_id": key_id, "wrapped": keys[key_id]} for key_id in parameters[0] if key_id in keys]


@statement("SELECT number FROM tracked")
def tracked_number(database: Database, parameters: Any) -> list[Row]:
    number = database.tables.tracked.get(tuple(parameters))
    return [] if number is None else [{"number": number}]


def restore(tables: Tables, backup: Tables, new_log: UUID | None) -> None:
    """A back-up is put back, and declared as restored unless the log id is kept by mistake."""
    tables.put_back(backup)
    if new_log is not None:
        last = len(backup.events)
        former = tables.ancestors | {str(tables.log_id): last}
        tables.ancestors = {log: min(position, last) for log, position in former.items()}
        tables.log_id, tables.since = new_log, last
