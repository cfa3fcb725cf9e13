"""Which rights does audit know somebody to hold? Those of the register, among all that it has heard."""

from __future__ import annotations

from uuid import UUID

from audit.domain import EventHeard
from shared.contracts.intake import RightGranted, RightRevoked
from shared.decider import Role
from shared.eventlog.application import ServiceApplication
from shared.rights.right import Right


def rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    held: dict[UUID, Right] = {}
    for _, recorded in app.events_of(app.recorder.entries_of_case(identity)):
        heard: EventHeard = recorded.data
        if heard.publisher != RightGranted.publisher or heard.body is None:
            continue
        match heard.event:
            case RightGranted.name:
                told = RightGranted.model_validate_json(heard.body)
                held[told.right] = Right(
                    told.right,
                    Role(told.role),
                    told.unit,
                    told.units,
                    told.dossier,
                    told.since,
                    told.until,
                    told.person,
                )
            case RightRevoked.name:
                held.pop(RightRevoked.model_validate_json(heard.body).right, None)
    return tuple(held.values())
