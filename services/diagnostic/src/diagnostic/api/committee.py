"""Endpoints of the support committee: the leaders' agreement, what is shared with it, and its opinions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from diagnostic.api.diagnoses import diagnoses, router
from diagnostic.api.versions import VERSION_READERS, build_history, diagnosis_versions
from diagnostic.domain import committee
from diagnostic.domain.committee import Sharing
from diagnostic.domain.content.content import DiagnosisContent
from diagnostic.domain.diagnosis import decider
from shared.eventlog import ServiceApplication, to_plain
from shared.kernel import Role, paris_date
from shared.temporal import PRESENT, CaseAt, PointInTime
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import Shape, problem_responses
from shared.web.requests import AppDep, RecordedPointDep

SHARE_READERS = VERSION_READERS | {Role.COMMITTEE}

diagnoses.command("/sharing-agreement", committee.AgreeToShare, Role.LEADER)
diagnoses.command("/sharing-withdrawal", committee.WithdrawAgreement, Role.LEADER)
diagnoses.command("/committee", committee.ShareWithCommittee, *STAFF)
diagnoses.command("/opinions", committee.GiveOpinion, Role.COMMITTEE)


SHARED_SECTIONS = Shape(
    DiagnosisContent, name="SharedSections", description="The sections that are shared, and no others", partial=True
)


@dataclass(frozen=True, slots=True)
class SharedContent:
    """What a committee may see of version `version` through the end of the day `until`."""

    version: int
    until: date
    content: Annotated[dict[str, Any], SHARED_SECTIONS]


@router.get("/{id}/shared", responses=problem_responses(409), summary="Get what is shared with the committee")
def get_shared_content(
    id: UUID,  # noqa: A002
    app: AppDep,
    caller: Annotated[Caller, requires(*SHARE_READERS)],
    point_in_time: RecordedPointDep,
    response: Response,
) -> SharedContent:
    """The sections of the version that the structure agreed to share, until the day it named. At a past point in time,
    a committee reads those sections of what was shared then that are still shared today."""
    authorize(caller, id, decider.name)
    limit = _current_sharing(app, id) if caller.actor.role is Role.COMMITTEE else None
    case_at = load_case_for_response(app, decider, id, point_in_time, response)
    return _shared_content(app, case_at, id, point_in_time, limit)


def _current_sharing(app: ServiceApplication, case: UUID) -> Sharing:
    """Raises UnknownCase, or Refused when nothing is shared today, or no longer."""
    return app.load_existing(decider, case).state.committee.sharing_on(paris_date(app.clock.now()))


def _shared_content(
    app: ServiceApplication, case_at: CaseAt, case: UUID, point_in_time: PointInTime, limit: Sharing | None
) -> SharedContent:
    """Only the sections that `limit` contains, if it is given. Raises Refused when nothing was shared then, or no
    longer."""
    at = app.clock.now() if point_in_time == PRESENT else point_in_time.as_of or case_at.last.recorded_at
    sharing = case_at.load(decider, case).state.committee.sharing_on(paris_date(at))
    content = to_plain(
        diagnosis_versions.content_at(build_history(app, case_at, case), sharing.version), app.key_store.display_text
    )
    sections = [section for section in sharing.scope if limit is None or section in limit.scope]
    return SharedContent(sharing.version, sharing.until, content={section: content[section] for section in sections})
