"""Where does a diagnosis stand, after what happened to it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from diagnostic.domain import advice, committee, edits, leaders
from diagnostic.domain.advice import Advice, AdviceEvent
from diagnostic.domain.axes import Axis
from diagnostic.domain.committee import Committee, CommitteeEvent
from diagnostic.domain.content import Content
from diagnostic.domain.events import (
    BaselineCorrected,
    DiagnosisContested,
    DiagnosisOpened,
    DiagnosisSubmitted,
    DiagnosisValidated,
    Event,
    PlanAgreed,
    SubmissionVoided,
    ValidationVoided,
)
from diagnostic.domain.leaders import LEADERS_NEEDED, Disagreement, Mandate, MandateRecorded
from shared.kernel import Encrypted
from shared.kernel.frozen import replace

UNKNOWN = UUID(int=0)


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    SUBMITTED = "submitted"
    CONTESTED = "contested"
    VALIDATED = "validated"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True)
class Submission:
    """The version that leaders are asked to validate, or have validated."""

    version: int
    content_hash: str
    salt: Encrypted


@dataclass(frozen=True, slots=True)
class Plan:
    axes: tuple[Axis, ...]
    objectives: Encrypted


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`content_version` grows by one with each edit; `submission` is gone as soon as the content is no longer the same.

    `contested`: why leaders did not agree with what was submitted last. `validations`: the leaders who agree with the
    version before them; `disagreements`: those who contest it."""

    status: Status = Status.NEW
    structure: UUID = UNKNOWN
    unit: str = ""
    adviser: str = ""
    admitted_at: datetime | None = None
    headcount: int | None = None
    content: Content = field(default_factory=Content)
    content_version: int = 0
    submission: Submission | None = None
    contested: Encrypted | None = None
    mandates: tuple[Mandate, ...] = ()
    validations: tuple[str | None, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    plan: Plan | None = None
    baseline_corrections: tuple[BaselineCorrected, ...] = ()
    committee: Committee = field(default_factory=Committee)
    advice: tuple[Advice, ...] = ()


def evolve(diagnosis: Diagnosis, event: Event) -> Diagnosis:
    match event:
        case DiagnosisOpened(structure, unit, adviser=adviser, admitted_at=admitted_at, headcount=headcount):
            return Diagnosis(
                Status.OPEN, structure, unit=unit, adviser=adviser, admitted_at=admitted_at, headcount=headcount
            )
        case DiagnosisSubmitted(version, seen, salt=salt):
            submission = Submission(version, seen, salt=salt)
            asked = replace(diagnosis, status=Status.SUBMITTED, submission=submission, contested=None)
            return replace(asked, validations=(), disagreements=())
        case DiagnosisValidated(leader=leader):
            return _validated(diagnosis, leader)
        case SubmissionVoided() | ValidationVoided():
            return replace(diagnosis, status=Status.OPEN, submission=None, validations=(), disagreements=())
        case DiagnosisContested(_, reasons, leader=leader):
            return _contested(diagnosis, reasons, leader)
        case MandateRecorded():
            return replace(diagnosis, mandates=leaders.with_mandate(diagnosis.mandates, event))
        case _ if isinstance(event, CommitteeEvent):
            return replace(diagnosis, committee=committee.evolve(diagnosis.committee, event))
        case _ if isinstance(event, AdviceEvent):
            return replace(diagnosis, advice=advice.evolve(diagnosis.advice, event))
        case BaselineCorrected():
            return replace(diagnosis, baseline_corrections=(*diagnosis.baseline_corrections, event))
        case PlanAgreed():
            return replace(diagnosis, status=Status.AGREED, plan=Plan(event.axes, event.objectives))
        case _:
            content = edits.with_edit(diagnosis.content, event)
            return replace(diagnosis, content=content, content_version=diagnosis.content_version + 1)


def _validated(diagnosis: Diagnosis, leader: str | None) -> Diagnosis:
    agreeing = (*diagnosis.validations, leader)
    status = Status.VALIDATED if len(agreeing) >= LEADERS_NEEDED else diagnosis.status
    others = tuple(each for each in diagnosis.disagreements if each.leader != leader)
    return replace(diagnosis, status=status, validations=agreeing, disagreements=others)


def _contested(diagnosis: Diagnosis, reasons: Encrypted, leader: str | None) -> Diagnosis:
    """One leader among several contests: it is shown, and the validation holds as long as enough others agree."""
    agreeing = leaders.still_agreeing(diagnosis.validations, leader)
    others = (each for each in diagnosis.disagreements if each.leader != leader)
    said = replace(diagnosis, validations=agreeing, disagreements=(*others, Disagreement(leader, reasons)))
    if diagnosis.status is Status.VALIDATED and len(agreeing) >= LEADERS_NEEDED:
        return said
    return replace(said, status=Status.CONTESTED, submission=None, contested=reasons, validations=())
