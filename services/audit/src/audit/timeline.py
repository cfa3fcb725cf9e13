"""What happened to a case across the phases, as it was known at a past moment? From what audit has heard alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from audit.domain import EventReceived
from shared.temporal import NotYetOpened, effective_by


class TimelineHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What a timeline reads of an event's header."""

    id: UUID
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
    """An event as audit has heard it, with its header read."""

    heard: EventReceived
    header: TimelineHeader

    @property
    def effective_at(self) -> datetime | None:
        """Null when the service dated it by its recording alone."""
        return None if self.header.effective_at == self.heard.recorded_at else self.header.effective_at


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """Of a case's events, those that somebody asks for; an empty collection stands for all."""

    services: Collection[str] = ()
    roles: Collection[str] = ()
    events: Collection[str] = ()

    def __contains__(self, told: TimelineEvent) -> bool:
        return (
            (not self.services or told.heard.publisher in self.services)
            and (not self.roles or told.header.role in self.roles)
            and (not self.events or told.heard.event in self.events)
        )


def build_timeline(heard: Iterable[EventReceived]) -> list[TimelineEvent]:
    """In the order in which they were recorded; at one instant by service."""
    told = (TimelineEvent(event, _decode(event.header)) for event in heard)
    return sorted(told, key=lambda each: (each.heard.recorded_at, each.heard.publisher, each.heard.position))


def select_known(told: Sequence[TimelineEvent], as_of: datetime | None, on: date | None) -> list[TimelineEvent]:
    """Recorded by `as_of`; of these, what had happened by the end of `on`, as each service would count it.

    Raises NotYet when nothing was."""
    by_then = [each for each in told if as_of is None or each.heard.recorded_at <= as_of]
    if told and not by_then:
        raise NotYetOpened(told[0].heard.recorded_at)
    if on is None:
        return by_then
    kept = {each.header.id for each in _happened(by_then, on)}
    if by_then and not kept:
        raise NotYetOpened(min(each.header.effective_at for each in by_then))
    return [each for each in by_then if each.header.id in kept]


def _happened(told: Iterable[TimelineEvent], on: date) -> Iterator[TimelineEvent]:
    streams: defaultdict[tuple[str, UUID], list[TimelineEvent]] = defaultdict(list)
    for each in told:
        streams[each.heard.publisher, each.header.stream].append(each)
    for stream in streams.values():
        times = [(each.effective_at, each.heard.recorded_at) for each in stream]
        yield from (each for each, counts in zip(stream, effective_by(on, times), strict=True) if counts)


def events_after(told: Sequence[TimelineEvent], last: UUID) -> Sequence[TimelineEvent]:
    """What follows an event. Raises LookupError when it is not among them."""
    places = {each.header.id: n for n, each in enumerate(told)}
    return told[places[last] + 1 :]
