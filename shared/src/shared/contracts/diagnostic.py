"""Integration events of diagnostic: the agreed plan, and corrections of its baseline."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts import access_log, erasure
from shared.contracts.base import PublicEvent


class FromDiagnostic(PublicEvent):
    publisher: ClassVar[str] = "diagnostic"


class PlanAgreed(FromDiagnostic):
    """The leaders validated a version of the diagnosis, and the support plan is agreed."""

    name: ClassVar[str] = "plan-agreed"

    structure: UUID = Field(description="The same for the same structure, from one case to the next")
    unit: str = Field(description="The unit that supports the structure")
    adviser: str = Field(description="Pseudonym of the adviser in charge")
    admitted_at: datetime = Field(description="When the request was admitted: the support’s duration counts from here")
    validated_version: int = Field(description="The version of the diagnosis that was validated")
    content_hash: str = Field(description="SHA-256 of its content, in hexadecimal")
    axes: tuple[str, ...] = Field(
        description="Codes of the axes of change in the plan, by priority: strategy, governance, activities,"
        " organisation, human_resources, business_model, finance, partnerships, digital, ecology"
    )
    baseline: dict[str, float] = Field(
        default_factory=dict,
        description="Value of each indicator by code, which follow-up compares with. `cdi`, `cdd`, `aided` (people) and"
        " `fte` are always present; codes that end in `_cents` are euro cents",
    )
    definitions: dict[str, str] = Field(
        default_factory=dict, description="By code, what each indicator counts that is not a standard one"
    )
    fiscal_year: int | None = Field(default=None, description="Year in which the fiscal year of the amounts ends")
    perimeter: str | None = Field(
        default=None, description="Of what the amounts are: structure, establishment, activity or group"
    )


class BaselineCorrected(FromDiagnostic):
    """A figure of the baseline was found to be wrong after the plan was agreed. The plan stands as it was agreed."""

    name: ClassVar[str] = "baseline-corrected"

    code: str = Field(description="Code of the indicator")
    value: float = Field(description="The right value, in the unit of the indicator")
    effective_on: date = Field(description="The day from which the value holds")


class DiagnosisContested(FromDiagnostic):
    """A leader of the structure contests a version of the diagnosis. The reason stays with the case."""

    name: ClassVar[str] = "diagnosis-contested"

    contested_version: int = Field(description="The version of the diagnosis that is contested")


class PersonErased(FromDiagnostic, erasure.PersonErased):
    """A person was erased from this service: their key is destroyed."""


class AccessLogSealed(FromDiagnostic, access_log.AccessLogSealed):
    """The reads that this service recorded on a day are counted and hashed."""


PUBLISHED_EVENTS = (PlanAgreed, BaselineCorrected, DiagnosisContested, PersonErased, AccessLogSealed)
