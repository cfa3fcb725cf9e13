"""Published statistics over HTTP, for pilots: rounded tables of a whole territory and whole periods."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.eventlog import ServiceApplication
from shared.kernel import Role, format_date, paris_date
from shared.statistics import (
    Counts,
    Dimension,
    Release,
    bounds,
    periods_of,
    published_quarters,
    published_tables,
    quarters_of,
)
from shared.web.auth import Caller, authorize, requires
from shared.web.http import CsvResponse, ProblemError, csv_file, problem_responses
from shared.web.requests import AppDep

STATISTICS_READERS = frozenset({Role.PILOT, Role.AUDITOR})
StatisticsReaderDep = Annotated[Caller, requires(*STATISTICS_READERS)]
FORMULA = (
    "Chaque nombre est la somme de comptes par unité et par trimestre, chacun arrondi au hasard au multiple de cinq"
    " inférieur ou supérieur\u00a0: un compte de un à quatre est dit 0 ou 5. Le nombre exact est entre"
    " «\u202fat_least\u202f» et «\u202fat_most\u202f». Rien de ce qui est enregistré après la publication n’y change."
)


class Cell(BaseModel):
    """`value`: a sum of rounded counts; the number itself is from `at_least` to `at_most`."""

    key: str
    label: str
    value: int
    at_least: int
    at_most: int


class DimensionTable(BaseModel):
    """The population along one dimension. `estimate`: for bands, Σ (value × middle of the band)."""

    code: str
    label: str
    cells: list[Cell]
    estimate: float | None = None


class Statistics(BaseModel):
    """Of the whole territory of the right, and of one period; `periods` are those that were published so far."""

    units: list[str]
    period: str
    population: str
    formula: str
    log_id: UUID
    tables: list[DimensionTable]
    periods: list[str]


Period = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}(-T[1-4])?$", description="A calendar quarter or year; without it, the last quarter published"
    ),
]


def add_statistics(router: APIRouter, release: Release) -> None:
    """GET `/statistics` and `/statistics.csv`. Added before the routes that take an id at this place."""

    @router.get("/statistics", responses=problem_responses(404), summary="Get the published statistics")
    def get_statistics(app: AppDep, caller: StatisticsReaderDep, period: Period = None) -> Statistics:
        """Counts along fixed dimensions, published once a month after each quarter; no dossier, no event, no unit."""
        return load_statistics(app, caller, period)

    @router.get(
        "/statistics.csv",
        response_class=CsvResponse,
        responses=problem_responses(404),
        summary="Download the published statistics as CSV",
    )
    def download_statistics(app: AppDep, caller: StatisticsReaderDep, period: Period = None) -> CsvResponse:
        """The same tables, one cell a line: semicolons, decimal commas, no cell is taken for a formula."""
        return _csv_file(load_statistics(app, caller, period))

    def load_statistics(app: ServiceApplication, caller: Caller, period: str | None) -> Statistics:
        authorize(caller)
        quarters = published_quarters(app)
        published = periods_of(quarters)
        chosen = period or (str(quarters[-1]) if quarters else None)
        if chosen is None or chosen not in published:
            raise _not_published(app, published)
        tables = published_tables(app, release, caller.actor.territory, quarters_of(chosen))
        return Statistics(
            units=sorted(caller.actor.territory),
            period=chosen,
            population=release.population,
            formula=FORMULA,
            log_id=app.recorder.identity().log_id,
            tables=[_table(tables, each) for each in release.dimensions if _has_dimension(tables, each)],
            periods=published,
        )


COLUMNS = ("Période", "Population", "Dimension", "Clé", "Libellé", "Valeur", "Au moins", "Au plus", "Formule")


def _csv_file(answer: Statistics) -> CsvResponse:
    rows = (
        (
            *(answer.period, answer.population, table.label, cell.key, cell.label),
            *(cell.value, cell.at_least, cell.at_most, answer.formula),
        )
        for table in answer.tables
        for cell in table.cells
    )
    return csv_file("statistiques", COLUMNS, rows)


def _has_dimension(tables: list[Counts], dimension: Dimension) -> bool:
    """Whether every one of these tables has the dimension: older ones may have been published without it."""
    return all(dimension.keys.keys() <= table.get(dimension.code, {}).keys() for table in tables)


def _table(tables: list[Counts], dimension: Dimension) -> DimensionTable:
    cells = [
        _cell([table[dimension.code][key] for table in tables], key, label) for key, label in dimension.keys.items()
    ]
    estimate = sum(cell.value * dimension.midpoints[cell.key] for cell in cells if cell.key in dimension.midpoints)
    return DimensionTable(
        code=dimension.code, label=dimension.label, cells=cells, estimate=estimate if dimension.midpoints else None
    )


def _cell(counts: list[int], key: str, label: str) -> Cell:
    least, most = (sum(each) for each in zip(*map(bounds, counts), strict=True)) if counts else (0, 0)
    return Cell(key=key, label=label, value=sum(counts), at_least=least, at_most=most)


def _not_published(app: ServiceApplication, published: list[str]) -> ProblemError:
    detail = (
        "Un trimestre est publié un mois après sa fin, une année avec son dernier trimestre\u202f; nous sommes le"
        f" {format_date(paris_date(app.clock.now()))}."
    )
    return ProblemError(404, "not-published", "Période non publiée", detail, periods=published)
