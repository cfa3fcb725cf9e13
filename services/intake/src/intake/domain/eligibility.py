"""Is a structure eligible? What is known of it and each verdict, held against one version of the criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.reference.criteria import Criteria, Criterion, Verdict
from intake.domain.structure import Structure
from shared.kernel import Encrypted


class DerogationKind(StrEnum):
    """For whom a hard criterion is lifted; found in public material, sometimes local."""

    FIRST_TIME_EMPLOYER = "first_time_employer"
    GROUPING = "grouping"
    NETWORK = "network"
    JOBS_TO_SAVE = "jobs_to_save"


@dataclass(frozen=True, slots=True)
class Judged:
    """The last verdict on a criterion, who gave it, and the derogation that lifts it."""

    verdict: Verdict
    evidence: Encrypted
    by: str | None = None
    derogation: Encrypted | None = None
    derogation_kind: DerogationKind | None = None
    derogated_by: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Codes of criteria. `missing`: hard ones without a verdict; `ask`: in French, what is still to be asked."""

    rules: str
    admissible: bool
    missing: tuple[str, ...]
    not_met: tuple[str, ...]
    derogations_needed: tuple[str, ...]
    derogated: tuple[str, ...]
    ask: tuple[str, ...]


HOW_MANY = (
    "Combien de personnes la structure emploie-t-elle\u202f? L’effectif n’est pas connu, ce qui ne veut pas dire zéro."
)


def assess(structure: Structure, verdicts: Mapping[str, Judged], criteria: Criteria) -> Assessment:
    """Only verdicts count: what is known of a structure leads to a question, and never to a no."""
    judged = {criterion: verdicts[criterion.code] for criterion in criteria.list if criterion.code in verdicts}
    not_met = {criterion: given for criterion, given in judged.items() if given.verdict is Verdict.NOT_MET}
    missing = tuple(c for c in criteria.hard if c not in judged or judged[c].verdict is Verdict.UNKNOWN)
    needed = _codes(c for c, given in not_met.items() if c.hard and not given.derogation)
    return Assessment(
        criteria.version,
        admissible=not missing and not needed,
        missing=_codes(missing),
        not_met=_codes(not_met),
        derogations_needed=needed,
        derogated=_codes(c for c, given in not_met.items() if given.derogation),
        ask=(*((HOW_MANY,) if structure.headcount is None else ()), *(c.question for c in missing)),
    )


def _codes(criteria: Iterable[Criterion]) -> tuple[str, ...]:
    return tuple(criterion.code for criterion in criteria)
