"""Lists within a case at a point in time, with their basis in a response header."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import Response

from shared.eventlog import ServiceApplication
from shared.kernel import Decider
from shared.temporal import CaseAt, PointInTime, load_case_at

BASIS_HEADER = "DLA-Basis"
"""Of this service's log: its id, the position of the last event of the case that had been recorded, and the version of
the case's aggregate. As a structured field (RFC 9651)."""


def load_case_for_response(
    app: ServiceApplication,
    decider: Decider[Any],
    case: UUID,
    at: PointInTime,
    response: Response,
    *,
    unopened: bool = False,
) -> CaseAt:
    """The case at a point in time; its basis goes into the header `DLA-Basis`. Raises like
    `shared.temporal.load_case_at`."""
    then = load_case_at(app, decider, case, at, unopened=unopened)
    log_id = app.recorder.identity().log_id
    response.headers[BASIS_HEADER] = f'log="{log_id}", position={then.last.id}, version={then.version}'
    return then
