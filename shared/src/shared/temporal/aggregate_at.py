"""What was an aggregate at a past moment, and which event changed what between two of them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.crypto import ERASED_TEXT, placeholder_keys, with_placeholders, without_placeholders
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication, UnknownCase, to_plain
from shared.kernel import Decider, Encrypted

S = TypeVar("S")
RecordedEntry = tuple[LogEntry, RecordedEvent[Any]]


class NotYetOpened(Exception):
    """Nothing was recorded by then; `first` is when something was."""

    def __init__(self, first: datetime) -> None:
        super().__init__(f"the first event was recorded at {first}")
        self.first = first


class FutureInstant(Exception):
    """A moment that is not over: what it will have been is not settled. `now`: the log's clock."""

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
    """Two axes. What was recorded: through `version`, or through the instant `as_of`. What had happened: by the end of
    the day `on`, in UTC like the events' own effective days. Without any of them: now."""

    version: int | None = None
    as_of: datetime | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class AggregateAt(Generic[S]):
    """`recorded`: the events recorded by then; `told`: those of them that count, which `state` is folded from."""

    state: S
    recorded: Sequence[RecordedEntry]
    told: Sequence[RecordedEntry]

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
    """What one event changed. `erased`: the keys of the values among these that nobody reads any more."""

    entry: LogEntry
    event: RecordedEvent[Any]
    changes: list[FieldChange]
    erased: list[UUID]


def load_aggregate_at(
    app: ServiceApplication, decider: Decider[S], stream: UUID, moment: PointInTime
) -> AggregateAt[S]:
    """The aggregate as it was. Raises UnknownCase, NotYet, StillToCome or NeverReached."""
    recorded = _recorded_by(app, decider, stream, moment)
    told = _happened_by(recorded, moment.on) if moment.on else recorded
    return AggregateAt(decider.state(event.data for _, event in told), recorded, told=told)


def changes_between(
    app: ServiceApplication, decider: Decider[S], stream: UUID, since: PointInTime, until: PointInTime
) -> Iterator[EventChanges]:
    """Each event that counts at `until` and did not at `since`, in the order of the log, with what it changed there.

    Raises like `load_aggregate_at`."""
    told = load_aggregate_at(app, decider, stream, until).told
    known = (
        set()
        if since == PointInTime(version=0)
        else {one[0].id for one in load_aggregate_at(app, decider, stream, since).told}
    )
    state, show = decider.initial, with_placeholders(app.key_store.display_text)
    before: dict[str, Any] | None = {}
    for entry, event in told:
        if entry.id in known:
            state, before = decider.evolve(state, event.data), None
            continue
        if before is None:
            before = to_plain(state, show)
        state = decider.evolve(state, event.data)
        now = to_plain(state, show)
        yield _step(entry, event, list(diff_plain(before, now)))
        before = now


def _step(entry: LogEntry, event: RecordedEvent[Any], found: Sequence[FieldChange]) -> EventChanges:
    erased = dict.fromkeys(
        key for each in found for value in (each.before, each.after) for key in placeholder_keys(value)
    )
    shown = [
        FieldChange(each.path, without_placeholders(each.before), after=without_placeholders(each.after))
        for each in found
    ]
    return EventChanges(entry, event, changes=shown, erased=list(erased))


def diff_plain(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """Between two plain values: objects by field, lists by place."""
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
    """`show`, and the keys of the values that it had to leave out because they were erased."""
    erased: list[UUID] = []

    def noting(sealed: Encrypted) -> str:
        if (said := show(sealed)) == ERASED_TEXT and (key := UUID(str(sealed.key))) not in erased:
            erased.append(key)
        return said

    return noting, erased


def _recorded_by(
    app: ServiceApplication, decider: Decider[Any], stream: UUID, moment: PointInTime
) -> list[RecordedEntry]:
    if moment.as_of:
        require_closed(app, moment.as_of)
    told = list(app.events_of(app.recorder.entries_of_stream(stream)))
    if not told or type(told[0][1].data) not in decider.events:
        raise UnknownCase(str(stream))
    if moment.version is not None and moment.version > len(told):
        raise VersionNotReached(len(told))
    by_then = [
        (entry, event)
        for entry, event in told[: moment.version]
        if moment.as_of is None or entry.recorded_at <= moment.as_of
    ]
    if not by_then:
        raise NotYetOpened(told[0][0].recorded_at)
    return by_then


def closed_timestamp(app: ServiceApplication) -> datetime:
    """An instant of the log's clock before which nothing more will be recorded."""
    return app.recorder.closed_timestamp() + timedelta(seconds=app.clock.ahead())


def require_closed(app: ServiceApplication, instant: datetime) -> None:
    """Raises StillToCome while something may still be recorded by then."""
    if instant >= (now := closed_timestamp(app)):
        raise FutureInstant(now)


def effective_by(day: date, times: Sequence[tuple[datetime | None, datetime]]) -> list[bool]:
    """Of events in their order, given as (effective, recorded): those that count by the end of the day.

    Each that had happened by then, and what it rests on: an undated event recorded before one that had happened counts
    with it, for a fact presupposes what it was said of."""
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    happened = [(effective or recorded) < end for effective, recorded in times]
    last = max((n for n, did in enumerate(happened) if did), default=-1)
    return [did or (n < last and times[n][0] is None) for n, did in enumerate(happened)]


def events_effective_by(told: Sequence[RecordedEntry], day: date) -> list[RecordedEntry]:
    """Those of the events that count by the end of the day, as `effective_by` says."""
    times = [(event.meta.effective_at, entry.recorded_at) for entry, event in told]
    return [one for one, counts in zip(told, effective_by(day, times), strict=True) if counts]


def _happened_by(told: Sequence[RecordedEntry], day: date) -> list[RecordedEntry]:
    counted = events_effective_by(told, day)
    if not counted:
        raise NotYetOpened(min(event.meta.effective_at or entry.recorded_at for entry, event in told))
    return counted
