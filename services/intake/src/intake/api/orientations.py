"""/api/v1/requests/{case}/orientations: orientations within a case, and their letters."""

from __future__ import annotations

from fastapi import APIRouter

from intake.bootstrap import Deployment
from intake.documents.orientation_letter import orientation_documents
from intake.domain.orientation import (
    AcknowledgeOrientation,
    ConcludeOrientation,
    DeclineOrientation,
    ProposeOrientation,
    RecordConsent,
    SendOrientation,
)
from intake.domain.request.state import Request
from shared.kernel import Role
from shared.web.auth import CASE_READERS, STAFF
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints


def build_router(deployment: Deployment, requests: AggregateEndpoints[Request]) -> APIRouter:
    router = case_router("/requests/{case}/orientations", "orientations")
    orientations = AggregateEndpoints(router, deployment.orientations, within=requests)
    orientations.create(ProposeOrientation, *STAFF)
    orientations.command("/consent", RecordConsent, *STAFF, Role.LEADER)
    orientations.command("/sending", SendOrientation, *STAFF)
    orientations.command("/acknowledgment", AcknowledgeOrientation, *STAFF)
    orientations.command("/outcome", ConcludeOrientation, *STAFF)
    orientations.command("/refusal", DeclineOrientation, *STAFF, Role.LEADER)
    orientations.get(*CASE_READERS)
    orientations.documents(orientation_documents, *CASE_READERS)
    return router
