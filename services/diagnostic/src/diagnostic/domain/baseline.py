"""The figures that follow-up will compare with: employment, the economy of the structure, and its own indicators."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from shared.kernel import Refusal, format_number
from shared.kernel.french import format_count
from shared.kernel.frozen import replace

MOST_FTE_EACH = 1.5
"""A person is one full-time equivalent at most; a yearly mean may stand above those present on a day (our design)."""
IMPOSSIBLE_EMPLOYMENT = Refusal("impossible-employment", "État de l’emploi impossible", status=422)


@dataclass(frozen=True, slots=True)
class Employment:
    """People under each kind of contract, and full-time equivalents, as of a day if it is known.

    `aided` and `apprentices` are among `cdi` and `cdd`; `volunteers` are not employed. Null: not known."""

    cdi: int
    cdd: int
    aided: int
    fte: float
    apprentices: int | None = None
    volunteers: int | None = None
    as_of: date | None = None

    @property
    def headcount(self) -> int:
        """Everybody under contract."""
        return self.cdi + self.cdd

    @property
    def figures(self) -> dict[str, float]:
        """What is known, by code."""
        known = asdict(self)
        del known["as_of"]
        return {code: value for code, value in known.items() if value is not None}

    def with_figures(self, figures: dict[str, float]) -> Employment:
        """Raises Refused for half a person, or less than nobody."""
        for code, value in figures.items():
            if value < 0 or (code != "fte" and value != int(value)):
                raise IMPOSSIBLE_EMPLOYMENT("Un nombre de personnes est entier, et ni lui ni les ETP ne sont négatifs.")
        whole = {code: value if code == "fte" else int(value) for code, value in figures.items()}
        return replace(self, **whole)  # type: ignore[arg-type]

    def checked(self) -> Employment:
        """Raises Refused when more people have a kind of contract than there are, or work more than people do."""
        for those, what in ((self.aided, "contrats aidés"), (self.apprentices or 0, "apprenti·es")):
            if those > self.headcount:
                raise IMPOSSIBLE_EMPLOYMENT(
                    f"Les {what} sont comptés parmi les CDI et les CDD\u00a0: il ne peut y en avoir {those} pour"
                    f" {self._employed}."
                )
        if self.fte > self.headcount * MOST_FTE_EACH:
            raise IMPOSSIBLE_EMPLOYMENT(
                f"{format_number(self.fte)} ETP pour {self._employed}\u00a0: vérifiez l’un et l’autre. "
                "Une personne à temps plein compte pour un ETP."
            )
        return self

    @property
    def _employed(self) -> str:
        return format_count(self.headcount, "personne salariée", "personnes salariées")


class Perimeter(StrEnum):
    """Of what the figures are. A code, for it is told to others: it has no room for a name."""

    STRUCTURE = "structure"
    ESTABLISHMENT = "establishment"
    ACTIVITY = "activity"
    GROUP = "group"

    @property
    def label(self) -> str:
        return PERIMETERS[self]


PERIMETERS = {
    Perimeter.STRUCTURE: "toute la structure",
    Perimeter.ESTABLISHMENT: "un établissement",
    Perimeter.ACTIVITY: "une activité",
    Perimeter.GROUP: "le groupe ou l’ensemble associatif",
}


@dataclass(frozen=True, slots=True)
class Economics:
    """One fiscal year, named by the calendar year in which it ends, in euro cents. Null: not known."""

    fiscal_year: int
    perimeter: Perimeter
    budget: int | None = None
    own_income: int | None = None
    subsidies: int | None = None
    result: int | None = None
    cash: int | None = None

    @property
    def amounts(self) -> dict[str, int]:
        """What is known, in euro cents."""
        known = {name: getattr(self, name) for name in AMOUNTS}
        return {name: cents for name, cents in known.items() if cents is not None}

    @property
    def figures(self) -> dict[str, float]:
        """What is known, by the code that follow-up knows it by."""
        return {f"{name}_cents": cents for name, cents in self.amounts.items()}


AMOUNTS = {
    "budget": "Budget (total des produits)",
    "own_income": "Ressources propres (ventes et prestations)",
    "subsidies": "Subventions d’exploitation",
    "result": "Résultat net",
    "cash": "Trésorerie à la clôture",
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """`definition` says what is counted: it is told to follow-up, and so never sealed."""

    value: float
    definition: str
