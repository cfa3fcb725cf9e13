"""The support plan (plan d’accompagnement), agreed from a validated diagnosis, and corrections of its baseline."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, Len

from diagnostic.domain.content.economics import Perimeter
from diagnostic.domain.content.employment import IMPOSSIBLE_EMPLOYMENT
from diagnostic.domain.content.fields import NOTHING_TO_CORRECT
from diagnostic.domain.lifecycle import CONTENT_CLOSED, NOT_OPEN, DiagnosisStatus
from diagnostic.domain.state import AgreedPlan, BaselineCorrection, Diagnosis
from shared.kernel import Axis, Context, Day, Encrypted, Reason, Refusal, Text, event, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace

NOT_VALIDATED = Refusal("diagnosis-not-validated", "Le diagnostic n’est pas validé")
REPEATED_AXIS = Refusal("repeated-axis", "Axe nommé deux fois", status=422)
NOT_ASSESSED = Refusal("axis-not-assessed", "Axe non examiné", depends_on_body=True)
PLAN_NOT_AGREED = Refusal("plan-not-agreed", "Le plan d’accompagnement n’est pas convenu")
NOT_IN_CENTS = Refusal("not-in-cents", "Montant irrecevable", status=422)


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
    """`before`: the figure that the plan was agreed with, or the correction before this one."""

    code: str
    before: float
    value: float
    effective_on: date
    reason: Encrypted


@command(
    title="Convenir du plan d’accompagnement",
    leads_to=(PlanAgreed,),
    may_refuse=(*CONTENT_CLOSED, NOT_VALIDATED, REPEATED_AXIS, NOT_ASSESSED),
)
class AgreePlan:
    """From the validated diagnosis, adviser and structure agree on what will be worked on, in order of priority."""

    axes: Annotated[tuple[Axis, ...], Len(1, len(Axis))]
    objectives: Text


@command(
    title="Corriger une donnée de départ",
    leads_to=(BaselineCorrected,),
    may_refuse=(
        NOT_OPEN,
        PLAN_NOT_AGREED,
        NOTHING_TO_CORRECT,
        NOT_IN_CENTS,
        IMPOSSIBLE_EMPLOYMENT,
        IMPLAUSIBLE_DATE,
    ),
)
class CorrectBaseline:
    """Once the plan is agreed, a figure of the baseline was wrong: how it really was, since which day, and why.

    What leaders validated does not change. `code`: of employment, the economy or an indicator."""

    code: Annotated[str, Len(1, 40)]
    value: Annotated[float, Ge(-1e12), Le(1e12)]
    effective_on: Day
    reason: Reason


Command = AgreePlan | CorrectBaseline
Event = PlanAgreed | BaselineCorrected


def decide(diagnosis: Diagnosis, command: Command, context: Context) -> list[Event]:
    match command:
        case AgreePlan():
            return [_agree_plan(diagnosis, command, context)]
        case CorrectBaseline():
            return [*_correct_baseline(diagnosis, command, context)]


def evolve(diagnosis: Diagnosis, event: Event) -> Diagnosis:
    match event:
        case PlanAgreed(axes=axes, objectives=objectives):
            return replace(diagnosis, status=DiagnosisStatus.AGREED, plan=AgreedPlan(axes, objectives))
        case BaselineCorrected(code, before, value=value, effective_on=effective_on, reason=reason):
            correction = BaselineCorrection(code, before, value=value, effective_on=effective_on, reason=reason)
            return replace(diagnosis, baseline_corrections=(*diagnosis.baseline_corrections, correction))


def _agree_plan(diagnosis: Diagnosis, command: AgreePlan, context: Context) -> PlanAgreed:
    if diagnosis.status is not DiagnosisStatus.VALIDATED:
        raise NOT_VALIDATED("Le plan ne peut venir que d’un diagnostic validé par la structure.")
    assert diagnosis.submission and diagnosis.admitted_at
    if len(set(command.axes)) < len(command.axes):
        raise REPEATED_AXIS("Chaque axe n’a qu’une place dans le plan.")
    if absent := [axis for axis in command.axes if axis not in diagnosis.content.axes]:
        labels = ", ".join(axis.label for axis in absent)
        raise NOT_ASSESSED(f"Le plan vient du diagnostic, qui n’a pas examiné\u00a0: {labels}.", axes=absent)
    economics = diagnosis.content.economics
    return PlanAgreed(
        diagnosis.structure,
        diagnosis.unit,
        adviser=diagnosis.adviser,
        admitted_at=diagnosis.admitted_at,
        validated_version=diagnosis.submission.version,
        content_hash=diagnosis.submission.content_hash,
        axes=command.axes,
        objectives=context.text(command.objectives),
        baseline=diagnosis.content.baseline,
        definitions=diagnosis.content.definitions,
        fiscal_year=economics.fiscal_year if economics else None,
        perimeter=economics.perimeter if economics else None,
    )


def _correct_baseline(diagnosis: Diagnosis, command: CorrectBaseline, context: Context) -> list[BaselineCorrected]:
    """Nothing when the figure is so already. The other figures are left to people: this never agrees a plan anew."""
    if diagnosis.status is not DiagnosisStatus.AGREED:
        raise PLAN_NOT_AGREED("Le plan n’est pas encore convenu\u00a0: corrigez la donnée dans le diagnostic lui-même.")
    content, known = diagnosis.content, {code: figure.value for code, figure in diagnosis.baseline.items()}
    if command.code not in known:
        raise NOTHING_TO_CORRECT("Aucune donnée de départ ne porte ce code.")
    require_past(command.effective_on, context.now, "La date d’effet")
    if command.code.endswith("_cents") and command.value != int(command.value):
        raise NOT_IN_CENTS("Un montant se donne en centimes d’euro entiers.")
    if content.employment and command.code in content.employment.figures:
        figures = {code: known[code] for code in content.employment.figures} | {command.code: command.value}
        content.employment.with_figures(figures).require_plausible()
    if command.value == known[command.code]:
        return []
    return [
        BaselineCorrected(
            command.code,
            known[command.code],
            value=command.value,
            effective_on=command.effective_on,
            reason=context.text(command.reason),
        )
    ]
