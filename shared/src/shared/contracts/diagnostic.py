"""What diagnostic tells: that a plan is agreed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.base import PublicEvent


class FromDiagnostic(PublicEvent):
    publisher: ClassVar[str] = "diagnostic"


class PlanAgreed(FromDiagnostic):
    """The leaders validated version `validated_version` of the diagnosis and agreed the plan: the parcours can be built.

    `axes` are the codes of the axes of change that the plan names; `baseline` gives each indicator's value by its code, what
    follow-up compares with; `admitted_at` is when the request was admitted (support lasts from there)."""

    name: ClassVar[str] = "plan-agreed"

    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    validated_version: int
    content_hash: str
    axes: tuple[str, ...]
    baseline: dict[str, float] = {}


TOLD = (PlanAgreed,)
