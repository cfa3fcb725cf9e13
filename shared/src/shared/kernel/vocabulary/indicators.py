"""The standard indicators that a diagnosis and its follow-up share: published codes, and what each counts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.kernel.french import format_euros, format_number

STANDARD_INDICATORS: Mapping[str, str] = MappingProxyType(
    {
        "cdi": "Personnes salariées en contrat à durée indéterminée",
        "cdd": "Personnes salariées en contrat à durée déterminée",
        "aided": "Personnes salariées dont le contrat est aidé, comptées aussi en CDI ou en CDD",
        "fte": "Équivalents temps plein (ETP) de toutes les personnes salariées",
        "apprentices": "Personnes en apprentissage, comptées aussi en CDI ou en CDD",
        "volunteers": "Bénévoles actifs, qui ne sont pas comptés parmi les personnes salariées",
        "budget_cents": "Total des produits de l’exercice, en centimes d’euro",
        "own_income_cents": "Ventes et prestations de l’exercice, en centimes d’euro",
        "subsidies_cents": "Subventions d’exploitation de l’exercice, en centimes d’euro",
        "result_cents": "Résultat net de l’exercice, en centimes d’euro, négatif pour une perte",
        "cash_cents": "Trésorerie à la clôture de l’exercice, en centimes d’euro, négative pour un découvert",
    }
)
"""By code (our own wording, not an official one). A code keeps its meaning for ever; money is in euro cents."""
IN_CENTS = ", en centimes d’euro"


def indicator_definition(code: str, definitions: Mapping[str, str]) -> str:
    """What an indicator counts, for a person, who reads amounts in euros."""
    return (definitions.get(code) or STANDARD_INDICATORS.get(code, code)).replace(IN_CENTS, "")


def format_indicator(code: str, value: float) -> str:
    return format_euros(round(value)) if code.endswith("_cents") else format_number(value)
