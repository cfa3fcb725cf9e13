"""The record of a rehearsal: a file of facts, that the running version writes and the next one is compared with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.eventlog import ServiceApplication
from shared.runtime.rehearsal.facts import Fact, FactKind

FORMAT = 1


class RecordDamaged(Exception):
    """The file is no record, or not a whole one."""


@dataclass(frozen=True, slots=True)
class RecordHeading:
    """What a record is of: the log of a service up to a position."""

    service: str
    log_id: UUID
    position: int


def heading_of(app: ServiceApplication) -> RecordHeading:
    return RecordHeading(app.service, app.recorder.identity().log_id, position=app.recorder.max_notification_id() or 0)


def write_record(file: Path, heading: RecordHeading, facts: Iterable[Fact]) -> int:
    """The number of facts written: gzip, a line of JSON for each, between a heading and their number. The file is
    replaced once it is whole."""
    part, number = file.with_name(f"{file.name}.part"), 0
    try:
        with gzip.open(part, "wt", encoding="utf-8", compresslevel=3) as lines:
            lines.write(json.dumps({"format": FORMAT} | asdict(heading), default=str) + "\n")
            for fact in facts:
                lines.write(json.dumps(_to_line(fact), ensure_ascii=False) + "\n")
                number += 1
            lines.write(json.dumps({"facts": number}) + "\n")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return number


def read_record(file: Path, expected: RecordHeading) -> Iterator[Fact]:
    """The facts, in the order of their keys. Raises RecordDamaged, also when it is of another log or position; OSError
    when the file cannot be read."""
    lines = _lines(file)
    heading = next(lines, {})
    if heading.get("format") != FORMAT:
        raise RecordDamaged(f"{file} is no record of a rehearsal that this version reads")
    own = {name: json.loads(json.dumps(value, default=str)) for name, value in asdict(expected).items()}
    for name, value in own.items():
        if heading.get(name) != value:
            raise RecordDamaged(f"{file} is of {name} {heading.get(name)}, and this is {value}")
    number, last = 0, (-1, "", 0, "")
    for line in lines:
        if "facts" in line:
            if line["facts"] != number or next(lines, None) is not None:
                raise RecordDamaged(f"{file} has lost or gained lines")
            return
        fact = _from_line(file, line)
        if fact.key <= last:
            raise RecordDamaged(f"{file} is out of order at {fact.kind} {fact.id}")
        number, last = number + 1, fact.key
        yield fact
    raise RecordDamaged(f"{file} ends before its end")


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for line in lines:
                parsed = json.loads(line)
                if not isinstance(parsed, dict):
                    raise RecordDamaged(f"{file} is no record of a rehearsal")
                yield parsed
    except (gzip.BadGzipFile, EOFError, ValueError) as error:
        raise RecordDamaged(f"{file} cannot be read: {error}") from error


def _to_line(fact: Fact) -> dict[str, Any]:
    line: dict[str, Any] = {"kind": fact.kind, "id": fact.id, "name": fact.name, "parts": dict(fact.parts)}
    return line | ({"error": fact.error} if fact.error else {})


def _from_line(file: Path, line: dict[str, Any]) -> Fact:
    try:
        return Fact(
            FactKind(line["kind"]),
            str(line["id"]),
            name=str(line["name"]),
            parts={str(name): str(value) for name, value in line["parts"].items()},
            error=line.get("error"),
        )
    except (KeyError, ValueError, AttributeError) as error:
        raise RecordDamaged(f"{file} has a line that is no fact: {error}") from error
