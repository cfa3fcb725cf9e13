"""The statements of the inbox, the relay's lease, the scheduler and of following a restored publisher."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.simulation.statements import SOURCE, statement
from tests.simulation.tables import Row

from shared.eventlog import PARTITIONS

if TYPE_CHECKING:
    from tests.simulation.database import Database


# The inbox


@statement("SELECT partition, number FROM tracked WHERE (publisher, log_id) =")
def tracked_numbers(database: Database, parameters: Any) -> list[Row]:
    return [
        {"partition": key[2], "number": number}
        for key, number in database.tables.tracked.items()
        if key[:2] == tuple(parameters)
    ]


@statement("SELECT s.log_id, s.halted, %(log_id)s = ANY(s.former_logs) OR s.ancestors")
def find_position(database: Database, parameters: Any) -> list[Row]:
    tables, publisher = database.tables, parameters["publisher"]
    source = tables.sources.get(publisher)
    if source is None:
        return []
    return [
        {
            "log_id": source["log_id"],
            "halted": source["halted"],
            "left": parameters["log_id"] in source["former_logs"] or str(parameters["log_id"]) in source["ancestors"],
            "reached": tables.tracked.get((publisher, source["log_id"], parameters["partition"]), 0),
            "parked": tables.is_parked(publisher, parameters["case"]),
        }
    ]


@statement("INSERT INTO sources VALUES")
def follow_first_log(database: Database, parameters: Any) -> list[Row]:
    database.tables.sources.setdefault(parameters["publisher"], SOURCE | {"log_id": parameters["log_id"]})
    return []


@statement("UPDATE sources SET announced =")
def record_announcement(database: Database, parameters: Any) -> list[Row]:
    position, until, reached, ends, ancestors, publisher, log_id = parameters
    source = database.tables.sources.get(publisher)
    if source and source["log_id"] == log_id and source["halted"] is None:
        until_before = source["received_until"]
        before = source["announced_ends"]
        if before is not None and all(end <= number for end, number in zip(before, reached, strict=True)):
            known = [each for each in (until_before, source["announced_until"]) if each is not None]
            until_before = max(known, default=None)
        changes = {"announced": position, "announced_ends": ends, "announced_until": until}
        changes |= {"received_until": until_before, "ancestors": source["ancestors"] | ancestors.obj}
        database.tables.sources[publisher] = source | changes
    return []


@statement("INSERT INTO sources AS s (publisher, log_id, halted, halted_as_foreign)")
def halt(database: Database, parameters: Any) -> list[Row]:
    publisher, log_id, reason, foreign, followed = parameters
    source = database.tables.sources.get(publisher, SOURCE | {"log_id": log_id})
    is_graver = source["halted"] is None or (foreign and not source["halted_as_foreign"])
    if is_graver and followed in (None, source["log_id"]):
        source = source | {"halted": reason, "halted_as_foreign": foreign}
    database.tables.sources[publisher] = source
    return []


@statement("SELECT publisher, halted FROM sources WHERE halted IS NOT NULL")
def halted_publishers(database: Database, _parameters: Any) -> list[Row]:
    sources = database.tables.sources.items()
    return [{"publisher": name, "halted": row["halted"]} for name, row in sorted(sources) if row["halted"]]


@statement("INSERT INTO failures AS f")
def count_failure(database: Database, parameters: Any) -> list[Row]:
    publisher, event_id, _ = parameters
    times = database.tables.failures.get((publisher, event_id), 0) + 1
    database.tables.failures[publisher, event_id] = times
    return [{"times": times}]


@statement("SELECT number, partition, message, error FROM parked")
def first_parked(database: Database, parameters: Any) -> list[Row]:
    numbers = sorted(key[2] for key in database.tables.parked if key[:2] == tuple(parameters))
    return [{"number": n, **database.tables.parked[(*parameters, n)]} for n in numbers[:1]]


# The relay and its lease


def is_held(until: datetime, now: datetime, lease: timedelta) -> bool:
    return now <= until <= now + 2 * lease


@statement("SELECT log_id, ancestors, coalesce((SELECT max(position) FROM EVENTS), 0) AS position")
def high_water_mark(database: Database, _parameters: Any) -> list[Row]:
    tables, numbers = database.tables, [0] * PARTITIONS
    for row in tables.events:
        numbers[row["partition"]] = row["number"]
    identity = {"log_id": tables.log_id, "ancestors": tables.ancestors}
    return [identity | {"position": len(tables.events), "numbers": numbers}]


@statement("INSERT INTO relay_status VALUES")
def record_status(database: Database, parameters: Any) -> list[Row]:
    database.tables.relay_status = tuple(parameters)
    return []


@statement("LISTEN")
def listen(_database: Database, _parameters: Any) -> list[Row]:
    return []


@statement("WITH renewed AS (INSERT INTO leases AS l")
def acquire_or_renew(database: Database, parameters: Any) -> list[Row]:
    now, holder = database.clock(), parameters["holder"]
    kept = database.tables.leases.get("relay")
    lease = timedelta(seconds=parameters["lease"])
    is_won = not (kept and kept[0] != holder and is_held(kept[1], now, lease))
    if is_won:
        database.tables.leases["relay"] = (holder, now + lease)
    return [{"exists": is_won, "max": len(database.tables.events) or None}]


@statement("DELETE FROM leases")
def release(database: Database, parameters: Any) -> list[Row]:
    if (kept := database.tables.leases.get("relay")) and kept[0] == parameters[0]:
        del database.tables.leases["relay"]
    return []


# The scheduler


@statement("SELECT stream, kind, key, aggregate, case_id, due_at FROM deadlines")
def due_deadlines(database: Database, parameters: Any) -> list[Row]:
    (by, most, limit), now = parameters, database.clock()
    due = [
        {"stream": stream, "kind": kind, "key": key, **row}
        for (stream, kind, key), row in database.tables.deadlines.items()
        if row["fired_at"] is None
        and row["due_at"] <= by
        and (row["retry_at"] is None or not now <= row["retry_at"] <= now + timedelta(seconds=most))
    ]
    return sorted(due, key=lambda row: (row["due_at"], row["stream"], row["kind"]))[:limit]


@statement("UPDATE deadlines SET tries = tries + 1")
def postpone(database: Database, parameters: Any) -> list[Row]:
    key = (parameters["stream"], parameters["kind"], parameters["key"])
    row = database.tables.deadlines.get(key)
    if row and row["due_at"] == parameters["due_at"] and row["fired_at"] is None:
        pause = min(2 ** min(row["tries"], 12), parameters["max_seconds"])
        retry_at = database.clock() + timedelta(seconds=pause)
        database.tables.deadlines[key] = row | {
            "tries": row["tries"] + 1,
            "error": parameters["error"],
            "retry_at": retry_at,
        }
    return []


# Following a restored publisher


@statement("SELECT log_id FROM sources WHERE publisher =", "SELECT log_id, ancestors FROM sources WHERE publisher =")
def followed_log(database: Database, parameters: Any) -> list[Row]:
    source = database.tables.sources.get(parameters[0])
    return [{"log_id": source["log_id"], "ancestors": source["ancestors"]}] if source else []


@statement("UPDATE sources SET log_id =")
def switch_source(database: Database, parameters: Any) -> list[Row]:
    log_id, ancestors, publisher = parameters
    source = database.tables.sources[publisher]
    former = (*source["former_logs"], source["log_id"])
    database.tables.sources[publisher] = SOURCE | {"log_id": log_id, "former_logs": former, "ancestors": ancestors.obj}
    return []


@statement("INSERT INTO tracked SELECT")
def close_log(database: Database, parameters: Any) -> list[Row]:
    for partition in range(parameters["whole"], parameters["last"] + 1):
        database.tables.tracked[parameters["publisher"], parameters["old"], partition] = parameters["end"]
    return []


@statement("INSERT INTO tracked VALUES")
def begin_log(database: Database, parameters: Any) -> list[Row]:
    *key, number = parameters
    assert tuple(key) not in database.tables.tracked
    database.tables.tracked[tuple(key)] = number
    return []


@statement("WITH lost AS (DELETE FROM parked")
def skip_lost(database: Database, parameters: Any) -> list[Row]:
    publisher, partition, number, reason = parameters
    parked = database.tables.parked
    lost = [key for key in parked if key[0] == publisher and parked[key]["partition"] == partition and key[2] > number]
    for key in lost:
        database.tables.skipped.setdefault(key, parked.pop(key) | {"reason": reason})
    return []


@statement("WITH halted AS (SELECT publisher, halted FROM sources")
def lift_halt(database: Database, parameters: Any) -> list[Row]:
    source = database.tables.sources.get(parameters["publisher"])
    if not source or source["log_id"] != parameters["log_id"] or not source["halted"] or source["halted_as_foreign"]:
        return []
    ancestors = source["ancestors"] | parameters["ancestors"].obj
    database.tables.sources[parameters["publisher"]] = source | {"halted": None, "ancestors": ancestors}
    return [{"halted": source["halted"]}]
