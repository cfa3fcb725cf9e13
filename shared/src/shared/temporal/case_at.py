"""A whole case at a past point in time, in one service: its main aggregate, and all others of the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from shared.eventlog import LoadedAggregate, LogEntry, ServiceApplication, UnknownCase
from shared.kernel import Decider
from shared.temporal.aggregate_at import (
    NotYetOpened,
    PointInTime,
    RecordedEntry,
    VersionNotReached,
    events_effective_by,
    require_closed,
)

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class CaseAt:
    """`counted`: the events that count, of all the case's aggregates, in log order. `last`: the last one recorded;
    `version`: of the main aggregate, by then."""

    counted: Sequence[RecordedEntry]
    last: LogEntry
    version: int

    def entries_of(self, stream: UUID) -> list[RecordedEntry]:
        return [pair for pair in self.counted if pair[0].originator_id == stream]

    def load(self, decider: Decider[S], stream: UUID) -> LoadedAggregate[S]:
        """One of the aggregates, as it was."""
        entries = self.entries_of(stream)
        return LoadedAggregate(entries[-1][0].originator_version, decider.state(event.data for _, event in entries))

    def streams_opened_by(self, event: type) -> list[UUID]:
        """The aggregates whose first event is of this type, the oldest first."""
        return [entry.originator_id for entry, recorded in self.counted if isinstance(recorded.data, event)]


def load_case_at(
    app: ServiceApplication, decider: Decider[Any], case: UUID, point: PointInTime, *, unopened: bool = False
) -> CaseAt:
    """The case as it was. A version is the main aggregate's; the others count as they were when it was recorded.
    `unopened`: a case whose main aggregate has not begun in this service counts too, with the others alone.

    Raises like `load_aggregate_at`."""
    if point.as_of:
        require_closed(app, point.as_of)
    recorded = list(app.events_of(app.recorder.entries_of_case(case)))
    own = [pair for pair in recorded if pair[0].originator_id == case]
    if recorded and not own and unopened:
        own = recorded
    elif not own or type(own[0][1].data) not in decider.events:
        raise UnknownCase(str(case))
    opened = own[0][0].originator_id == case
    if point.version is not None:
        if point.version > (reachable := len(own) if opened else 0):
            raise VersionNotReached(reachable)
        reached = own[point.version - 1][0].id
        recorded = [pair for pair in recorded if pair[0].id <= reached]
    if point.as_of:
        recorded = [pair for pair in recorded if pair[0].recorded_at <= point.as_of]
    version = sum(entry.originator_id == case for entry, _ in recorded)
    if not recorded or (opened and not version):
        raise NotYetOpened(own[0][0].recorded_at)
    counted = recorded
    if point.on:
        streams: defaultdict[Any, list[RecordedEntry]] = defaultdict(list)
        for pair in recorded:
            streams[pair[0].originator_id].append(pair)
        counted = sorted(
            (pair for each in streams.values() for pair in events_effective_by(each, point.on)),
            key=lambda pair: pair[0].id,
        )
        if not any(entry.originator_id == case or not opened for entry, _ in counted):
            since = streams[case] if opened else recorded
            raise NotYetOpened(min(event.meta.effective_at or entry.recorded_at for entry, event in since))
    return CaseAt(counted, recorded[-1][0], version=version)
