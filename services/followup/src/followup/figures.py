"""What do follow-ups tell of a unit's work? Each number with its formula, and the cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from pydantic import BaseModel

from shared.eventlog.recorder import LogRecorder
from shared.views import Document, View

SATISFIED_FROM = 4
JOBS = {"cdi": "CDI", "cdd": "CDD", "aided": "contrats aidés", "fte": "ETP"}


class Figure(BaseModel):
    """`value` null: nothing to divide by, or nobody to compare. `counted` over `among`, or `counted` alone."""

    code: str
    label: str
    review: str | None = None
    value: float | None
    counted: float
    among: int | None = None
    formula: str
    cases: list[UUID]


class Figures(BaseModel):
    """`unit` null: all units."""

    unit: str | None
    figures: list[Figure]


def figures_of(recorder: LogRecorder, view: View, unit: str | None) -> Figures:
    rows = recorder.fetch(
        "SELECT document FROM {schema}.views WHERE view = %(view)s"
        " AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s) ORDER BY case_id",
        {"view": view.name, "unit": unit},
    )
    return Figures(unit=unit, figures=list(_figures([row["document"] for row in rows])))


def _figures(rows: list[Document]) -> Iterator[Figure]:
    yield _count("follow_ups", "Structures suivies", "nombre de suivis ouverts, clos compris", rows, lambda _: 1)
    yield _count("reviews_held", "Bilans réalisés", "nombre de bilans réalisés", rows, lambda row: row["reviews_held"])
    yield _count(
        "reviews_unreachable",
        "Bilans sans réponse de la structure",
        "nombre de bilans où la structure est restée injoignable",
        rows,
        lambda row: row["reviews_unreachable"],
    )
    yield _count(
        "reviews_overdue",
        "Bilans en retard",
        "nombre de bilans encore à faire 60 jours après leur échéance",
        rows,
        lambda row: len(row["overdue"]),
    )
    yield _satisfaction(rows)
    yield _response_rate(rows)
    for review in dict.fromkeys(_kind(code) for row in rows for code in row["measured"]):
        for code, label in JOBS.items():
            yield _job_change(rows, review, code, label)


def _count(code: str, label: str, formula: str, rows: Iterable[Document], of: Callable[[Document], int]) -> Figure:
    counted = {row["id"]: of(row) for row in rows}
    total = sum(counted.values())
    cases = [case for case, count in counted.items() if count]
    return Figure(code=code, label=label, value=total, counted=total, formula=formula, cases=cases)


def _satisfaction(rows: list[Document]) -> Figure:
    answers = [(row["id"], answer) for row in rows for answer in row["satisfaction"].values() if answer is not None]
    satisfied = sum(answer >= SATISFIED_FROM for _, answer in answers)
    return Figure(
        code="satisfaction",
        label="Part de satisfaits",
        value=satisfied / len(answers) if answers else None,
        counted=satisfied,
        among=len(answers),
        formula=f"réponses de {SATISFIED_FROM} ou 5 sur 5 ÷ réponses reçues",
        cases=list(dict.fromkeys(case for case, _ in answers)),
    )


def _response_rate(rows: list[Document]) -> Figure:
    asked = [(row["id"], answer) for row in rows for answer in row["satisfaction"].values()]
    answered = sum(answer is not None for _, answer in asked)
    return Figure(
        code="response_rate",
        label="Taux de réponse à la question de satisfaction",
        value=answered / len(asked) if asked else None,
        counted=answered,
        among=len(asked),
        formula="réponses reçues ÷ bilans réalisés où la question a été posée",
        cases=list(dict.fromkeys(case for case, _ in asked)),
    )


def _job_change(rows: list[Document], review: str, code: str, label: str) -> Figure:
    """A structure is counted once for each review, by its latest of that kind."""
    changes: dict[UUID, float] = {}
    for row in rows:
        for held, values in row["measured"].items():
            if _kind(held) == review and code in values and code in row["baseline"]:
                changes[UUID(row["id"])] = values[code] - row["baseline"][code]
    total = round(sum(changes.values()), 2)
    return Figure(
        code=f"job_change_{code}",
        label=f"Évolution de l’emploi entre le diagnostic et le bilan {review}\u202f: {label}",
        review=review,
        value=total if changes else None,
        counted=total,
        among=len(changes),
        formula=f"Σ ({label} au bilan {review} − {label} au diagnostic), pour les seules structures où les deux sont"
        " mesurés par la même définition\u202f; ce n’est pas un nombre d’emplois sauvés",
        cases=list(changes),
    )


def _kind(review: str) -> str:
    """`M6-2`, after an update of the parcours, is a review of six months like `M6`."""
    return review.partition("-")[0]
