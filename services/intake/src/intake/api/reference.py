"""Reference data over HTTP: /api/v1/criteria, /communes, /activities, /orientation-targets, /reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query

from intake.bootstrap import Deployment
from intake.domain.reference import nomenclature, territory
from intake.domain.reference.communes import Commune
from intake.domain.reference.criteria import Criteria
from intake.domain.reference.sources import Source
from intake.domain.reference.targets import Target
from intake.domain.reference.territory import Region
from intake.reference import files, search
from shared.web.auth import CaseReaderDep, authorize
from shared.web.collections import NO_NUL_PATTERN
from shared.web.http import ProblemError
from shared.web.requests import case_router


@dataclass(frozen=True, slots=True)
class SourcedRegions:
    """The regions with their departments, and where the list comes from."""

    source: str
    items: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class SourcedLabels:
    """Labels by code, and where they come from."""

    source: str
    items: dict[str, str]


@dataclass(frozen=True, slots=True)
class SourcedList:
    """The address of a list that is too long to stand here, and where it comes from."""

    source: str
    items: str


@dataclass(frozen=True, slots=True)
class ShippedReference:
    """Each with its source, in French. `criteria`: what the codes of their sources mean."""

    regions: SourcedRegions
    naf_sections: SourcedLabels
    legal_categories: SourcedLabels
    communes: SourcedList
    activities: SourcedList
    criteria: SourcedLabels


SearchText = Annotated[str, Query(min_length=2, max_length=100, pattern=NO_NUL_PATTERN)]


def build_router(deployment: Deployment) -> APIRouter:
    router = case_router("", "reference")

    @router.get("/orientation-targets", summary="List the targets of orientations")
    def list_orientation_targets(caller: CaseReaderDep) -> list[Target]:
        """An orientation may also name a target that is not in this list."""
        authorize(caller)
        return list(deployment.reference.targets)

    @router.get("/criteria", summary="List the versions of the eligibility criteria")
    def list_criteria(caller: CaseReaderDep) -> list[Criteria]:
        """This deployment's versions, each with its days. `source` says where a criterion comes from; none is an
        official rule."""
        authorize(caller)
        return list(deployment.reference.criteria)

    @router.get("/criteria/{version}", summary="Get one version of the eligibility criteria")
    def get_criteria(
        version: Annotated[str, Path(max_length=40, pattern=NO_NUL_PATTERN)], caller: CaseReaderDep
    ) -> Criteria:
        """Any version that an admission names, in force or not."""
        authorize(caller)
        criteria = deployment.reference.find_criteria(version)
        if criteria is None:
            raise ProblemError(
                404, "unknown-criteria", "Critères inconnus", "Aucune version des critères ne porte ce nom."
            )
        return criteria

    @router.get("/communes", summary="Search communes by name, code or postcode")
    def search_communes(
        caller: CaseReaderDep,
        q: SearchText,
        department: Annotated[str | None, Query(max_length=3)] = None,
    ) -> list[Commune]:
        """At most fifty. Accents do not matter."""
        authorize(caller)
        return search.find_communes(deployment.reference.communes, q, department)

    @router.get("/activities", summary="Search activities by name or code")
    def search_activities(caller: CaseReaderDep, q: SearchText) -> dict[str, str]:
        """Sub-classes of the NAF, label by code. At most fifty. Accents do not matter."""
        authorize(caller)
        return search.find_activities(deployment.reference.activities, q)

    @router.get("/reference", summary="Get the shipped reference data with its sources")
    def get_reference(caller: CaseReaderDep) -> ShippedReference:
        """Territories, activities and legal categories, each with its source."""
        authorize(caller)
        sections = {letter: name for letter, (name, _) in nomenclature.SECTIONS.items()}
        return ShippedReference(
            regions=SourcedRegions(territory.SOURCE, territory.REGIONS),
            naf_sections=SourcedLabels(nomenclature.SOURCE, sections),
            legal_categories=SourcedLabels(nomenclature.SOURCE, nomenclature.LEGAL_CATEGORIES),
            communes=SourcedList(files.COMMUNES_SOURCE, "/api/v1/communes"),
            activities=SourcedList(files.ACTIVITIES_SOURCE, "/api/v1/activities"),
            criteria=SourcedLabels("chaque critère dit la sienne", {each.value: each.label for each in Source}),
        )

    return router
