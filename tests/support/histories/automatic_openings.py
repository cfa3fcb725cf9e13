"""What stands in each service before anybody asks anything: what opens by itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from diagnostic.domain.lifecycle import OpenDiagnosis
from followup.domain.opening import OpenFollowUp
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ReceivedPlan
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, uuid7

UNIT, ADVISER = "dla-44", "some-adviser"


def opened_by_itself(
    name: str, app: ServiceApplication, case: UUID | None = None, unit: str = UNIT
) -> dict[str, list[str]]:
    """By collection: what no caller opens."""
    now = app.clock.now()
    opening: dict[str, tuple[str, Any]] = {
        "diagnostic": (
            "/api/v1/diagnoses",
            OpenDiagnosis(uuid7(), unit, adviser=ADVISER, admitted_at=now, headcount=12),
        ),
        "parcours": (
            "/api/v1/parcours",
            OpenParcours(
                ReceivedPlan(uuid7(), unit, adviser=ADVISER, admitted_at=now, axes=("strategy", "finance"), baseline={})
            ),
        ),
        "followup": (
            "/api/v1/follow-ups",
            OpenFollowUp(
                uuid7(), now, structure=UUID(int=8), unit=unit, adviser=ADVISER, baseline={"fte": 10.5}, definitions={}
            ),
        ),
    }
    if name not in opening:
        return {}
    collection, command = opening[name]
    case = case or uuid7()
    app.handle(app.deciders[0], case, command, app.context(case, Actor("ourselves", Role.SERVICE)))
    return {collection: [str(case)]}
