"""Companion commands by which the parcours of the remaining beneficiaries learn what has become of their operation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from parcours.domain import parcours
from parcours.domain.collective.conclusion import OperationCancelled
from parcours.domain.collective.membership import OperationFellShort, OperationRestored
from parcours.domain.collective.standing import FollowedStatus, FollowOperation
from parcours.domain.collective.state import Operation
from parcours.domain.state import CollectiveStatus
from shared.kernel import Actor, CompanionCommand, Context, Role

AUTOMATIC = Actor("service:parcours", Role.SERVICE)
"""Records it in the other structures' cases, which do not name those of the structure that left."""


def companions(operation: Operation, event: Any, _: Context) -> Iterable[CompanionCommand]:
    status: FollowedStatus
    match event:
        case OperationFellShort():
            status = CollectiveStatus.FELL_SHORT
        case OperationRestored():
            status = CollectiveStatus.TOGETHER
        case OperationCancelled():
            status = CollectiveStatus.CANCELLED
        case _:
            return
    for action, case in operation.actions.items():
        yield CompanionCommand(parcours.decider, case, command=FollowOperation(action, status), actor=AUTOMATIC)
