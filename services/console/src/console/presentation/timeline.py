"""A case's timeline: events grouped by phase, oldest or newest first, each with its cause."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.presentation.labels import format_day
from shared.kernel import PHASE_LABELS

FIRST_PHASES = {"intake": 0, "diagnostic": 1, "parcours": 2, "followup": 4}
PARCOURS_VALIDATED = "parcours-validated"
OLDEST, NEWEST = "anciens", "recents"
LINES_AT_ONCE, LINES_OF_A_PHASE = 80, 12
"""A longer timeline shows so many lines of each phase, and leads to the others: a page stays under 100 kB."""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """`event`: as audit returns it; `cause`: the event of this case that led to it, if any. `actor_name`: of who did
    it, where audit gives it."""

    event: dict[str, Any]
    phase: int
    cause: dict[str, Any] | None
    actor_name: str | None = None

    @property
    def label(self) -> str:
        return label_of(self.event)

    @property
    def is_backdated(self) -> bool:
        """Whether it happened on another day than it was recorded."""
        return format_day(str(self.event["effective_at"])) != format_day(str(self.event["recorded_at"]))


@dataclass(frozen=True, slots=True)
class Phase:
    """`lines`: those that are shown; `left`: how many others there are."""

    number: int
    lines: list[TimelineLine]
    left: int = 0

    @property
    def title(self) -> str:
        return PHASE_LABELS[self.number]

    @property
    def count(self) -> int:
        return len(self.lines) + self.left


@dataclass(frozen=True, slots=True)
class TimelineDisplayFilter:
    """Which lines to show; an empty collection means all."""

    phases: Collection[int] = ()
    roles: Collection[str] = ()
    events: Collection[str] = ()
    order: str = OLDEST

    def __contains__(self, line: TimelineLine) -> bool:
        return (
            (not self.phases or line.phase in self.phases)
            and (not self.roles or line.event["role"] in self.roles)
            and (not self.events or line.event["event"] in self.events)
        )

    def __bool__(self) -> bool:
        return bool(self.phases or self.roles or self.events)


def lines_of(events: Sequence[dict[str, Any]], names: Mapping[str, str] | None = None) -> list[TimelineLine]:
    """The lines, oldest first; `names`: of who acted, by id. parcours holds two phases: élaboration until the structure
    validates its parcours."""
    by_id = {event["id"]: event for event in events}
    begins, lines = dict(FIRST_PHASES), []
    for event in events:
        cause, actor_name = by_id.get(event["causation"]), (names or {}).get(event["actor"])
        lines.append(TimelineLine(event, begins.get(event["service"], 0), cause=cause, actor_name=actor_name))
        if event["event"] == PARCOURS_VALIDATED:
            begins["parcours"] = 3
    return lines


def group_by_phase(lines: Iterable[TimelineLine], timeline_filter: TimelineDisplayFilter) -> list[Phase]:
    """The phases that have lines to show; newest first, the phase that moved last comes first."""
    phases: dict[int, list[TimelineLine]] = {}
    for line in lines:
        if line in timeline_filter:
            phases.setdefault(line.phase, []).append(line)
    if timeline_filter.order == OLDEST:
        return [Phase(number, phases[number]) for number in sorted(phases)]
    latest = sorted(phases, key=lambda number: str(phases[number][-1].event["recorded_at"]), reverse=True)
    return [Phase(number, phases[number][::-1]) for number in latest]


def shorten_phases(phases: Sequence[Phase]) -> list[Phase]:
    """The beginning of each phase, where they are long together."""
    if sum(phase.count for phase in phases) <= LINES_AT_ONCE:
        return [*phases]
    return [
        Phase(phase.number, phase.lines[:LINES_OF_A_PHASE], left=max(0, phase.count - LINES_OF_A_PHASE))
        for phase in phases
    ]


def label_of(event: dict[str, Any]) -> str:
    """Audit has no label of events that it received before labels travelled."""
    return event["label"] or str(event["event"]).replace("-", " ").capitalize()


def filter_choices(lines: Iterable[TimelineLine]) -> dict[str, dict[str, str]]:
    """The role and event codes to filter by, with their labels."""
    lines = list(lines)
    roles = {line.event["role"]: "" for line in lines}
    events = {line.event["event"]: line.label for line in lines}
    return {"roles": roles, "events": dict(sorted(events.items(), key=lambda item: item[1]))}
