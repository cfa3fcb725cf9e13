"""One aggregate at a past point in time, and which event changed what between two points (bitemporal)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.crypto import ERASED_TEXT, placeholder_keys, with_placeholders, without_placeholders
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication, UnknownCase, to_plain
from shared.kernel import Decider, Encrypted, start_of_day

S = TypeVar("S")
RecordedEntry = tuple[LogEntry, RecordedEvent[Any]]


class NotYetOpened(Exception):
    """Nothing had been recorded by then. `first`: the instant of the first event."""

    def __init__(self, first: datetime) -> None:
        super().__init__(f"the first event was recorded at {first}")
        self.first = first


class FutureInstant(Exception):
    """An instant that is not closed: something may still be recorded before it. `now`: the log's clock."""

    def __init__(self, now: datetime) -> None:
        super().__init__(f"it is {now}")
        self.now = now


class VersionNotReached(Exception):
    """A version beyond the last one, `current`."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the last version is {current}")
        self.current = current


@dataclass(frozen=True, slots=True)
class PointInTime:
    """A point on two axes; without any field, now.

    Transaction time: recorded up to `version`, or up to the instant `as_of`. Valid time: happened by the end of the day
    `on` in Paris."""

    version: int | None = None
    as_of: datetime | None = None
    on: date | None = None


PRESENT = PointInTime()


@dataclass(frozen=True, slots=True)
class AggregateAt(Generic[S]):
    """`recorded`: the events recorded by then; `counted`: those that had also happened, which make the `state`."""

    state: S
    recorded: Sequence[RecordedEntry]
    counted: Sequence[RecordedEntry]

    @property
    def version(self) -> int:
        return self.recorded[-1][0].originator_version


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`path`: where in the state, dotted; null stands for what was not there."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class EventChanges:
    """The fields that one event changed. `erased`: the keys of the erased values among these."""

    entry: LogEntry
    event: RecordedEvent[Any]
    changes: list[FieldChange]
    erased: list[UUID]


def load_aggregate_at(app: ServiceApplication, decider: Decider[S], stream: UUID, point: PointInTime) -> AggregateAt[S]:
    """The aggregate as it was. Raises UnknownCase, NotYetOpened, FutureInstant or VersionNotReached."""
    recorded = _recorded_by(app, decider, stream, point)
    counted = _happened_by(recorded, point.on) if point.on else recorded
    return AggregateAt(decider.state(event.data for _, event in counted), recorded, counted=counted)


def changes_between(
    app: ServiceApplication, decider: Decider[S], stream: UUID, since: PointInTime, until: PointInTime
) -> Iterator[EventChanges]:
    """Each event that counts at `until` and did not at `since`, in the order of the log, with what it changed there.

    Raises like `load_aggregate_at`."""
    counted = load_aggregate_at(app, decider, stream, until).counted
    known = (
        set()
        if since == PointInTime(version=0)
        else {entry.id for entry, _ in load_aggregate_at(app, decider, stream, since).counted}
    )
    state, show = decider.initial, with_placeholders(app.key_store.display_text)
    before: dict[str, Any] | None = {}
    for entry, event in counted:
        if entry.id in known:
            state, before = decider.evolve(state, event.data), None
            continue
        if before is None:
            before = to_plain(state, show)
        state = decider.evolve(state, event.data)
        now = to_plain(state, show)
        yield _event_changes(entry, event, list(diff_plain(before, now)))
        before = now


def _event_changes(entry: LogEntry, event: RecordedEvent[Any], found: Sequence[FieldChange]) -> EventChanges:
    erased = dict.fromkeys(
        key for each in found for value in (each.before, each.after) for key in placeholder_keys(value)
    )
    shown = [
        FieldChange(each.path, without_placeholders(each.before), after=without_placeholders(each.after))
        for each in found
    ]
    return EventChanges(entry, event, changes=shown, erased=list(erased))


def diff_plain(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """The differences between two plain values: objects by field, lists by place."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from diff_plain(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif isinstance(before, list) and isinstance(after, list):
        for n in range(max(len(before), len(after))):
            old, new = (values[n] if n < len(values) else None for values in (before, after))
            yield from diff_plain(old, new, f"{path}[{n}]")
    else:
        yield FieldChange(path, before, after=after)


def collect_erased(show: Callable[[Encrypted], str]) -> tuple[Callable[[Encrypted], str], list[UUID]]:
    """`show`, and a list that it fills with the keys of the erased values it meets."""
    erased: list[UUID] = []

    def show_and_collect(encrypted: Encrypted) -> str:
        if (text := show(encrypted)) == ERASED_TEXT and (key := UUID(str(encrypted.key))) not in erased:
            erased.append(key)
        return text

    return show_and_collect, erased


def _recorded_by(
    app: ServiceApplication, decider: Decider[Any], stream: UUID, point: PointInTime
) -> list[RecordedEntry]:
    if point.as_of:
        require_closed(app, point.as_of)
    events = list(app.events_of(app.recorder.entries_of_stream(stream)))
    if not events or type(events[0][1].data) not in decider.events:
        raise UnknownCase(str(stream))
    if point.version is not None and point.version > len(events):
        raise VersionNotReached(len(events))
    by_then = [
        (entry, event)
        for entry, event in events[: point.version]
        if point.as_of is None or entry.recorded_at <= point.as_of
    ]
    if not by_then:
        raise NotYetOpened(events[0][0].recorded_at)
    return by_then


def closed_timestamp(app: ServiceApplication) -> datetime:
    """An instant of the log's clock before which nothing more will be recorded."""
    return app.recorder.closed_timestamp() + timedelta(seconds=app.clock.ahead())


def require_closed(app: ServiceApplication, instant: datetime) -> None:
    """Raises FutureInstant while something may still be recorded by then."""
    if instant >= (now := closed_timestamp(app)):
        raise FutureInstant(now)


def effective_by(day: date, times: Sequence[tuple[datetime | None, datetime]]) -> list[bool]:
    """Which events count by the end of the day in Paris, given in order as (effective, recorded).

    Each that had happened by then, and each event without a valid time that was recorded before one of these, because
    the later event depends on it."""
    end = start_of_day(day + timedelta(days=1))
    happened = [(effective or recorded) < end for effective, recorded in times]
    last = max((n for n, did in enumerate(happened) if did), default=-1)
    return [did or (n < last and times[n][0] is None) for n, did in enumerate(happened)]


def events_effective_by(events: Sequence[RecordedEntry], day: date) -> list[RecordedEntry]:
    """The events that count by the end of the day, as `effective_by` tells."""
    times = [(event.meta.effective_at, entry.recorded_at) for entry, event in events]
    return [entry for entry, counts in zip(events, effective_by(day, times), strict=True) if counts]


def _happened_by(events: Sequence[RecordedEntry], day: date) -> list[RecordedEntry]:
    counted = events_effective_by(events, day)
    if not counted:
        raise NotYetOpened(min(event.meta.effective_at or entry.recorded_at for entry, event in events))
    return counted
