"""/api/v1/requests/{case}/orientations: orientations within a case, and their letters."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter

from intake.bootstrap import Deployment
from intake.documents.orientation_letter import orientation_documents
from intake.domain.orientation import (
    AcknowledgeOrientation,
    ChaseOrientation,
    ConcludeOrientation,
    DeclineOrientation,
    Orientation,
    ProposeOrientation,
    RecordConsent,
    SendOrientation,
)
from intake.domain.reference.courts import COURTS, CourtHint, hint_court
from intake.domain.request import request
from intake.domain.request.state import Request
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth import CASE_READERS, STAFF
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints


@dataclass(frozen=True, slots=True)
class OrientationExtra:
    """`court`: which court hears the structure, where the target is one."""

    court: CourtHint | None


def extra_fields(app: ServiceApplication, _id: UUID, state: Orientation) -> OrientationExtra:
    if state.code not in COURTS or state.case is None:
        return OrientationExtra(None)
    return OrientationExtra(hint_court(app.load_existing(request.decider, state.case).state.structure))


def build_router(deployment: Deployment, requests: AggregateEndpoints[Request]) -> APIRouter:
    router = case_router("/requests/{case}/orientations", "orientations")
    orientations = AggregateEndpoints(router, deployment.orientations, within=requests)
    orientations.create(ProposeOrientation, *STAFF)
    orientations.command("/consent", RecordConsent, *STAFF, Role.LEADER)
    orientations.command("/sending", SendOrientation, *STAFF)
    orientations.command("/acknowledgment", AcknowledgeOrientation, *STAFF)
    orientations.command("/chases", ChaseOrientation, *STAFF)
    orientations.command("/outcome", ConcludeOrientation, *STAFF)
    orientations.command("/refusal", DeclineOrientation, *STAFF, Role.LEADER)
    orientations.get(*CASE_READERS, extra=extra_fields, extra_kind=OrientationExtra)
    orientations.documents(orientation_documents, *CASE_READERS)
    return router
