"""GET /api/v1/caseload: what waits for an adviser at intake."""

from __future__ import annotations

from fastapi import APIRouter

from intake.bootstrap import Deployment
from intake.caseload import build_caseload
from shared.web.collections import caseload_router


def build_router(deployment: Deployment) -> APIRouter:
    return caseload_router(
        build_caseload(lambda: deployment.settings.chase_days, lambda: deployment.settings.transfer_days)
    )
