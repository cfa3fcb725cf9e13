"""Health of the ledger over HTTP, for operators, auditors and the DPO."""

from __future__ import annotations

from typing import Annotated

from audit.health import Health, get_health
from shared.kernel import Role
from shared.web.auth import Caller, authorize, requires
from shared.web.requests import AppDep, case_router

router = case_router("/ledger", "ledger")


@router.get("/health", summary="Health of the ledger")
def health(app: AppDep, caller: Annotated[Caller, requires(Role.AUDITOR, Role.DPO, Role.OPS)]) -> Health:
    """Size, last checkpoint, why none is signed, lag of each service, last reconciliation. It reveals nothing of a
    case."""
    authorize(caller)
    return get_health(app)
