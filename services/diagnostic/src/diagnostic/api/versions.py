"""Endpoints of the content's versions: who made each, what leaders decided on it, the changes between two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args
from uuid import UUID

from diagnostic.api.diagnoses import router
from diagnostic.domain.content.content import Content, evolve
from diagnostic.domain.content.content import Event as ContentEvent
from diagnostic.domain.content.content_diff import Change, changes
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import SubmissionVoided, ValidationVoided
from diagnostic.domain.validation import DiagnosisContested, DiagnosisSubmitted, DiagnosisValidated
from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import Role, event_name
from shared.temporal import CaseAt
from shared.web.auth import CASE_READERS
from shared.web.resources import LeaderDecision, VersionEndpoints, VersionMade
from shared.web.resources.versions import ContentVersion

VERSION_READERS = frozenset({*CASE_READERS, Role.SERVICE})


@dataclass(frozen=True, slots=True)
class DiagnosisChanges:
    """From version `since` (0: the empty content) to `version`."""

    since: int
    version: int
    changes: list[Change]


def build_versions(app: ServiceApplication, case_at: CaseAt, case: UUID) -> list[tuple[ContentVersion, Content]]:
    """Each version with its content, folded from the log: no copy of a past content is stored."""
    versions: list[tuple[ContentVersion, Content]] = []
    content = Content()
    for entry, recorded in case_at.of(case):
        if isinstance(recorded.data, get_args(ContentEvent)):
            meta, edit = recorded.meta, event_name(recorded.data).label
            content = evolve(content, recorded.data)
            number = len(versions) + 1
            version = ContentVersion(number, meta.actor, role=meta.role, made_at=entry.recorded_at, edit=edit)
            versions.append((version, content))
        else:
            _add_decision(versions, entry, recorded, app)
    return versions


def _add_decision(
    versions: VersionMade[Content], entry: LogEntry, recorded: RecordedEvent[Any], app: ServiceApplication
) -> None:
    actor, at = recorded.meta.actor, entry.recorded_at
    match recorded.data:
        case DiagnosisSubmitted(version, content_hash):
            versions[version - 1][0].submitted_at, versions[version - 1][0].content_hash = at, content_hash
        case DiagnosisValidated(version):
            versions[version - 1][0].validated.append(LeaderDecision(actor, at))
        case DiagnosisContested(version, reasons):
            versions[version - 1][0].contested.append(
                LeaderDecision(actor, at, reasons=app.key_store.display_text(reasons))
            )
        case SubmissionVoided(version) | ValidationVoided(version):
            versions[version - 1][0].voided_at = at


diagnosis_versions = VersionEndpoints(
    "Le diagnostic", decider, made=build_versions, nothing=Content(), changes=changes, difference=DiagnosisChanges
)
diagnosis_versions.offer(router, *VERSION_READERS)
