"""GET /api/v1/caseload: what waits for an adviser at intake."""

from __future__ import annotations

from fastapi import APIRouter

from intake.bootstrap import Deployment
from intake.caseload import caseload_of
from shared.web.collections import caseload_router


def build_router(deployment: Deployment) -> APIRouter:
    return caseload_router(caseload_of(deployment))
