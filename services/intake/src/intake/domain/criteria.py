"""The bundle of criteria (faisceau de critères) a structure is looked at by: versioned data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Criterion:
    """`hard`: not met, it takes a manager's derogation to admit. The others weigh in the adviser's judgment.

    `question`: what to ask, in French, as long as nobody can tell."""

    code: str
    label: str
    hard: bool
    question: str = ""


@dataclass(frozen=True, slots=True)
class Criteria:
    """One version, in force from a day until the next version's."""

    version: str
    since: date
    list: tuple[Criterion, ...]

    @property
    def hard(self) -> tuple[Criterion, ...]:
        return tuple(criterion for criterion in self.list if criterion.hard)

    def labels(self, codes: Collection[str]) -> str:
        return ", ".join(criterion.label for criterion in self.list if criterion.code in codes)

    def find(self, code: str) -> Criterion | None:
        return next((criterion for criterion in self.list if criterion.code == code), None)


VERSIONS = (
    Criteria(
        "2021-1",
        date(2002, 1, 1),
        (
            Criterion("existing", "La structure existe déjà", True, "Depuis quand la structure existe-t-elle\u202f?"),
            Criterion(
                "employer",
                "Elle emploie au moins une personne",
                True,
                "Qui la structure emploie-t-elle, et sous quels contrats\u202f?",
            ),
            Criterion(
                "ess",
                "Sa forme relève de l’économie sociale et solidaire",
                True,
                "Quels statuts, quel agrément (ESUS, SIAE)\u202f?",
            ),
            Criterion("employment_need", "Son besoin touche à l’emploi", hard=False),
            Criterion("territorial_utility", "Elle est utile à son territoire", hard=False),
            Criterion("no_alternative", "Aucune autre offre ne répond à son besoin", hard=False),
            Criterion("cannot_pay", "Elle ne peut pas financer seule l’accompagnement", hard=False),
            Criterion("means_available", "Le DLA dispose des moyens nécessaires", hard=False),
            Criterion("voluntary", "Elle est volontaire et prête à donner du temps", hard=False),
        ),
    ),
)
"""Found in public material, sometimes local: a setting of the deployment, never presented as official."""


def in_force(day: date) -> Criteria:
    return max((criteria for criteria in VERSIONS if criteria.since <= day), key=lambda criteria: criteria.since)
