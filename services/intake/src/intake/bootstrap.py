"""The aggregates as this deployment decides on them: by its own criteria, targets, communes, activities and units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from intake.domain import orientation
from intake.domain.orientation import Orientation
from intake.domain.register import register as rights
from intake.domain.register.register import Register
from intake.domain.request import request
from intake.domain.request.state import Request
from intake.settings import deployment
from shared.kernel import Context
from shared.kernel.frozen import replace


def _on_a_request(state: Request, command: Any, context: Context) -> Sequence[Any]:
    return request.decide(state, command, context, deployment().reference())


def _on_an_orientation(state: Orientation, command: Any, context: Context) -> Sequence[Any]:
    return orientation.decide(state, command, context, deployment().reference())


def _on_the_register(state: Register, command: Any, context: Context) -> Sequence[Any]:
    return rights.decide(state, command, context, deployment().competent())


requests = replace(request.decider, decide=_on_a_request)
register = replace(rights.decider, decide=_on_the_register)
orientations = replace(orientation.decider, decide=_on_an_orientation)
