"""What does audit have of each event, and is it still what the ledger committed to?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from audit.domain import EventReceived
from audit.ledger.integrator import is_committed
from audit.ledger.store import Leaf, Ledger
from audit.reconcile.finding import Finding, FindingKind
from audit.verified_events import columns_agree, decode_header
from shared.eventlog import LogEntry, ServiceApplication, UnreadableEvent

SELF = "audit"


@dataclass(frozen=True, slots=True)
class AuditedEvent:
    """`sound`: the ledger committed to what audit has `heard`. The rest as the columns beside it have it."""

    heard: EventReceived
    leaf: Leaf | None
    sound: bool
    publisher: str
    log_id: UUID
    position: int
    id: UUID
    case: UUID
    event: str

    fault: Finding | None = field(default=None, compare=False)
    """What is wrong with it in audit's own log; the service may know what it was."""


def read_audited(entry: LogEntry, heard: EventReceived, leaf: Leaf | None) -> AuditedEvent:
    return AuditedEvent(
        heard,
        leaf,
        sound=leaf is not None and is_committed(leaf, heard),
        publisher=heard.publisher,
        log_id=heard.log_id,
        position=heard.position,
        id=entry.originator_id,  # type: ignore[arg-type]
        case=entry.case_id,
        event=heard.event,
    )


class AuditLog:
    """Audit's own log, read once in order; `leaf` is the one expected next. What is not as it was is found."""

    def __init__(self, app: ServiceApplication, position: int = 0, leaf: int = 0) -> None:
        self._app, self.position, self.leaf = app, position, leaf
        (row,) = app.recorder.fetch("SELECT position, size FROM {schema}.ledger")
        self.until: int = row["position"]
        """Only what is integrated is compared."""
        self.size: int = row["size"]

    def batch(self, size: int) -> Iterator[AuditedEvent | Finding]:
        entries = self._app.recorder.select_notifications(self.position, size, self.until, inclusive_of_start=False)
        leaves = Ledger(self._app.recorder).leaves([entry.originator_id for entry in entries])
        for entry in entries:
            yield from self._each(entry, leaves.get(entry.originator_id))
        self.position = entries[-1].id if len(entries) == size else self.until
        if self.position == self.until:
            yield from self._gone(self.size)

    def known(self, event: UUID) -> tuple[AuditedEvent | None, Leaf | None]:
        """What audit's log and the ledger have under an event's id."""
        leaf = Ledger(self._app.recorder).leaf(event)
        for entry in self._app.recorder.entries_of_stream(event):
            if isinstance(heard := self._read(entry), EventReceived):
                return read_audited(entry, heard, leaf), leaf
        return None, leaf

    def _each(self, entry: LogEntry, leaf: Leaf | None) -> Iterator[AuditedEvent | Finding]:
        place = Finding(
            FindingKind.UNREADABLE_HERE,
            SELF,
            position=entry.id,
            event=entry.originator_id,  # type: ignore[arg-type]
            case=entry.case_id,
        )
        heard = self._read(entry)
        if heard is None:
            self.leaf += 1
            yield place
            return
        told = read_audited(entry, heard, leaf)
        if leaf is not None and leaf.index > self.leaf:
            yield from self._gone(leaf.index)
        if leaf is None or leaf.index != self.leaf:
            yield _of(FindingKind.WITHOUT_LEAF, entry, told)
        elif not told.sound or not columns_agree(entry, heard, decode_header(heard.header)):
            told = replace(told, fault=_of(FindingKind.ALTERED_HERE, entry, told))
        self.leaf = max(self.leaf, self.leaf if leaf is None else leaf.index) + 1
        yield told

    def _gone(self, until: int) -> Iterator[Finding]:
        """Leaves, from the one expected on, whose events are nowhere in audit's log."""
        rows = self._app.recorder.fetch(
            "SELECT index, event_id FROM {schema}.leaves WHERE index >= %s AND index < %s"
            " AND NOT EXISTS (SELECT FROM {events} WHERE originator_id = event_id) ORDER BY index",
            (self.leaf, until),
        )
        for row in rows:
            yield Finding(FindingKind.DELETED_HERE, SELF, position=row["index"] + 1, event=row["event_id"])
        self.leaf = max(self.leaf, until)

    def _read(self, entry: LogEntry) -> EventReceived | None:
        try:
            heard: Any = self._app.mapper.to_domain_event(entry).data
        except UnreadableEvent:
            return None
        return heard if isinstance(heard, EventReceived) else None


def _of(kind: FindingKind, entry: LogEntry, told: AuditedEvent) -> Finding:
    return Finding(
        kind,
        SELF,
        position=entry.id,
        event=told.id,
        case=told.case,
        name=f"{told.publisher} {told.position}, {told.event}",
    )
