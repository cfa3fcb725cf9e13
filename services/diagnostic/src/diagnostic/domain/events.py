"""What can happen to a diagnosis."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from diagnostic.domain.axes import Axis
from diagnostic.domain.content import Assessment, Employment, Indicator, Problem, Scheme, Session
from shared.events import event
from shared.sealed import Sealed


@event("diagnosis-opened", label="Diagnostic ouvert")
class DiagnosisOpened:
    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    headcount: int | None = None


@event("session-recorded", label="Séance de diagnostic", effective="session.held_on")
class SessionRecorded:
    session: Session


@event("axis-assessed", label="Axe examiné")
class AxisAssessed:
    axis: Axis
    assessment: Assessment


@event("employment-recorded", label="État de l’emploi relevé")
class EmploymentRecorded:
    employment: Employment


@event("indicator-recorded", label="Indicateur relevé")
class IndicatorRecorded:
    code: str
    indicator: Indicator


@event("problem-stated", label="Problématique et préconisations formulées")
class ProblemStated:
    problem: Problem


@event("other-scheme-listed", label="Autre dispositif en cours signalé")
class OtherSchemeListed:
    scheme: Scheme


@event("diagnosis-submitted", label="Diagnostic soumis à la validation de la structure")
class DiagnosisSubmitted:
    """`salt`, in hexadecimal, goes before the content in the hash, so that nobody can guess a content from its hash.

    It is sealed under the case's key: once the case is erased, the hash proves nothing about anybody any more."""

    version: int
    content_hash: str
    salt: Sealed


@event("submission-voided", label="Diagnostic modifié depuis sa soumission\u202f: il doit être soumis de nouveau")
class SubmissionVoided:
    """`version`: the one that had been submitted."""

    version: int


@event("diagnosis-validated", label="Diagnostic validé par la structure")
class DiagnosisValidated:
    version: int
    content_hash: str


@event("validation-voided", label="Diagnostic modifié depuis sa validation\u202f: la validation ne tient plus")
class ValidationVoided:
    """`version`: the one that had been validated."""

    version: int


@event("diagnosis-contested", label="Diagnostic contesté par la structure")
class DiagnosisContested:
    version: int
    reasons: Sealed


@event("plan-agreed", label="Plan d’accompagnement convenu")
class PlanAgreed:
    """`baseline` and `definitions`, by indicator code: what follow-up compares with."""

    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    validated_version: int
    content_hash: str
    axes: tuple[Axis, ...]
    objectives: Sealed
    baseline: dict[str, float]
    definitions: dict[str, str]


Edit = SessionRecorded | AxisAssessed | EmploymentRecorded | IndicatorRecorded | ProblemStated | OtherSchemeListed
"""Each makes a new version of the content."""
Event = (
    DiagnosisOpened
    | Edit
    | DiagnosisSubmitted
    | SubmissionVoided
    | DiagnosisValidated
    | ValidationVoided
    | DiagnosisContested
    | PlanAgreed
)
