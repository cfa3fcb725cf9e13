"""Figures of a unit's diagnoses, each with its formula and the cases it is computed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diagnostic.domain import lifecycle, plan, validation
from diagnostic.domain.content import difficulty, employment
from diagnostic.projections import diagnoses
from shared.kernel import Axis, DifficultyLevel
from shared.kernel.frozen import replace
from shared.projections import Row
from shared.statistics import (
    BY_UNIT,
    UNKNOWN,
    Figure,
    Figures,
    Grouping,
    count_figure,
    days_between,
    distinct_figure,
    grouped_figures,
    median_figure,
    size_class_of,
    size_label,
)

OPENED = (lifecycle.DiagnosisOpened,)
JOB_EVENTS = (*OPENED, employment.EmploymentRecorded, employment.EmploymentCorrected, plan.BaselineCorrected)
LEADER_DECISIONS = (validation.DiagnosisValidated, validation.DiagnosisContested, lifecycle.ValidationVoided)
SOURCES: dict[str, tuple[type, ...]] = {
    "diagnoses": OPENED,
    "structures": OPENED,
    "validated": LEADER_DECISIONS,
    "plans": (plan.PlanAgreed,),
    "by_theme": (plan.PlanAgreed,),
    "by_difficulty": (difficulty.DifficultyQualified,),
    "jobs_concerned": JOB_EVENTS,
    "by_size": JOB_EVENTS,
    "days_to_validation": (*OPENED, *LEADER_DECISIONS),
    "days_to_plan": (*OPENED, plan.PlanAgreed),
}


def _compute(rows: Sequence[Row]) -> Iterator[Figure]:
    yield count_figure(
        "diagnoses", "Diagnostics ouverts", "nombre de diagnostics, depuis l’admission de la structure", rows
    )
    formula = "nombre de structures différentes qui ont au moins un diagnostic"
    yield distinct_figure("structures", "Structures diagnostiquées", formula, rows, "structure")
    validated = [row for row in rows if row["validated_at"]]
    formula = "nombre de diagnostics dont la validation par la structure tient"
    yield count_figure("validated", "Diagnostics validés", formula, validated)
    agreed = [row for row in rows if row.get("agreed_at")]
    yield count_figure("plans", "Plans d’accompagnement convenus", "nombre de plans convenus", agreed)
    yield _jobs_concerned(rows)
    yield from _groups(rows, agreed)
    yield median_figure(
        "days_to_validation",
        "Jours du début du diagnostic à sa validation (médiane)",
        "médiane de (première validation qui tient − ouverture du diagnostic), pour les seuls diagnostics validés",
        days_between(rows, "opened_at", "validated_at"),
        len(rows),
    )
    yield median_figure(
        "days_to_plan",
        "Jours de l’admission au plan convenu (médiane)",
        "médiane de (plan convenu − admission), pour les seuls diagnostics dont le plan est convenu",
        days_between(rows, "admitted_at", "agreed_at"),
        len(rows),
    )


def _jobs_concerned(rows: Sequence[Row]) -> Figure:
    known = [row for row in rows if _headcount(row) is not None]
    sum_figure = count_figure(
        "jobs_concerned",
        "Emplois concernés",
        "Σ effectif salarié relevé au diagnostic, ou sinon connu à l’admission, pour les seuls diagnostics où il est"
        " connu\u202f; ce n’est pas un nombre d’emplois sauvés",
        known,
        lambda row: _headcount(row) or 0,
    )
    return replace(sum_figure, among=len(known))


def _groups(rows: Sequence[Row], agreed: Sequence[Row]) -> Iterator[Figure]:
    formula = "nombre de plans convenus qui retiennent cet axe\u202f; un plan peut en retenir plusieurs"
    for axis in Axis:
        chosen = [row for row in agreed if axis in row["plan"]]
        if chosen:
            yield count_figure(
                "by_theme", f"Plans par axe de changement\u00a0: {axis.label}", formula, chosen, key=axis
            )
    formula = "nombre de diagnostics, selon le dernier niveau de difficulté qualifié"
    qualified = [row for row in rows if row["difficulty"]]
    yield from grouped_figures("by_difficulty", "Diagnostics par difficulté", formula, qualified, _level, _level_label)
    formula = "nombre de diagnostics, selon l’effectif relevé au diagnostic, ou sinon connu à l’admission"
    yield from grouped_figures("by_size", "Diagnostics par effectif", formula, rows, size_at_the_diagnosis, size_label)


def _headcount(row: Row) -> int | None:
    employed = row["employment"]
    known: int | None = round(employed["cdi"] + employed["cdd"]) if employed else row["headcount"]
    return known


def size_at_the_diagnosis(row: Row) -> str:
    return size_class_of(_headcount(row))


def _level(row: Row) -> str:
    return str(row["difficulty"])


def _level_label(level: str) -> str:
    return DifficultyLevel(level).label


def _last_level(row: Row) -> str:
    return str(row["difficulty"] or UNKNOWN)


def _last_level_label(level: str) -> str:
    return "non qualifiée" if level == UNKNOWN else _level_label(level)


figures = Figures(
    diagnoses,
    _compute,
    source_events=SOURCES.__getitem__,
    dates={"opened_at": "ouverture du diagnostic", "validated_at": "validation", "agreed_at": "plan convenu"},
    dated_by={
        **dict.fromkeys(("validated", "days_to_validation"), "validated_at"),
        **dict.fromkeys(("plans", "by_theme", "days_to_plan"), "agreed_at"),
    },
    groupings={
        **BY_UNIT,
        "size": Grouping("Effectif", size_at_the_diagnosis, words=size_label),
        "difficulty": Grouping("Dernière difficulté qualifiée", _last_level, words=_last_level_label),
    },
)
