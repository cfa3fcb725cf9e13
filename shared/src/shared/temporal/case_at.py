"""What had been told of a whole case by a past moment, in one service? Its aggregate, and all that stands beside it."""

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
    """`told`: the events that count, of all the case's aggregates, in the order of the log. `last`: the last one that
    had been recorded; `version`: of the case's own aggregate, by then."""

    told: Sequence[RecordedEntry]
    last: LogEntry
    version: int

    def entries_of(self, stream: UUID) -> list[RecordedEntry]:
        return [one for one in self.told if one[0].originator_id == stream]

    def loaded(self, decider: Decider[S], stream: UUID) -> LoadedAggregate[S]:
        """One of them, as it was."""
        told = self.entries_of(stream)
        return LoadedAggregate(told[-1][0].originator_version, decider.state(event.data for _, event in told))

    def streams_opened_by(self, event: type) -> list[UUID]:
        """The aggregates that such an event began, the first one first."""
        return [entry.originator_id for entry, told in self.told if isinstance(told.data, event)]  # type: ignore[misc]


def load_case_at(
    app: ServiceApplication, decider: Decider[Any], case: UUID, moment: PointInTime, *, unopened: bool = False
) -> CaseAt:
    """A version is the case's own aggregate's: what stands beside it counts as it was when that version was recorded.
    `unopened`: a case that has not come to this service yet counts too, with what stands beside it alone.

    Raises like `shared.temporal.aggregate_at.replayed`."""
    if moment.as_of:
        require_closed(app, moment.as_of)
    recorded = list(app.events_of(app.recorder.entries_of_case(case)))
    own = [one for one in recorded if one[0].originator_id == case]
    if recorded and not own and unopened:
        own = recorded
    elif not own or type(own[0][1].data) not in decider.events:
        raise UnknownCase(str(case))
    opened = own[0][0].originator_id == case
    if moment.version is not None:
        if moment.version > (reachable := len(own) if opened else 0):
            raise VersionNotReached(reachable)
        reached = own[moment.version - 1][0].id
        recorded = [one for one in recorded if one[0].id <= reached]
    if moment.as_of:
        recorded = [one for one in recorded if one[0].recorded_at <= moment.as_of]
    version = sum(entry.originator_id == case for entry, _ in recorded)
    if not recorded or (opened and not version):
        raise NotYetOpened(own[0][0].recorded_at)
    told = recorded
    if moment.on:
        streams: defaultdict[Any, list[RecordedEntry]] = defaultdict(list)
        for one in recorded:
            streams[one[0].originator_id].append(one)
        told = sorted(
            (one for each in streams.values() for one in events_effective_by(each, moment.on)),
            key=lambda one: one[0].id,
        )
        if not any(entry.originator_id == case or not opened for entry, _ in told):
            since = streams[case] if opened else recorded
            raise NotYetOpened(min(event.meta.effective_at or entry.recorded_at for entry, event in since))
    return CaseAt(told, recorded[-1][0], version=version)
