"""The intake service of a deployment with settings of its own."""

from __future__ import annotations

from typing import Any

import typer

from intake.bootstrap import Deployment
from intake.main import build_command_line, build_service
from intake.settings import IntakeSettings
from shared.runtime import Service


def intake_service(**settings: Any) -> Service:
    return build_service(Deployment(lambda: IntakeSettings(**settings)))


def intake_command_line(**settings: Any) -> typer.Typer:
    deployment = Deployment(lambda: IntakeSettings(**settings))
    return build_command_line(build_service(deployment), deployment)
