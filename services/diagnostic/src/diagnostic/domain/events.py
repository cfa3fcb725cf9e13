"""What can happen to a diagnosis."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from diagnostic.domain.advice import AdviceEvent
from diagnostic.domain.axes import Axis
from diagnostic.domain.baseline import Economics, Employment, Indicator, Perimeter
from diagnostic.domain.committee import CommitteeEvent
from diagnostic.domain.content import Assessment, Problem, Scheme, Session
from diagnostic.domain.difficulty import Difficulty, Scenario
from diagnostic.domain.leaders import MandateRecorded
from shared.kernel import Encrypted, event


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


@event("economics-recorded", label="Situation économique relevée")
class EconomicsRecorded:
    economics: Economics


@event("difficulty-qualified", label="Difficultés qualifiées")
class DifficultyQualified:
    difficulty: Difficulty


@event("scenarios-prioritised", label="Scénarios de rebond classés")
class ScenariosPrioritised:
    """By rank, first things first."""

    scenarios: tuple[Scenario, ...]


@event("employment-corrected", label="État de l’emploi corrigé", effective="effective_on")
class EmploymentCorrected:
    """`effective_on`: the day from which it was so; the log says when it was recorded."""

    employment: Employment
    effective_on: date
    reason: Encrypted


@event("economics-corrected", label="Situation économique corrigée", effective="effective_on")
class EconomicsCorrected:
    economics: Economics
    effective_on: date
    reason: Encrypted


@event("indicator-corrected", label="Indicateur corrigé", effective="effective_on")
class IndicatorCorrected:
    code: str
    indicator: Indicator
    effective_on: date
    reason: Encrypted


@event("session-corrected", label="Séance de diagnostic corrigée", effective="session.held_on")
class SessionCorrected:
    """`number`: in the order they were recorded, from 1."""

    number: int
    session: Session
    reason: Encrypted


@event("session-cancelled", label="Séance de diagnostic annulée")
class SessionCancelled:
    number: int
    reason: Encrypted


@event("diagnosis-submitted", label="Diagnostic soumis à la validation de la structure")
class DiagnosisSubmitted:
    """`salt`, in hexadecimal, goes before the content in the hash, so that nobody can guess a content from its hash.

    It is sealed under the case's key: once the case is erased, the hash proves nothing about anybody any more."""

    version: int
    content_hash: str
    salt: Encrypted


@event("submission-voided", label="Diagnostic modifié depuis sa soumission\u00a0: il doit être soumis de nouveau")
class SubmissionVoided:
    """`version`: the one that had been submitted."""

    version: int


@event("diagnosis-validated", label="Diagnostic validé par la structure")
class DiagnosisValidated:
    """One leader's agreement. `leader`: their pseudonym, as the actor's; null in the oldest events."""

    version: int
    content_hash: str
    leader: str | None = None


@event("validation-voided", label="Diagnostic modifié depuis sa validation\u00a0: la validation ne tient plus")
class ValidationVoided:
    """`version`: the one that had been validated."""

    version: int


@event("diagnosis-contested", label="Diagnostic contesté par la structure")
class DiagnosisContested:
    version: int
    reasons: Encrypted
    leader: str | None = None


@event("plan-agreed", label="Plan d’accompagnement convenu")
class PlanAgreed:
    """`baseline` and `definitions`, by indicator code: what follow-up compares with; `fiscal_year` and `perimeter` are
    those of the amounts of money."""

    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    validated_version: int
    content_hash: str
    axes: tuple[Axis, ...]
    objectives: Encrypted
    baseline: dict[str, float]
    definitions: dict[str, str]
    fiscal_year: int | None = None
    perimeter: Perimeter | None = None


@event("baseline-corrected", label="Donnée de départ corrigée après l’accord sur le plan", effective="effective_on")
class BaselineCorrected:
    """`before`: what the plan was agreed with, or the correction before this one."""

    code: str
    before: float
    value: float
    effective_on: date
    reason: Encrypted


Corrected = EmploymentCorrected | EconomicsCorrected | IndicatorCorrected | SessionCorrected | SessionCancelled
Edit = (
    SessionRecorded
    | AxisAssessed
    | EmploymentRecorded
    | EconomicsRecorded
    | IndicatorRecorded
    | ProblemStated
    | OtherSchemeListed
    | DifficultyQualified
    | ScenariosPrioritised
    | Corrected
)
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
    | BaselineCorrected
    | MandateRecorded
    | CommitteeEvent
    | AdviceEvent
)
