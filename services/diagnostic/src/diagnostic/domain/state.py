"""State of a diagnosis, folded from its events."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from uuid import UUID

from diagnostic.domain.advice import AdviceRequest
from diagnostic.domain.committee import Committee
from diagnostic.domain.content.content import DiagnosisContent
from diagnostic.domain.lifecycle import DiagnosisStatus
from diagnostic.domain.mandates import Mandate
from shared.kernel import Axis, Comment, Encrypted
from shared.kernel.frozen import frozen
from shared.kernel.vocabulary.validation import Submission

UNKNOWN_STRUCTURE = UUID(int=0)


@frozen
class Disagreement:
    """A leader contests the version submitted to them."""

    leader: str
    reason: Encrypted


@frozen
class AgreedPlan:
    axes: tuple[Axis, ...]
    objectives: Encrypted


@frozen
class BaselineCorrection:
    """`before`: the figure that the plan was agreed with, or the correction before this one."""

    code: str
    before: float
    value: float
    effective_on: date
    reason: Encrypted


@frozen
class BaselineFigure:
    """One figure of the agreed plan, which follow-up compares with: `value` as it was last corrected, in euro cents for
    money. `definition`: null for employment, whose meaning never varies."""

    value: float
    definition: str | None
    corrections: tuple[BaselineCorrection, ...]


@frozen
class Diagnosis:
    """`content_version` grows by one with each edit; any edit clears `submission`.

    `contest_reason`: why leaders did not agree with the last submission. `validations`: the leaders who agree with the
    submitted version; `disagreements`: those who contest it."""

    status: DiagnosisStatus = DiagnosisStatus.NEW
    structure: UUID = UNKNOWN_STRUCTURE
    unit: str = ""
    adviser: str = ""
    admitted_at: datetime | None = None
    headcount: int | None = None
    content: DiagnosisContent = field(default_factory=DiagnosisContent)
    content_version: int = 0
    submission: Submission | None = None
    contest_reason: Encrypted | None = None
    mandates: tuple[Mandate, ...] = ()
    validations: tuple[str, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    plan: AgreedPlan | None = None
    baseline_corrections: tuple[BaselineCorrection, ...] = ()
    committee: Committee = field(default_factory=Committee)
    advice: tuple[AdviceRequest, ...] = ()
    comments: tuple[Comment, ...] = ()
    unanswered_comments: tuple[int, ...] = ()

    @property
    def baseline(self) -> dict[str, BaselineFigure]:
        """The figures of the agreed plan, by code; none before it is agreed."""
        figures = {}
        for code, agreed in self.content.baseline.items() if self.plan else ():
            corrections = tuple(each for each in self.baseline_corrections if each.code == code)
            value = corrections[-1].value if corrections else agreed
            figures[code] = BaselineFigure(value, self.content.definitions.get(code), corrections=corrections)
        return figures
