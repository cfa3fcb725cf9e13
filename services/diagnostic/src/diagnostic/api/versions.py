"""Endpoints of the content's versions: who made each, what leaders decided on it, the changes between two."""

from __future__ import annotations

from typing import get_args
from uuid import UUID

from diagnostic.api.diagnoses import router
from diagnostic.domain.content.content import DiagnosisContent, DiagnosisSection, evolve
from diagnostic.domain.content.content import Event as ContentEvent
from diagnostic.domain.content.content_diff import content_facts
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import SubmissionVoided, ValidationVoided
from diagnostic.domain.validation import DiagnosisContested, DiagnosisSubmitted, DiagnosisValidated
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.temporal import CaseAt
from shared.web.auth import CASE_READERS
from shared.web.resources import VersionEndpoints, VersionHistory

VERSION_READERS = frozenset({*CASE_READERS, Role.SERVICE})


def build_history(app: ServiceApplication, case_at: CaseAt, case: UUID) -> VersionHistory[DiagnosisContent]:
    """Folded from the log at each reading: no copy of a past content is stored."""
    history, content = VersionHistory[DiagnosisContent](), DiagnosisContent()
    for entry, recorded in case_at.entries_of(case):
        match recorded.data:
            case edit if isinstance(edit, get_args(ContentEvent)):
                content = evolve(content, edit)
                history.add(entry, recorded, content)
            case DiagnosisSubmitted(version, content_hash):
                history.submit(version, content_hash, entry)
            case DiagnosisValidated(version):
                history.validate(version, entry, recorded)
            case DiagnosisContested(version, reason):
                history.contest(version, app.key_store.display_text(reason), entry, recorded)
            case SubmissionVoided(version) | ValidationVoided(version):
                history.void(version, entry)
    return history


diagnosis_versions = VersionEndpoints(
    "Le diagnostic",
    decider,
    build_history=build_history,
    empty=DiagnosisContent(),
    sections=DiagnosisSection,
    facts=content_facts,
)
diagnosis_versions.add_to(router, *VERSION_READERS)
