"""National statistics: what each region publishes of a period, added up.

Only published numbers enter, so that the sum tells no more of anybody than the regions do. Where one of them is
masked, the sum is unknown, and what is known of it is a lower bound. The hub keeps nothing: each region answers the
reader's own token, by the reader's right there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Path as PathParameter
from fastapi import Query, Request
from pydantic import BaseModel

from audit.phase_services import PhaseServices
from audit.phases import MissingService, ServiceQuestion, ask_services
from shared.kernel import CASE_PATHS, PHASE_SERVICES
from shared.messaging import find_origin, regional_publisher
from shared.statistics import WHOLE
from shared.web.auth import IdentityDep
from shared.web.http import ServiceRouter, problem_responses

NATIONAL_FORMULA = (
    "Somme des nombres publiés par chaque région. Sans valeur, un nombre est masqué dans une région au moins, ou une"
    " région n’a pas répondu\u00a0: «\u202fat_least\u202f» additionne les autres."
)
PART_ONLY = "Votre droit n’y couvre qu’une partie de la région."
TERRITORY = "territory"
"""Each region's own parts: they are not added up."""
PhaseName = Annotated[str, PathParameter(pattern=f"^({'|'.join(PHASE_SERVICES)})$")]
Period = Annotated[str, Query(pattern=r"^\d{4}(-T[1-4])?$", description="A calendar quarter or a year")]


class NationalNumber(BaseModel):
    """`value` null: masked in a region, or a region is missing. `at_least`: the sum of what is published."""

    value: int | None
    at_least: int


class NationalCell(NationalNumber):
    key: str
    label: str


class NationalTable(BaseModel):
    """The population along one dimension; the parts of a region are not among them."""

    code: str
    label: str
    cells: list[NationalCell]


class RegionTotal(BaseModel):
    """`total` null: masked there."""

    region: str
    total: int | None


class NationalStatistics(BaseModel):
    """`regions`: whose tables are added up; `unavailable`: those that do not answer, refuse or have not published."""

    service: str
    period: str
    population: str
    formula: str
    total: NationalNumber
    tables: list[NationalTable]
    regions: list[RegionTotal]
    unavailable: list[MissingService]


def statistics_router(regions: Sequence[str]) -> ServiceRouter:
    """`regions`: all of them, so that one without an address is missed."""
    router = ServiceRouter("/api/v1/national", tags=["statistics"], responses=problem_responses(503))

    @router.get("/statistics/{service}", summary="Get the published statistics of all regions, added up")
    def get_national_statistics(
        request: Request, _identity: IdentityDep, service: PhaseName, period: Period
    ) -> NationalStatistics:
        """Of one phase's service. Each region answers under the reader's own right there."""
        question = ServiceQuestion(f"{CASE_PATHS[service]}/statistics", {"period": period})
        questions = {regional_publisher(region, service): question for region in regions}
        reader = {"Authorization": request.headers["Authorization"]}
        answers = ask_services(PhaseServices.of(request), questions, reader)
        missing = [MissingService(service=_region(each.service), reason=each.reason) for each in answers.unavailable]
        return add_up(service, period, {_region(name): page for name, page in answers.pages.items()}, missing)

    return router


def add_up(
    service: str, period: str, pages: Mapping[str, Mapping[str, Any]], missing: list[MissingService]
) -> NationalStatistics:
    """`pages`: by region, what it publishes of this period; one at least."""
    first = next(iter(pages.values()))
    partly = [region for region, page in pages.items() if page["territories"] != [WHOLE]]
    missing = [*missing, *(MissingService(service=region, reason=PART_ONLY) for region in partly)]
    pages, complete = {region: page for region, page in pages.items() if region not in partly}, not missing
    shown = [page for page in pages.values() if page["total"] is not None]
    codes = [each["code"] for each in next(iter(shown), first)["tables"] if each["code"] != TERRITORY]
    return NationalStatistics(
        service=service,
        period=period,
        population=first["population"],
        formula=NATIONAL_FORMULA,
        total=_add((page["total"] for page in pages.values()), complete=complete),
        tables=[_add_tables(code, shown, complete=complete and len(shown) == len(pages)) for code in codes],
        regions=[RegionTotal(region=region, total=page["total"]) for region, page in pages.items()],
        unavailable=missing,
    )


def _add_tables(code: str, pages: Sequence[Mapping[str, Any]], *, complete: bool) -> NationalTable:
    tables = [table for page in pages if (table := _table(page, code))]
    complete = complete and len(tables) == len(pages)
    labels = {cell["key"]: cell["label"] for table in tables for cell in table["cells"]}
    values = [{cell["key"]: cell["value"] for cell in table["cells"]} for table in tables]
    cells = []
    for key, label in labels.items():
        number = _add((each.get(key, 0) for each in values), complete=complete)
        cells.append(NationalCell(key=key, label=label, value=number.value, at_least=number.at_least))
    return NationalTable(code=code, label=tables[0]["label"], cells=cells)


def _add(values: Iterable[int | None], *, complete: bool) -> NationalNumber:
    found = [*values]
    known = sum(value for value in found if value is not None)
    return NationalNumber(value=known if complete and None not in found else None, at_least=known)


def _region(publisher: str) -> str:
    return find_origin(publisher, "").region


def _table(page: Mapping[str, Any], code: str) -> Mapping[str, Any] | None:
    return next((table for table in page["tables"] if table["code"] == code), None)
