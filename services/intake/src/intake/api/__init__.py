"""Intake's HTTP API, a module per resource. Each module builds its router for one deployment."""

from __future__ import annotations

from fastapi import APIRouter

from intake.api import (
    calendar_feeds,
    caseload,
    chases,
    derogations,
    erasure,
    mail_preferences,
    mails,
    names,
    orientations,
    personal_links,
    reference,
    register,
    requests,
    retention,
    self_checks,
    transmissions,
    units,
)
from intake.bootstrap import Deployment
from intake.domain.attachments import OF_LEADERS, RequestAttachmentKind
from shared.kernel import Role
from shared.web.auth import CASE_READERS
from shared.web.resources import Contribution, attachments_router


def build_routers(deployment: Deployment) -> tuple[APIRouter, ...]:
    """In the order in which paths are matched: `/requests/chases` before `/requests/{id}`."""
    request_router, request_endpoints = requests.build_router(deployment)
    orientation_router, orientation_endpoints = orientations.build_router(deployment, request_endpoints)
    link_router = personal_links.build_router(deployment, request_endpoints)
    attachment_router = attachments_router(
        "/requests",
        request_endpoints,
        RequestAttachmentKind,
        *CASE_READERS,
        contributions={Role.LEADER: Contribution(OF_LEADERS)},
    )
    request_endpoints.get_with_parts()
    return (
        chases.build_router(deployment),
        derogations.router,
        request_router,
        orientation_router,
        transmissions.build_router(orientation_endpoints),
        link_router,
        attachment_router,
        register.build_router(deployment),
        reference.build_router(deployment),
        units.build_router(deployment),
        self_checks.router,
        caseload.build_router(deployment),
        erasure.build_router(deployment),
        retention.build_router(deployment),
        names.router,
        *mails.build_routers(deployment),
        *mail_preferences.build_routers(deployment),
        *calendar_feeds.build_routers(deployment),
    )
