"""Economy of the structure over one fiscal year, in euro cents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from annotated_types import Ge, Le

from diagnostic.domain.content.fields import NOTHING_TO_CORRECT
from diagnostic.domain.lifecycle import CONTENT_CLOSED, VOIDED
from shared.kernel import Context, Day, Encrypted, LabelledEnum, Reason, Refusal, event, rename_fields, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import frozen

Year = Annotated[int, Ge(2002), Le(2200)]
Amount = Annotated[int, Ge(0), Le(1_000_000_000_00)]
"""Euro cents, at most a billion euros: an annual budget is larger than any amount that the scheme pays."""
Balance = Annotated[int, Ge(-1_000_000_000_00), Le(1_000_000_000_00)]
"""Euro cents, negative for a loss or an overdraft."""

NO_FIGURE = Refusal("no-figure", "Aucun montant", status=422)


class Perimeter(LabelledEnum):
    """What the figures cover. A code without free text, for other services receive it in clear."""

    STRUCTURE = "structure", "toute la structure"
    ESTABLISHMENT = "establishment", "un établissement"
    ACTIVITY = "activity", "une activité"
    GROUP = "group", "le groupe ou l’ensemble associatif"


AMOUNT_LABELS = {
    "budget_cents": "Budget (total des produits)",
    "own_income_cents": "Ressources propres (ventes et prestations)",
    "subsidies_cents": "Subventions d’exploitation",
    "result_cents": "Résultat net",
    "cash_cents": "Trésorerie à la clôture",
}


@frozen
class Economics:
    """One fiscal year, named by the calendar year in which it ends. Null: not known."""

    fiscal_year: int
    perimeter: Perimeter
    budget_cents: int | None = None
    own_income_cents: int | None = None
    subsidies_cents: int | None = None
    result_cents: int | None = None
    cash_cents: int | None = None

    @property
    def amounts(self) -> dict[str, int]:
        """What is known, in euro cents, under the codes that follow-up uses."""
        known = {name: getattr(self, name) for name in AMOUNT_LABELS}
        return {name: cents for name, cents in known.items() if cents is not None}


IN_CENTS = {1: rename_fields({f"economics.{name.removesuffix('_cents')}": name for name in AMOUNT_LABELS})}


@event("economics-recorded", 2, label="Situation économique relevée", upcasts=IN_CENTS)
class EconomicsRecorded:
    economics: Economics


@event("economics-corrected", 2, label="Situation économique corrigée", effective="effective_on", upcasts=IN_CENTS)
class EconomicsCorrected:
    economics: Economics
    effective_on: date
    reason: Encrypted


@command(
    title="Relever la situation économique",
    leads_to=(EconomicsRecorded, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, NO_FIGURE, IMPLAUSIBLE_DATE),
)
class RecordEconomics:
    """The economy of the structure over one fiscal year, in euro cents: the reference that follow-up compares with.

    `fiscal_year`: the calendar year in which it ends; `result` and `cash` may be negative; null: not known."""

    fiscal_year: Year
    perimeter: Perimeter
    budget_cents: Amount | None = None
    own_income_cents: Amount | None = None
    subsidies_cents: Amount | None = None
    result_cents: Balance | None = None
    cash_cents: Balance | None = None


@command(
    title="Corriger la situation économique",
    leads_to=(EconomicsCorrected, *VOIDED),
    may_refuse=(*CONTENT_CLOSED, NOTHING_TO_CORRECT, NO_FIGURE, IMPLAUSIBLE_DATE),
)
class CorrectEconomics:
    """The economic figures were wrong: how they really were, since which day they hold, and why they are corrected.

    Where the fiscal year itself was wrong, record the figures again under the right one."""

    fiscal_year: Year
    perimeter: Perimeter
    effective_on: Day
    reason: Reason
    budget_cents: Amount | None = None
    own_income_cents: Amount | None = None
    subsidies_cents: Amount | None = None
    result_cents: Balance | None = None
    cash_cents: Balance | None = None


Command = RecordEconomics | CorrectEconomics
Event = EconomicsRecorded | EconomicsCorrected


def decide(economics: Economics | None, command: Command, context: Context) -> Event:
    match command:
        case RecordEconomics():
            return EconomicsRecorded(_build_economics(command, context))
        case CorrectEconomics(effective_on=effective_on, reason=reason):
            if economics is None or economics.fiscal_year != command.fiscal_year:
                raise NOTHING_TO_CORRECT(f"Aucune situation économique n’est relevée pour {command.fiscal_year}.")
            require_past(effective_on, context.now, "La date d’effet")
            return EconomicsCorrected(_build_economics(command, context), effective_on, reason=context.text(reason))


def available_commands(economics: Economics | None) -> Iterator[type]:
    yield RecordEconomics
    if economics:
        yield CorrectEconomics


def _build_economics(command: Command, context: Context) -> Economics:
    require_past(date(command.fiscal_year, 1, 1), context.now, "L’exercice")
    economics = Economics(
        command.fiscal_year,
        command.perimeter,
        budget_cents=command.budget_cents,
        own_income_cents=command.own_income_cents,
        subsidies_cents=command.subsidies_cents,
        result_cents=command.result_cents,
        cash_cents=command.cash_cents,
    )
    if not economics.amounts:
        raise NO_FIGURE(
            "Donnez au moins un montant\u00a0: budget, ressources propres, subventions, résultat ou trésorerie."
        )
    return economics
