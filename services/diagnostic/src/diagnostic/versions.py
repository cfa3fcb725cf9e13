"""What did each version of a diagnosis say, who made it, and what did leaders say of it? Told anew from the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, get_args
from uuid import UUID

from diagnostic.domain.changes import Change, changes
from diagnostic.domain.committee import Share
from diagnostic.domain.content import Content
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.edits import with_edit
from diagnostic.domain.events import (
    DiagnosisContested,
    DiagnosisSubmitted,
    DiagnosisValidated,
    Edit,
    SubmissionVoided,
    ValidationVoided,
)
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication, to_plain
from shared.kernel import event_name
from shared.temporal import CaseAt, PointInTime
from shared.web.resources import LeaderDecision, VersionEndpoints, VersionMade
from shared.web.resources.versions import ContentVersion


@dataclass(frozen=True, slots=True)
class SharedReading:
    """What a committee may see of version `version` through the end of the day `until`."""

    version: int
    until: date
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """From version `since` (0: nothing yet) to `version`."""

    since: int
    version: int
    changes: list[Change]


def made(app: ServiceApplication, then: CaseAt, case: UUID) -> list[tuple[ContentVersion, Content]]:
    """Each version, with the content as it was when that version was made."""
    found: list[tuple[ContentVersion, Content]] = []
    content = Content()
    for entry, recorded in then.of(case):
        if isinstance(recorded.data, get_args(Edit)):
            who, edit = recorded.meta, event_name(recorded.data).label
            content = with_edit(content, recorded.data)
            found.append(
                (
                    ContentVersion(len(found) + 1, who.actor, role=who.role, made_at=entry.recorded_at, edit=edit),
                    content,
                )
            )
        else:
            _leaders_part(found, entry, recorded, app)
    return found


def shared_today(app: ServiceApplication, case: UUID) -> Share:
    """Raises UnknownCase, or Refused when nothing is shared today, or no longer."""
    return app.existing(decider, case).state.committee.seen_on(app.clock.now().date())


def shared(
    app: ServiceApplication, then: CaseAt, case: UUID, moment: PointInTime, within: Share | None
) -> SharedReading:
    """Of it only the parts that are shared `within` another share, if any. Raises Refused when nothing was shared
    then, or no longer."""
    day = app.clock.now() if moment == PointInTime() else moment.as_of or then.last.recorded_at
    share = then.loaded(decider, case).state.committee.seen_on(day.astimezone(UTC).date())
    content = to_plain(of_diagnosis.at(made(app, then, case), share.version), app.vault.shown)
    scope = [section for section in share.scope if within is None or section in within.scope]
    return SharedReading(share.version, share.until, content={section: content[section] for section in scope})


def _leaders_part(
    made: VersionMade[Content], entry: LogEntry, recorded: RecordedEvent[Any], app: ServiceApplication
) -> None:
    who, at = recorded.meta.actor, entry.recorded_at
    match recorded.data:
        case DiagnosisSubmitted(version, seen):
            made[version - 1][0].submitted_at, made[version - 1][0].content_hash = at, seen
        case DiagnosisValidated(version):
            made[version - 1][0].validated.append(LeaderDecision(who, at))
        case DiagnosisContested(version, reasons):
            made[version - 1][0].contested.append(LeaderDecision(who, at, reasons=app.vault.shown(reasons)))
        case SubmissionVoided(version) | ValidationVoided(version):
            made[version - 1][0].voided_at = at


of_diagnosis = VersionEndpoints(
    "Le diagnostic", decider, made=made, nothing=Content(), changes=changes, difference=Difference
)
