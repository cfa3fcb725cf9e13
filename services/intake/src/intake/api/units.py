"""/api/v1/units: the units of the deployment, for whoever has a right."""

from __future__ import annotations

from fastapi import APIRouter

from intake.bootstrap import Deployment
from intake.domain.reference.territory import Unit
from intake.operations.units import find_units
from shared.kernel import Role
from shared.web.auth import requires
from shared.web.requests import AppDep, case_router


def build_router(deployment: Deployment) -> APIRouter:
    router = case_router("/units", "reference")

    @router.get("", summary="List the units", dependencies=[requires(*Role)])
    def list_units(app: AppDep) -> list[Unit]:
        """Those of this deployment's table of competence, and those that a right of the register names, by their code.

        A unit that the table does not name is of the kind `other`, and is called by its code."""
        return find_units(app.recorder, deployment.competence)

    return router
