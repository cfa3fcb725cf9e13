"""What diagnostic tells: that a plan is agreed, and what was corrected of its baseline since."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import erasure
from shared.contracts.base import PublicEvent


class FromDiagnostic(PublicEvent):
    publisher: ClassVar[str] = "diagnostic"


class PlanAgreed(FromDiagnostic):
    """The leaders validated version `validated_version` of the diagnosis, and the plan is agreed.

    `axes`: the codes of the axes of change in the plan, first things first, among strategy, governance, activities,
    organisation, human_resources, business_model, finance, partnerships, digital, ecology. `baseline`: each indicator's
    value by its code, what follow-up compares with; cdi, cdd, aided (people) and fte are always there. `definitions`:
    what each of the others counts. Codes that end in _cents are euro cents, of the fiscal year that ends in the year
    `fiscal_year`, and of the `perimeter` structure, establishment, activity or group. `admitted_at`: when the request
    was admitted, from which the whole support lasts."""

    name: ClassVar[str] = "plan-agreed"

    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    validated_version: int
    content_hash: str
    axes: tuple[str, ...]
    baseline: dict[str, float] = Field(default_factory=dict)
    definitions: dict[str, str] = Field(default_factory=dict)
    fiscal_year: int | None = None
    perimeter: str | None = None


class BaselineCorrected(FromDiagnostic):
    """After the plan was agreed, a figure of its baseline was found to be wrong: `code` was `value` from `effective_on`
    on. The plan stands as it was agreed."""

    name: ClassVar[str] = "baseline-corrected"

    code: str
    value: float
    effective_on: date


class PersonErased(FromDiagnostic, erasure.PersonErased):
    """Somebody was forgotten: their key is destroyed in this service. `values`: how many values it sealed."""


PUBLISHED_EVENTS = (PlanAgreed, BaselineCorrected, PersonErased)
