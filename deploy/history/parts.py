"""Parts: what one unit adds to each service's tables, in files that are merged once every unit is written."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self
from uuid import UUID

import msgspec

from deploy.history.bulk_log import CollectedRows
from shared.eventlog import LogEntry
from shared.kernel import PHASE_SERVICES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LENGTH_BYTES = 4
COUNT_FILE = "events"


class StoredRow(msgspec.Struct, array_like=True, gc=False):
    """An event as its table holds it, without position and number. `at`: microseconds since 1970."""

    at: int
    stream: bytes
    version: int
    topic: str
    state: bytes
    case: bytes
    partition: int


class OtherRows(msgspec.Struct):
    """The other tables of one service. Each list holds rows in the order of their columns."""

    data_keys: list[tuple[UUID, bytes]]
    people_index: list[tuple[UUID, UUID, int, str, UUID, list[str]]]
    unique_keys: list[tuple[str, str, UUID]]
    deadlines: list[dict[str, Any]]
    case_tables: dict[str, list[dict[str, Any]]]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StoredRow).decode
_decode_rows = msgspec.msgpack.Decoder(OtherRows).decode


@dataclass
class PartWriter:
    """Writes the part of one unit into `folder`."""

    folder: Path
    events: int = 0

    def __enter__(self) -> Self:
        with ExitStack() as files:
            self._files: dict[str, BinaryIO] = {
                name: files.enter_context((self.folder / f"{name}.events").open("wb")) for name in PHASE_SERVICES
            }
            self._open = files.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        (self.folder / COUNT_FILE).write_text(str(self.events))

    def write_event(self, service: str, entry: LogEntry) -> None:
        at = (entry.recorded_at - EPOCH) // timedelta(microseconds=1)
        stream, version = entry.originator_id.bytes, entry.originator_version
        row = StoredRow(
            at,
            stream,
            version=version,
            topic=entry.topic,
            state=entry.state,
            case=entry.case_id.bytes,
            partition=entry.partition,
        )
        encoded = _encode(row)
        self._files[service].write(len(encoded).to_bytes(LENGTH_BYTES) + encoded)
        self.events += 1

    def write_rows(self, service: str, rows: CollectedRows) -> None:
        people = [
            (row["person"], row["stream"], row["version"], row["path"], row["case_id"], row["words"])
            for row in rows.people
        ]
        other = OtherRows(
            [*rows.keys.items()],
            people,
            unique_keys=[(kind, key, case) for (kind, key), case in rows.unique_keys.items()],
            deadlines=[*rows.deadlines.values()],
            case_tables={name: [*table.values()] for name, table in rows.case_tables.items()},
        )
        (self.folder / f"{service}.rows").write_bytes(_encode(other))

    @staticmethod
    def count(folder: Path) -> int:
        """The events of a part that is whole."""
        return int((folder / COUNT_FILE).read_text())


def merge_events(parts: Iterable[Path], service: str) -> Iterator[StoredRow]:
    """All events of a service in the order of their recording; few of them are in memory at once."""
    return heapq.merge(*(_events(part / f"{service}.events") for part in sorted(parts)), key=lambda row: row.at)


def other_rows(parts: Iterable[Path], service: str) -> Iterator[OtherRows]:
    for part in sorted(parts):
        yield _decode_rows((part / f"{service}.rows").read_bytes())


def _events(path: Path) -> Iterator[StoredRow]:
    with path.open("rb", buffering=64 * 1024) as file:
        while length := file.read(LENGTH_BYTES):
            yield _decode(file.read(int.from_bytes(length)))
