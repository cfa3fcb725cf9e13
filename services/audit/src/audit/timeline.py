"""The timeline of a case across the services, as it was known at a past point in time.

It is bitemporal: `as_of` is transaction time (recorded by an instant), `on` is valid time (happened by a day). It reads
only what audit has received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, repeat
from uuid import UUID

import msgspec

from audit.domain import EventReceived
from shared.temporal import NotYetOpened, effective_by


class TimelineHeader(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an event's header that a timeline reads."""

    id: UUID
    case: UUID
    stream: UUID
    version: int
    effective_at: datetime
    actor: str
    role: str
    unit: str | None = None
    causation: UUID | None = None
    correlation: UUID
    rules: str | None = None
    payload_hash: str


_decode = msgspec.json.Decoder(TimelineHeader).decode


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """An event that audit received, with its header decoded."""

    received: EventReceived
    header: TimelineHeader

    @property
    def effective_at(self) -> datetime | None:
        """Null when the service dated it by its recording alone."""
        return None if self.header.effective_at == self.received.recorded_at else self.header.effective_at


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Which events of a case are selected; an empty collection selects all."""

    services: Collection[str] = ()
    roles: Collection[str] = ()
    events: Collection[str] = ()

    def matches(self, event: TimelineEvent) -> bool:
        return (
            (not self.services or event.received.publisher in self.services)
            and (not self.roles or event.header.role in self.roles)
            and (not self.events or event.received.event in self.events)
        )


def build_timeline(received: Iterable[EventReceived], ids: Iterable[UUID | None] = ()) -> list[TimelineEvent]:
    """In the order of recording; at one instant by service. `ids`: of each in audit, where two events may have one."""
    events = (_timeline_event(*each) for each in zip(received, chain(ids, repeat(None)), strict=False))
    return sorted(events, key=_order)


def merge_timelines(timelines: Iterable[Iterable[TimelineEvent]]) -> list[TimelineEvent]:
    """Those of several cases as one, in the same order."""
    return sorted(chain.from_iterable(timelines), key=_order)


def _order(event: TimelineEvent) -> tuple[datetime, str, int]:
    return event.received.recorded_at, event.received.publisher, event.received.position


def _timeline_event(received: EventReceived, own_id: UUID | None) -> TimelineEvent:
    header = _decode(received.header)
    return TimelineEvent(received, msgspec.structs.replace(header, id=own_id or header.id))


def select_known(events: Sequence[TimelineEvent], as_of: datetime | None, on: date | None) -> list[TimelineEvent]:
    """Those recorded by `as_of`; of these, those that had happened by the end of `on`, by the rule of each service.

    Raises NotYetOpened when there are none."""
    recorded = [each for each in events if as_of is None or each.received.recorded_at <= as_of]
    if events and not recorded:
        raise NotYetOpened(events[0].received.recorded_at)
    if on is None:
        return recorded
    happened = {each.header.id for each in _happened_by(recorded, on)}
    if recorded and not happened:
        raise NotYetOpened(min(each.header.effective_at for each in recorded))
    return [each for each in recorded if each.header.id in happened]


def _happened_by(events: Iterable[TimelineEvent], on: date) -> Iterator[TimelineEvent]:
    streams: defaultdict[tuple[str, UUID], list[TimelineEvent]] = defaultdict(list)
    for each in events:
        streams[each.received.publisher, each.header.stream].append(each)
    for stream in streams.values():
        times = [(each.effective_at, each.received.recorded_at) for each in stream]
        yield from (each for each, counts in zip(stream, effective_by(on, times), strict=True) if counts)


def events_after(events: Sequence[TimelineEvent], last: UUID) -> Sequence[TimelineEvent]:
    """What follows an event. Raises LookupError when it is not among them."""
    places = {each.header.id: n for n, each in enumerate(events)}
    return events[places[last] + 1 :]
