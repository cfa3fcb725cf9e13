"""Endpoints of the content's versions: who made each, what leaders decided on it, the changes between two."""

from __future__ import annotations

from uuid import UUID

from parcours.domain.building.content_diff import ParcoursSection, content_facts
from parcours.domain.building.validation import (
    ParcoursAdjusted,
    ParcoursContested,
    ParcoursShared,
    ParcoursValidated,
    SharedVersionVoided,
)
from parcours.domain.parcours import decider
from parcours.domain.state import Parcours, ParcoursContent
from shared.eventlog import ServiceApplication
from shared.temporal import CaseAt
from shared.web.resources import VersionEndpoints, VersionHistory


def build_history(app: ServiceApplication, case_at: CaseAt, case: UUID) -> VersionHistory[ParcoursContent]:
    """Folded from the log at each reading: no copy of a past content is stored."""
    history = VersionHistory[ParcoursContent]()
    state: Parcours = decider.initial
    for entry, recorded in case_at.entries_of(case):
        state = decider.evolve(state, recorded.data)
        if state.content_version > len(history.versions):
            history.add(entry, recorded, state.content(state.period))
        match recorded.data:
            case ParcoursShared(version, content_hash):
                history.submit(version, content_hash, entry)
            case ParcoursValidated(version):
                history.validate(version, entry, recorded)
            case ParcoursContested(version, reason):
                history.contest(version, app.key_store.display_text(reason), entry, recorded)
            case SharedVersionVoided(version):
                history.void(version, entry)
            case ParcoursAdjusted():
                for validated in (each for each in history.versions if each.validated and each.voided_at is None):
                    history.void(validated.version, entry)
    return history


parcours_versions = VersionEndpoints(
    "Le parcours",
    decider,
    build_history=build_history,
    empty=ParcoursContent(),
    sections=ParcoursSection,
    facts=content_facts,
)
