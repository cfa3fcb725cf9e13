"""How is a list of a case told as it was? By the same words as now, and what it rests on in a header."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Response

from shared.eventlog import ServiceApplication
from shared.kernel import Decider
from shared.temporal import CaseThen, Moment, case_then

RESTS_ON = "DLA-Rests-On"
"""Of this service's log: its id, the position of the last event of the case that had been recorded, and the version of
the case's aggregate. As a structured field (RFC 9651)."""


def then(
    asked: ServiceApplication,
    decider: Decider[Any],
    case: UUID,
    moment: Moment,
    response: Response,
    *,
    unopened: bool = False,
) -> CaseThen:
    """Raises like `shared.temporal.aggregate_at.replayed`."""
    found = case_then(asked, decider, case, moment, unopened=unopened)
    log_id = asked.recorder.identity().log_id
    response.headers[RESTS_ON] = f'log="{log_id}", position={found.last.id}, version={found.version}'
    return found
