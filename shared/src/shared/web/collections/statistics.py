"""Published statistics over HTTP, for pilots: exact tables of closed periods, small counts masked."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.eventlog import ServiceApplication
from shared.kernel import Role, format_day
from shared.statistics import (
    NotPublished,
    Published,
    Release,
    Territory,
    is_year,
    load_deployment,
    load_published,
    published_periods,
)
from shared.web.auth import Caller, authorize, requires
from shared.web.collections.statistics_tables import TERRITORY, Cell, DimensionTable, add_known, dimension_tables
from shared.web.http import CsvResponse, ProblemError, csv_file, problem_responses
from shared.web.requests import AppDep

STATISTICS_READERS = frozenset({Role.PILOT, Role.AUDITOR})
StatisticsReaderDep = Annotated[Caller, requires(*STATISTICS_READERS)]
FORMULA = (
    "Nombre exact, tel qu’il était enregistré un mois après la fin de chaque trimestre. Un nombre de un à quatre est"
    " masqué\u202f; d’autres nombres, ou des tableaux entiers, le sont pour qu’aucune soustraction ne le révèle, entre"
    " périodes, entre territoires ou entre deux lecteurs. Rien de ce qui est enregistré ensuite n’y change."
)


class PublishedTerritory(BaseModel):
    """The whole deployment (`all`), a region or department as the deployment declares them, or a unit."""

    code: str
    label: str
    units: list[str]


class Statistics(BaseModel):
    """Of one period, and of the territories that the answer adds up. `total` null: masked, and every table with it.
    `periods`: the quarters and years closed so far; a year is not published if a quarter of it counts one to four.
    `available`: the territories of this period that the right covers, each of which can be asked for."""

    units: list[str]
    period: str
    territories: list[str]
    population: str
    formula: str
    log_id: UUID
    total: int | None
    tables: list[DimensionTable]
    periods: list[str]
    available: list[PublishedTerritory]


class PublicStatistics(BaseModel):
    """Of the whole deployment, in one period; otherwise as pilots read them. `periods`: the quarters and years closed
    so far."""

    period: str
    population: str
    formula: str
    total: int | None
    tables: list[DimensionTable]
    periods: list[str]


Period = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}(-T[1-4])?$",
        description="A calendar quarter, of the whole deployment, or a year; without it, the last one that the right"
        " covers",
    ),
]
PublicPeriod = Annotated[
    str | None,
    Query(pattern=r"^\d{4}(-T[1-4])?$", description="A calendar quarter or a year; without it, the last one published"),
]
OfTerritory = Annotated[
    str | None,
    Query(
        alias=TERRITORY,
        max_length=100,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="The code of one of `available`; without it, all that the right covers",
    ),
]


def add_statistics(router: APIRouter, release: Release) -> None:
    """GET `/statistics` and `/statistics.csv`. Added before the routes that take an id at this place."""

    @router.get("/statistics", responses=problem_responses(404), summary="Get the published statistics")
    def get_statistics(
        app: AppDep, caller: StatisticsReaderDep, period: Period = None, territory: OfTerritory = None
    ) -> Statistics:
        """Counts along fixed dimensions, published a month after each quarter and year; no case, no event."""
        return load_statistics(app, caller, period, territory)

    @router.get(
        "/statistics.csv",
        response_class=CsvResponse,
        responses=problem_responses(404),
        summary="Download the published statistics as CSV",
    )
    def download_statistics(
        app: AppDep, caller: StatisticsReaderDep, period: Period = None, territory: OfTerritory = None
    ) -> CsvResponse:
        """The same tables, one cell a line: semicolons, decimal commas, no cell is taken for a formula."""
        return _csv_file(load_statistics(app, caller, period, territory))

    @router.get(
        "/statistics/public", responses=problem_responses(404), summary="Get the published statistics, without a token"
    )
    def get_public_statistics(app: AppDep, period: PublicPeriod = None) -> PublicStatistics:
        """Counts of the whole deployment, where it says `public = true` in the file of DLA_STATISTICS. No token is
        needed; what pilots read masked is masked."""
        return load_public_statistics(app, release, period)

    def load_statistics(
        app: ServiceApplication, caller: Caller, period: str | None, territory: str | None
    ) -> Statistics:
        authorize(caller)
        periods = published_periods(app)
        units = frozenset(caller.actor.territory)
        chosen, published = _choose_period(app, release, periods, period=period, units=units)
        available = [each for each in published.root.nested() if each.units <= units]
        if territory is None:
            chosen_territories = list(published.root.covered_by(units))
        else:
            chosen_territories = [each for each in available if each.code == territory]
            if not chosen_territories:
                raise _unknown_territory(available)
        tables = [published.tables[each.code] for each in chosen_territories]
        return Statistics(
            units=sorted(units if territory is None else chosen_territories[0].units),
            period=chosen,
            territories=[each.code for each in chosen_territories],
            population=release.population,
            formula=FORMULA,
            log_id=app.recorder.identity().log_id,
            total=add_known([each.total for each in tables]),
            tables=list(dimension_tables(release, published, chosen_territories, tables=tables)),
            periods=periods,
            available=[
                PublishedTerritory(code=each.code, label=each.label, units=sorted(each.units)) for each in available
            ],
        )


def load_public_statistics(app: ServiceApplication, release: Release, period: str | None) -> PublicStatistics:
    """The tables of the whole deployment. Raises ProblemError 404 where it does not publish them to everybody."""
    if not load_deployment().public:
        raise _not_public()
    periods = published_periods(app)
    for each in [period] if period else [*reversed(periods)]:
        try:
            published = load_published(app, release, each)
        except NotPublished:
            continue
        whole = published.tables[published.root.code]
        return PublicStatistics(
            period=each,
            population=release.population,
            formula=FORMULA,
            total=whole.total,
            tables=list(dimension_tables(release, published, [published.root], tables=[whole])),
            periods=periods,
        )
    raise _not_published(app, periods)


def _choose_period(
    app: ServiceApplication, release: Release, periods: Sequence[str], *, period: str | None, units: frozenset[str]
) -> tuple[str, Published]:
    """The period and its tables; without one, the last quarter, or the last year if the right covers no quarter."""
    quarters, years = ([each for each in periods if is_year(each) is kind] for kind in (False, True))
    for each in [period] if period else [*quarters[-1:], *reversed(years)]:
        try:
            published = load_published(app, release, each)
        except NotPublished:
            continue
        if _is_readable(published, units):
            return each, published
        if period:
            raise _wider_than_the_right(years)
    raise _not_published(app, periods)


def _is_readable(published: Published, units: frozenset[str]) -> bool:
    """Nothing of these units, or something that they cover whole."""
    return not published.root.units & units or any(published.root.covered_by(units))


COLUMNS = ("Période", "Territoire", "Population", "Dimension", "Clé", "Libellé", "Valeur", "Masqué", "Formule")


def _csv_file(answer: Statistics) -> CsvResponse:
    of = (answer.period, ", ".join(answer.territories), answer.population)
    total = Cell(key="total", label="total", value=answer.total, masked=answer.total is None)
    lines = [("Total", total), *((table.label, cell) for table in answer.tables for cell in table.cells)]
    rows = (
        (*of, dimension, cell.key, cell.label, cell.value, "oui" if cell.masked else "non", answer.formula)
        for dimension, cell in lines
    )
    return csv_file("statistiques", COLUMNS, rows)


def _not_published(app: ServiceApplication, published: Sequence[str]) -> ProblemError:
    detail = (
        "Un trimestre est publié un mois après sa fin, une année avec son dernier trimestre, si aucun n’a de un à"
        f" quatre cas en tout\u202f; nous sommes le {format_day(app.clock.now())}."
    )
    return ProblemError(404, "not-published", "Période non publiée", detail, periods=list(published))


def _not_public() -> ProblemError:
    detail = "Ce déploiement ne publie pas ses statistiques à tout le monde\u00a0: ses pilotes les lisent."
    return ProblemError(404, "not-published", "Statistiques non publiques", detail, periods=[])


def _wider_than_the_right(years: Sequence[str]) -> ProblemError:
    detail = (
        "Cette période n’est publiée que pour des territoires qui dépassent votre droit\u00a0: un trimestre l’est pour"
        " l’ensemble seul, une année pour chaque territoire."
    )
    return ProblemError(404, "not-published", "Période non publiée pour ce territoire", detail, periods=list(years))


def _unknown_territory(available: Sequence[Territory]) -> ProblemError:
    detail = "Aucun territoire publié pour cette période ne porte ce code, parmi ceux de votre droit."
    codes = [each.code for each in available]
    return ProblemError(422, "unknown-territory", "Territoire inconnu", detail, territories=codes)
