"""What did each version of a parcours say, who made it, and what did leaders say of it? Told anew from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from parcours.domain.building.content_diff import Change, diff_contents
from parcours.domain.building.validation import (
    ParcoursAdjusted,
    ParcoursContested,
    ParcoursShared,
    ParcoursValidated,
    SharedVersionVoided,
)
from parcours.domain.parcours import decider
from parcours.domain.state import Content, Parcours
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import event_name
from shared.temporal import CaseAt
from shared.web.resources import LeaderDecision, VersionEndpoints, VersionMade
from shared.web.resources.versions import ContentVersion


@dataclass(frozen=True, slots=True)
class Difference:
    """From version `since` (0: nothing yet) to `version`."""

    since: int
    version: int
    changes: list[Change]


def versions_made(app: ServiceApplication, then: CaseAt, case: UUID) -> list[tuple[ContentVersion, Content]]:
    """Each version, with the content as it was when that version was made."""
    found: list[tuple[ContentVersion, Content]] = []
    state: Parcours = decider.initial
    for entry, recorded in then.of(case):
        state = decider.evolve(state, recorded.data)
        if state.content_version > len(found):
            who = recorded.meta
            version = ContentVersion(
                len(found) + 1,
                who.actor,
                role=who.role,
                made_at=entry.recorded_at,
                edit=event_name(recorded.data).label,
            )
            found.append((version, state.content(state.period)))
        _leaders_part(found, entry, recorded, app)
    return found


def _leaders_part(
    made: VersionMade[Content], entry: LogEntry, recorded: RecordedEvent[Any], app: ServiceApplication
) -> None:
    who, at = recorded.meta.actor, entry.recorded_at
    match recorded.data:
        case ParcoursShared(version, _, content_hash=seen):
            made[version - 1][0].submitted_at, made[version - 1][0].content_hash = at, seen
        case ParcoursValidated(version):
            made[version - 1][0].validated.append(LeaderDecision(who, at))
        case ParcoursContested(version, reasons):
            made[version - 1][0].contested.append(LeaderDecision(who, at, reasons=app.key_store.display_text(reasons)))
        case SharedVersionVoided(version):
            made[version - 1][0].voided_at = at
        case ParcoursAdjusted():
            for validated in (each for each, _ in made if each.validated and each.voided_at is None):
                validated.voided_at = at


parcours_versions = VersionEndpoints(
    "Le parcours", decider, made=versions_made, nothing=Content(), changes=diff_contents, difference=Difference
)
