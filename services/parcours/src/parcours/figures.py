"""Figures of a unit's parcours and funds, each with its formula and the events behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from parcours.domain import ending
from parcours.domain.building import edits, validation
from parcours.domain.funding import fund, payments
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.state import ParcoursStatus
from parcours.projections import funds, parcours_list
from shared.kernel import AXIS_LABELS
from shared.kernel.frozen import replace
from shared.projections import Row
from shared.statistics import (
    BY_UNIT,
    THEME_LABELS,
    UNKNOWN,
    Figure,
    Figures,
    Grouping,
    count_figure,
    days_between,
    distinct_figure,
    grouped_figures,
    load_deployment,
    median_figure,
    share_figure,
)

OPENED = (ParcoursOpened,)
VALIDATED = (validation.ParcoursValidated,)
ENDED = (ending.ParcoursCompleted, ending.ParcoursAbandoned)
ACTIONS = (edits.ActionAdded, edits.ActionRemoved)
BEHIND: dict[str, tuple[type, ...]] = {
    "parcours": OPENED,
    "accompanied": VALIDATED,
    "with_consulting": (*VALIDATED, *ACTIONS),
    "completed": (ending.ParcoursCompleted,),
    "abandoned": (ending.ParcoursAbandoned,),
    "by_theme": (*VALIDATED, edits.AxesRanked),
    "committed_cents": (payments.FundsCommitted, payments.FundsReleased),
    "paid_cents": (payments.PaymentAuthorised,),
    "days_to_validation": (*OPENED, *VALIDATED),
    "days_to_completion": (*VALIDATED, *ENDED),
}
BEHIND_FUNDS: dict[str, tuple[type, ...]] = {
    "allocated_cents": (fund.FundOpened, fund.FundAdjusted),
    "engaged_cents": (fund.FundEngaged, fund.FundFreed),
    "engaged_share": (fund.FundOpened, fund.FundAdjusted, fund.FundEngaged, fund.FundFreed),
    "paid_cents": (fund.FundSpent,),
}


def _of_parcours(rows: Sequence[Row]) -> Iterator[Figure]:
    yield count_figure("parcours", "Parcours ouverts", "nombre de parcours, depuis le plan convenu", rows)
    validated = [row for row in rows if row["first_validated_at"]]
    formula = "nombre de structures différentes qui ont validé au moins un parcours"
    yield distinct_figure("accompanied", "Structures accompagnées", formula, validated, "structure")
    consulting = [row for row in validated if row["consulting"]]
    formula = "nombre de structures différentes dont un parcours validé compte au moins une action de conseil"
    yield distinct_figure(
        "with_consulting", "Structures accompagnées avec du conseil", formula, consulting, "structure"
    )
    completed = [row for row in rows if row.get("completed_at")]
    yield count_figure("completed", "Parcours terminés", "nombre de parcours terminés au moins une fois", completed)
    abandoned = [row for row in rows if row["status"] == ParcoursStatus.ABANDONED]
    yield count_figure("abandoned", "Parcours abandonnés", "nombre de parcours abandonnés", abandoned)
    formula = "nombre de parcours validés au moins une fois, selon l’axe de changement classé premier"
    yield from grouped_figures("by_theme", "Parcours par premier axe", formula, validated, _first_axis, _axis_in_french)
    yield from _money(rows)
    yield median_figure(
        "days_to_validation",
        "Jours du plan convenu au parcours validé (médiane)",
        "médiane de (première validation du parcours − ouverture), pour les seuls parcours validés",
        days_between(rows, "opened_at", "first_validated_at"),
        len(rows),
    )
    yield median_figure(
        "days_to_completion",
        "Jours du parcours validé à sa fin (médiane)",
        "médiane de (dernière fin du parcours − première validation), pour les seuls parcours terminés",
        days_between(rows, "first_validated_at", "completed_at"),
        len(rows),
    )


def _money(rows: Sequence[Row]) -> Iterator[Figure]:
    formula = "Σ financements engagés − financements rendus, en centimes d’euro"
    yield count_figure(
        "committed_cents", "Engagé pour des prestations (centimes)", formula, rows, lambda row: row["committed_cents"]
    )
    formula = "Σ paiements autorisés, en centimes d’euro"
    yield count_figure("paid_cents", "Payé à des prestataires (centimes)", formula, rows, lambda row: row["paid_cents"])


def _first_axis(row: Row) -> str:
    return next(iter(row["ranking"]), UNKNOWN)


def _axis_in_french(axis: str) -> str:
    return "axes non hiérarchisés" if axis == UNKNOWN else AXIS_LABELS.get(axis, axis)


def _of_funds(rows: Sequence[Row]) -> Iterator[Figure]:
    for year in sorted({row["year"] for row in rows}):
        of_year, key = [row for row in rows if row["year"] == year], str(year)
        for code, label, formula, field in SUMS:
            yield count_figure(code, f"{label} {year}", formula, of_year, itemgetter(field), key)
        engaged = share_figure(
            "engaged_share",
            f"Part engagée du fonds d’ingénierie {year}",
            "sommes engagées, paiements compris ÷ enveloppe",
            [(row["id"], row["committed_cents"], row["allocated_cents"]) for row in of_year],
        )
        yield replace(engaged, key=key)


SUMS = (
    (
        "allocated_cents",
        "Enveloppe du fonds d’ingénierie (centimes)",
        "Σ enveloppes, ajustements compris",
        "allocated_cents",
    ),
    ("engaged_cents", "Engagé sur le fonds d’ingénierie (centimes)", "Σ sommes engagées − rendues", "committed_cents"),
    ("paid_cents", "Payé sur le fonds d’ingénierie (centimes)", "Σ paiements", "paid_cents"),
)


def _theme(row: Row) -> str:
    return load_deployment().theme_of(_first_axis(row))


parcours_figures = Figures(
    parcours_list,
    _of_parcours,
    source_events=BEHIND.__getitem__,
    dates={
        "opened_at": "ouverture du parcours",
        "first_validated_at": "première validation",
        "completed_at": "dernière fin",
        "abandoned_at": "abandon",
    },
    dated_by={
        **dict.fromkeys(("accompanied", "with_consulting", "by_theme", "days_to_validation"), "first_validated_at"),
        **dict.fromkeys(("completed", "days_to_completion"), "completed_at"),
        "abandoned": "abandoned_at",
    },
    groupings={
        **BY_UNIT,
        "theme": Grouping("Thème publié de l’axe classé premier", _theme, words=THEME_LABELS.__getitem__),
        "axis": Grouping("Axe de changement classé premier", _first_axis, words=_axis_in_french),
    },
)
fund_figures = Figures(
    funds,
    _of_funds,
    source_events=BEHIND_FUNDS.__getitem__,
    key_parameter="year",
    dates={"year": "année du fonds"},
)
