"""Eligibility criteria (« faisceau de critères ») as versioned data, each version for a period."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from intake.domain.reference.sources import Source
from shared.kernel import LabelledEnum, Refusal

NO_CRITERIA = Refusal("no-criteria-in-force", "Aucun critère en vigueur")


class Verdict(LabelledEnum):
    MET = "met", "rempli"
    NOT_MET = "not_met", "non rempli"
    UNKNOWN = "unknown", "à établir"


@dataclass(frozen=True, slots=True)
class EligibilityCriterion:
    """`hard`: if not met, an admission needs a manager's derogation. The others weigh in the adviser's judgment.

    `question`: what to ask, in French, while the verdict is unknown."""

    code: str
    label: str
    hard: bool
    question: str = ""
    source: Source = Source.PUBLIC


@dataclass(frozen=True, slots=True)
class Criteria:
    """One version, in force from `since` through `until`, or until the next one begins."""

    version: str
    since: date
    list: tuple[EligibilityCriterion, ...]
    until: date | None = None

    @property
    def hard(self) -> tuple[EligibilityCriterion, ...]:
        return tuple(criterion for criterion in self.list if criterion.hard)

    def labels(self, codes: Collection[str]) -> str:
        return ", ".join(criterion.label for criterion in self.list if criterion.code in codes)

    def find(self, code: str) -> EligibilityCriterion | None:
        return next((criterion for criterion in self.list if criterion.code == code), None)


VERSIONS = (
    Criteria(
        "2021-1",
        date(2002, 1, 1),
        list=(
            EligibilityCriterion(
                "existing",
                "La structure existe déjà",
                hard=True,
                question="Depuis quand la structure existe-t-elle\u202f?",
            ),
            EligibilityCriterion(
                "employer",
                "Elle emploie au moins une personne",
                hard=True,
                question="Qui la structure emploie-t-elle, et sous quels contrats\u202f?",
            ),
            EligibilityCriterion(
                "ess",
                "Sa forme relève de l’économie sociale et solidaire",
                hard=True,
                question="Quels statuts, quel agrément (ESUS, SIAE)\u202f?",
            ),
            EligibilityCriterion("employment_need", "Son besoin touche à l’emploi", hard=False),
            EligibilityCriterion("territorial_utility", "Elle est utile à son territoire", hard=False),
            EligibilityCriterion("no_alternative", "Aucune autre offre ne répond à son besoin", hard=False),
            EligibilityCriterion("cannot_pay", "Elle ne peut pas financer seule l’accompagnement", hard=False),
            EligibilityCriterion("means_available", "Le DLA dispose des moyens nécessaires", hard=False),
            EligibilityCriterion("voluntary", "Elle est volontaire et prête à donner du temps", hard=False),
        ),
    ),
)
"""The shipped versions, from public material, sometimes local; never shown as official."""


def version_in_force(day: date, versions: Iterable[Criteria] = VERSIONS) -> Criteria:
    """The version that began last. Raises Refused when none is in force on that day."""
    begun = [criteria for criteria in versions if criteria.since <= day]
    last = max(begun, key=lambda criteria: criteria.since, default=None)
    if last is None or (last.until and last.until < day):
        raise NO_CRITERIA(
            "Aucune version des critères n’est en vigueur à ce jour\u00a0: la structure porteuse doit en publier une, "
            "et rien de ce que vous avez enregistré n’est perdu."
        )
    return last
