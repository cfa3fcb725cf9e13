"""The tables of a service in memory, and what append.sql does with them. `test_tables.py` compares both."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

Row = dict[str, Any]
Key = tuple[Any, ...]


class Refusal(psycopg.IntegrityError):
    """An exception that append.sql raises, with its SQLSTATE and detail."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"refused: {code}")
        self.sqlstate = code
        self._detail = detail

    @property
    def diag(self) -> Any:
        return Diagnostic(self._detail)


@dataclass(frozen=True)
class Diagnostic:
    message_detail: str


@dataclass
class Tables:
    """Rows are replaced and never changed in place, so that a copy of the tables is a back-up."""

    log_id: UUID = field(default_factory=uuid4)
    since: int = 0
    ancestors: dict[str, int] = field(default_factory=dict)
    events: list[Row] = field(default_factory=list)
    tracked: dict[Key, int] = field(default_factory=dict)
    parked: dict[Key, Row] = field(default_factory=dict)
    skipped: dict[Key, Row] = field(default_factory=dict)
    sources: dict[str, Row] = field(default_factory=dict)
    failures: dict[Key, int] = field(default_factory=dict)
    commands: dict[str, tuple[str, str]] = field(default_factory=dict)
    snapshots: dict[Key, tuple[int, bytes]] = field(default_factory=dict)
    deadlines: dict[Key, Row] = field(default_factory=dict)
    leases: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    keys: dict[UUID, bytes] = field(default_factory=dict)
    relay_status: tuple[int, str | None] | None = None

    def copy(self) -> Tables:
        copied = Tables()
        for name, value in vars(self).items():
            setattr(copied, name, value.copy() if isinstance(value, (dict, list)) else value)
        return copied

    def put_back(self, earlier: Tables) -> None:
        vars(self).update(vars(earlier.copy()))

    def version_of(self, stream: UUID) -> int:
        return max((row["originator_version"] for row in self.events if row["originator_id"] == stream), default=0)

    def is_parked(self, publisher: str, case: UUID) -> bool:
        return any(key[:2] == (publisher, case) for key in self.parked)


@dataclass
class Appending:
    """The function `append`. A subclass may break one of its rules."""

    tables: Tables

    def append(self, now: datetime, arrays: Sequence[Sequence[Any]], extras: Mapping[str, list[Row]]) -> int | None:
        """All or nothing. Returns the position of the first event."""
        earlier = self.tables.copy()
        try:
            return self._append(now, arrays, extras)
        except psycopg.IntegrityError:
            self.tables.put_back(earlier)
            raise

    def _append(self, now: datetime, arrays: Sequence[Sequence[Any]], extras: Mapping[str, list[Row]]) -> int | None:
        for row in sorted(extras.get("tracking", ()), key=lambda row: (row["publisher"], row["log_id"], row["number"])):
            self.track(row)
        for row in extras.get("parked", ()):
            self.park(row)
        for row in extras.get("skipped", ()):
            key = (row["publisher"], UUID(row["case_id"]), row["number"])
            self.tables.skipped[key] = row
        for row in extras.get("command", ()):
            if row["key"] in self.tables.commands:
                raise Refusal("23I01")
            self.tables.commands[row["key"]] = (row["request"], row["response"])
        for row in sorted(extras.get("deadlines", ()), key=_deadline_order):
            self.set_deadline(row)
        for row in extras.get("keys", ()):
            if UUID(row["key_id"]) in self.tables.keys:
                raise Refusal("23505")
            self.tables.keys[UUID(row["key_id"])] = b64decode(row["wrapped"])
        return self.add_events(now, arrays)

    def track(self, row: Row) -> None:
        tables, publisher, number = self.tables, row["publisher"], row["number"]
        case, key = UUID(row["case_id"]), (publisher, UUID(row["log_id"]), row["partition"])
        if row["unparks"]:
            waiting = sorted(each[2] for each in tables.parked if each[:2] == (publisher, case))
            if not waiting or waiting[0] != number:
                raise Refusal("23U01")
            del tables.parked[publisher, case, number]
            return
        if not self.may_follow(tables.tracked.get(key), number):
            raise Refusal("23T01", str(tables.tracked.get(key, 0)))
        tables.tracked[key] = number
        if not row["parks"] and tables.is_parked(publisher, case):
            raise Refusal("23P01")

    def may_follow(self, reached: int | None, number: int) -> bool:
        """Compare and set, from n - 1 to n only."""
        return reached is None if number == 1 else reached == number - 1

    def park(self, row: Row) -> None:
        publisher, case = row["publisher"], UUID(row["case_id"])
        if row["error"] is None and not self.tables.is_parked(publisher, case):
            raise Refusal("23U01")
        kept = {"partition": row["partition"], "message": b64decode(row["message"]), "error": row["error"]}
        self.tables.parked[publisher, case, row["number"]] = kept

    def set_deadline(self, row: Row) -> None:
        key, deadlines = (UUID(row["stream"]), row["kind"], row["key"]), self.tables.deadlines
        due, set_before = row["due_at"] and datetime.fromisoformat(row["due_at"]), deadlines.get(key)
        if row.get("fired_at"):
            if set_before is None or set_before["due_at"] != due or self.has_fired(set_before):
                raise Refusal("23D01")
            deadlines[key] = set_before | {"fired_at": datetime.fromisoformat(row["fired_at"])}
        elif due is None:
            deadlines.pop(key, None)
        elif set_before is None or set_before["due_at"] != due:
            new = {"aggregate": row["aggregate"], "case_id": UUID(row["case_id"]), "due_at": due}
            if set_before is not None:
                new |= {"aggregate": set_before["aggregate"], "case_id": set_before["case_id"]}
            deadlines[key] = new | {"fired_at": None, "tries": 0, "retry_at": None, "error": None}

    def has_fired(self, row: Row) -> bool:
        return row["fired_at"] is not None

    def add_events(self, now: datetime, arrays: Sequence[Sequence[Any]]) -> int | None:
        events, at = self.tables.events, now
        if events:
            at = max(now, events[-1]["recorded_at"])
        first = len(events) + 1
        taken = {(row["originator_id"], row["originator_version"]) for row in events}
        for stream, version, topic, state, case, partition in zip(*arrays, strict=True):
            if (stream, version) in taken:
                raise Refusal("23505")
            taken.add((stream, version))
            number = 1 + sum(row["partition"] == partition for row in events)
            events.append(
                {
                    "originator_id": stream,
                    "originator_version": version,
                    "topic": topic,
                    "state": state,
                    "id": len(events) + 1,
                    "case_id": case,
                    "partition": partition,
                    "number": number,
                    "recorded_at": at,
                }
            )
        return first if len(events) >= first else None


def parse_extras(text: str | None) -> Mapping[str, list[Row]]:
    extras: Mapping[str, list[Row]] = json.loads(text) if text else {}
    unknown = extras.keys() - {"tracking", "parked", "skipped", "command", "deadlines", "keys", "used_keys"}
    if unknown:
        raise NotImplementedError(f"not simulated: {unknown}")
    return extras


def _deadline_order(row: Row) -> tuple[Any, ...]:
    return (row["stream"], row["kind"], row["key"], row.get("fired_at") is None)


MakeAppending = Callable[[Tables], Appending]
