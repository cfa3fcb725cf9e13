"""/api/v1/requests/{case}/orientations: orientations within a case, and their letters."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Response

from intake.api.mails import MAIL_OFF, require_mail
from intake.bootstrap import Deployment
from intake.documents.orientation_letter import orientation_documents
from intake.domain.orientation import (
    AcknowledgeOrientation,
    ChaseOrientation,
    ConcludeOrientation,
    DeclineOrientation,
    Orientation,
    OrientationProposed,
    OrientationStatus,
    ProposeOrientation,
    RecordConsent,
    SendOrientation,
)
from intake.domain.orientation import decider as orientation_decider
from intake.domain.reference.courts import COURTS, CourtHint, hint_court
from intake.domain.request import request
from intake.domain.request.state import Request
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth import CASE_READERS, STAFF, Caller, CaseReaderDep, authorize
from shared.web.collections import load_case_for_response
from shared.web.requests import AppDep, PointInTimeDep, case_router
from shared.web.resources import AggregateEndpoints


@dataclass(frozen=True, slots=True)
class OrientationExtra:
    """`court`: which court hears the structure, where the target is one."""

    court: CourtHint | None


def extra_fields(app: ServiceApplication, _id: UUID, state: Orientation) -> OrientationExtra:
    if state.code not in COURTS or state.case is None:
        return OrientationExtra(None)
    return OrientationExtra(hint_court(app.load_existing(request.decider, state.case).state.structure))


@dataclass(frozen=True, slots=True)
class OrientationRow:
    """`target`: of the list of targets; null for another, which may be a person and which the orientation alone names.
    `status_label`: in French."""

    id: UUID
    status: OrientationStatus
    status_label: str
    target: str | None


def list_orientations(
    case: UUID,
    app: AppDep,
    caller: CaseReaderDep,
    point_in_time: PointInTimeDep,
    response: Response,
) -> list[OrientationRow]:
    """The first one first, now or at a past instant; `version` is that of the request."""
    authorize(caller, case, request.decider.name)
    found = load_case_for_response(app, request.decider, case, point_in_time, response)
    states = ((id_, found.load(orientation_decider, id_).state) for id_ in found.streams_opened_by(OrientationProposed))
    return [
        OrientationRow(id_, state.status, status_label=state.status.label, target=state.target if state.code else None)
        for id_, state in states
    ]


def build_router(
    deployment: Deployment, requests: AggregateEndpoints[Request]
) -> tuple[APIRouter, AggregateEndpoints[Orientation]]:
    def require_mail_for_recipient(
        _app: ServiceApplication, _caller: Caller, _case: UUID, command: SendOrientation
    ) -> None:
        if command.recipient is not None:
            require_mail(deployment)

    router = case_router("/requests/{case}/orientations", "orientations")
    router.get("", summary="List the orientations of a case")(list_orientations)
    orientations = AggregateEndpoints(router, deployment.orientations, within=requests)
    orientations.create(ProposeOrientation, *STAFF)
    orientations.command("/consent", RecordConsent, *STAFF, Role.LEADER)
    orientations.command("/sending", SendOrientation, *STAFF, check=require_mail_for_recipient, may_refuse=(MAIL_OFF,))
    orientations.command("/acknowledgment", AcknowledgeOrientation, *STAFF, Role.RECIPIENT)
    orientations.command("/chases", ChaseOrientation, *STAFF)
    orientations.command("/outcome", ConcludeOrientation, *STAFF, Role.RECIPIENT)
    orientations.command("/refusal", DeclineOrientation, *STAFF, Role.LEADER, Role.RECIPIENT)
    orientations.get(*CASE_READERS, extra=extra_fields, extra_kind=OrientationExtra)
    orientations.with_case("orientations", opened_by=OrientationProposed)
    orientations.documents(orientation_documents, *CASE_READERS)
    return router, orientations
