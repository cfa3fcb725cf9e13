"""Published statistics over HTTP, for pilots: rounded tables of a whole territory and whole periods."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.eventlog import ServiceApplication
from shared.kernel import Role, format_date
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


class Table(BaseModel):
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
    tables: list[Table]
    periods: list[str]


Period = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}(-T[1-4])?$", description="A calendar quarter or year; without it, the last quarter published"
    ),
]


def add_statistics(router: APIRouter, release: Release) -> None:
    """GET …/statistics. Comes before what takes an id at the same place."""

    @router.get("/statistics", responses=problem_responses(404), summary="Get the published statistics")
    def get_statistics(app: AppDep, caller: StatisticsReaderDep, period: Period = None) -> Statistics:
        """Counts along fixed dimensions, published once a month after each quarter; no dossier, no event, no unit."""
        return told(app, caller, period)

    @router.get(
        "/statistics.csv",
        response_class=CsvResponse,
        responses=problem_responses(404),
        summary="Download the published statistics as CSV",
    )
    def download_statistics(app: AppDep, caller: StatisticsReaderDep, period: Period = None) -> CsvResponse:
        """The same, a line each: semicolons, decimal commas, no cell that a spreadsheet would take for a formula."""
        return _file(told(app, caller, period))

    def told(app: ServiceApplication, caller: Caller, period: str | None) -> Statistics:
        authorize(caller)
        quarters = published_quarters(app)
        known = periods_of(quarters)
        wanted = period or (str(quarters[-1]) if quarters else None)
        if wanted is None or wanted not in known:
            raise _not_published(app, known)
        tables = published_tables(app, release, caller.actor.territory, quarters_of(wanted))
        return Statistics(
            units=sorted(caller.actor.territory),
            period=wanted,
            population=release.population,
            formula=FORMULA,
            log_id=app.recorder.identity().log_id,
            tables=[_table(tables, each) for each in release.dimensions if _was_told(tables, each)],
            periods=known,
        )


COLUMNS = ("Période", "Population", "Dimension", "Clé", "Libellé", "Valeur", "Au moins", "Au plus", "Formule")


def _file(told: Statistics) -> CsvResponse:
    rows = (
        (
            *(told.period, told.population, table.label, cell.key, cell.label),
            *(cell.value, cell.at_least, cell.at_most, told.formula),
        )
        for table in told.tables
        for cell in table.cells
    )
    return csv_file("statistiques", COLUMNS, rows)


def _was_told(tables: list[Counts], dimension: Dimension) -> bool:
    """Whether the program knew of the dimension already each time."""
    return all(dimension.keys.keys() <= table.get(dimension.code, {}).keys() for table in tables)


def _table(tables: list[Counts], dimension: Dimension) -> Table:
    cells = [
        _cell([table[dimension.code][key] for table in tables], key, label) for key, label in dimension.keys.items()
    ]
    estimate = sum(cell.value * dimension.midpoints[cell.key] for cell in cells if cell.key in dimension.midpoints)
    return Table(
        code=dimension.code, label=dimension.label, cells=cells, estimate=estimate if dimension.midpoints else None
    )


def _cell(told: list[int], key: str, label: str) -> Cell:
    least, most = (sum(each) for each in zip(*map(bounds, told), strict=True)) if told else (0, 0)
    return Cell(key=key, label=label, value=sum(told), at_least=least, at_most=most)


def _not_published(app: ServiceApplication, known: list[str]) -> ProblemError:
    detail = (
        "Un trimestre est publié un mois après sa fin, une année avec son dernier trimestre\u202f; nous sommes le"
        f" {format_date(app.clock.now().date())}."
    )
    return ProblemError(404, "not-published", "Période non publiée", detail, periods=known)
