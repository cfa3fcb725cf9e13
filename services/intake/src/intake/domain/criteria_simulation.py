"""Simulation of other criteria: the derogations that a request would need, or would no longer need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from intake.domain.reference.criteria import Criteria
from intake.domain.request.eligibility import assess
from intake.domain.request.state import Request
from shared.kernel import RuleDifference


@dataclass(frozen=True, slots=True)
class Difference:
    """`criterion`: its code; `reason`: in French."""

    criterion: str
    change: RuleDifference
    reason: str


def differences(request: Request, then: Criteria | None, other: Criteria) -> Iterator[Difference]:
    """Compares the request under the criteria of then and under other ones. `then` null: those criteria are no longer
    known, and only the granted derogations say what they required."""
    needed, missing = _derogations_and_gaps(request, then) if then else (_derogated_codes(request), set[str]())
    would_need, would_miss = _derogations_and_gaps(request, other)
    for criterion in other.list:
        code, label = criterion.code, f"«\u202f{criterion.label}\u202f»"
        if code in would_need - needed:
            yield Difference(code, RuleDifference.MORE, reason=f"{label} n’est pas rempli, et ces critères l’exigent.")
        elif code in needed - would_need - would_miss:
            yield Difference(
                code, RuleDifference.LESS, reason=f"{label} n’est pas rempli, et ces critères ne l’exigent pas."
            )
        elif code in would_miss - missing:
            gap = "personne n’a pu le dire" if code in request.criteria else "cela n’a jamais été demandé"
            yield Difference(
                code, RuleDifference.CANNOT_TELL, reason=f"{label}\u00a0: {gap}. {criterion.question}".rstrip()
            )
    for code in sorted(needed - {criterion.code for criterion in other.list}):
        label = then.labels([code]) if then else code
        yield Difference(
            code, RuleDifference.LESS, reason=f"«\u202f{label}\u202f» n’est pas rempli, et n’est pas de ces critères."
        )


def _derogations_and_gaps(request: Request, criteria: Criteria) -> tuple[set[str], set[str]]:
    """The codes that need a derogation, granted or not, and those without a verdict."""
    assessment = assess(request.structure, request.criteria, criteria)
    hard = {criterion.code for criterion in criteria.hard}
    return {*assessment.derogations_needed, *assessment.derogated} & hard, {*assessment.missing}


def _derogated_codes(request: Request) -> set[str]:
    return {code for code, judgment in request.criteria.items() if judgment.derogation}
