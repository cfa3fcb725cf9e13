"""Eligibility: the structure and the verdicts on it, compared with one version of the criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from intake.domain.reference.criteria import Criteria, EligibilityCriterion, Verdict
from intake.domain.request.state import CriterionJudgment
from intake.domain.structure import Structure


@dataclass(frozen=True, slots=True)
class EligibilityAssessment:
    """Codes of criteria. `missing`: hard criteria without a verdict; `ask`: questions still to be asked, in French."""

    rules: str
    admissible: bool
    missing: tuple[str, ...]
    not_met: tuple[str, ...]
    derogations_needed: tuple[str, ...]
    derogated: tuple[str, ...]
    ask: tuple[str, ...]


HEADCOUNT_QUESTION = (
    "Combien de personnes la structure emploie-t-elle\u202f? L’effectif n’est pas connu, ce qui ne veut pas dire zéro."
)


def assess(
    structure: Structure, verdicts: Mapping[str, CriterionJudgment], criteria: Criteria
) -> EligibilityAssessment:
    """Only verdicts decide: missing facts about the structure lead to a question, never to a refusal."""
    judged = {criterion: verdicts[criterion.code] for criterion in criteria.list if criterion.code in verdicts}
    not_met = {criterion: given for criterion, given in judged.items() if given.verdict is Verdict.NOT_MET}
    missing = tuple(c for c in criteria.hard if c not in judged or judged[c].verdict is Verdict.UNKNOWN)
    needed = _codes(c for c, given in not_met.items() if c.hard and not given.derogation)
    return EligibilityAssessment(
        criteria.version,
        admissible=not missing and not needed,
        missing=_codes(missing),
        not_met=_codes(not_met),
        derogations_needed=needed,
        derogated=_codes(c for c, given in not_met.items() if given.derogation),
        ask=(*((HEADCOUNT_QUESTION,) if structure.headcount is None else ()), *(c.question for c in missing)),
    )


def _codes(criteria: Iterable[EligibilityCriterion]) -> tuple[str, ...]:
    return tuple(criterion.code for criterion in criteria)
