"""The aggregates as this deployment decides on them: by its own criteria, targets, communes and activities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intake.domain import orientation, request
from intake.domain.orientation import Orientation
from intake.domain.state import Request
from intake.settings import deployment
from shared.decider import Context
from shared.frozen import replace


def _on_a_request(state: Request, command: Any, context: Context) -> Sequence[Any]:
    return request.decide(state, command, context, deployment().reference())


def _on_an_orientation(state: Orientation, command: Any, context: Context) -> Sequence[Any]:
    return orientation.decide(state, command, context, deployment().reference())


requests = replace(request.decider, decide=_on_a_request)
orientations = replace(orientation.decider, decide=_on_an_orientation)
