"""What happened to a case, as a person likes to read it? By phase, oldest or newest first, with what led to what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from shared.kernel import PHASE_LABELS

BEGINS = {"intake": 0, "diagnostic": 1, "parcours": 2, "followup": 4}
VALIDATED = "parcours-validated"
OLDEST, NEWEST = "anciens", "recents"


@dataclass(frozen=True, slots=True)
class Line:
    """`event`: as audit told it; `cause`: the line that led to it, where it is in this case."""

    event: dict[str, Any]
    phase: int
    cause: dict[str, Any] | None

    @property
    def label(self) -> str:
        return label_of(self.event)

    @property
    def dated(self) -> bool:
        """Whether it happened another day than it was recorded."""
        return str(self.event["effective_at"])[:10] != str(self.event["recorded_at"])[:10]


@dataclass(frozen=True, slots=True)
class Phase:
    number: int
    lines: list[Line]

    @property
    def title(self) -> str:
        return PHASE_LABELS[self.number]

    @property
    def count(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of all lines; an empty collection stands for all."""

    phases: Collection[int] = ()
    roles: Collection[str] = ()
    events: Collection[str] = ()
    order: str = OLDEST

    def __contains__(self, line: Line) -> bool:
        return (
            (not self.phases or line.phase in self.phases)
            and (not self.roles or line.event["role"] in self.roles)
            and (not self.events or line.event["event"] in self.events)
        )

    def __bool__(self) -> bool:
        return bool(self.phases or self.roles or self.events)


def lines_of(events: Sequence[dict[str, Any]]) -> list[Line]:
    """Oldest first. One service holds two phases: élaboration until the structure has validated its parcours."""
    by_id = {event["id"]: event for event in events}
    begins, lines = dict(BEGINS), []
    for event in events:
        lines.append(Line(event, begins.get(event["service"], 0), cause=by_id.get(event["causation"])))
        if event["event"] == VALIDATED:
            begins["parcours"] = 3
    return lines


def by_phase(lines: Iterable[Line], wanted: Wanted) -> list[Phase]:
    """The phases that have something to show; the one that moved last comes first when the newest do."""
    phases: dict[int, list[Line]] = {}
    for line in lines:
        if line in wanted:
            phases.setdefault(line.phase, []).append(line)
    if wanted.order == OLDEST:
        return [Phase(number, phases[number]) for number in sorted(phases)]
    latest = sorted(phases, key=lambda number: str(phases[number][-1].event["recorded_at"]), reverse=True)
    return [Phase(number, phases[number][::-1]) for number in latest]


def label_of(event: dict[str, Any]) -> str:
    """Audit keeps no label of an event that was heard before labels travelled."""
    return event["label"] or str(event["event"]).replace("-", " ").capitalize()


def offered(lines: Iterable[Line]) -> dict[str, dict[str, str]]:
    """What there is to filter by: role and event codes, with their labels."""
    lines = list(lines)
    roles = {line.event["role"]: "" for line in lines}
    events = {line.event["event"]: line.label for line in lines}
    return {"roles": roles, "events": dict(sorted(events.items(), key=lambda item: item[1]))}
