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
from intake.reference.directory import DirectoryEntry
from shared.web.auth import STAFF, Caller, CaseReaderDep, authorize, requires
from shared.web.collections import NO_NUL_PATTERN
from shared.web.http import ProblemError
from shared.web.requests import AppDep, case_router


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


@dataclass(frozen=True, slots=True)
class FoundCompany:
    """What a public directory says of a company, for a form that a person completes and corrects; nothing of it is
    stored. `name`: of a legal person alone. `commune`, `postcode`, `department`: of its seat; a postcode only where the
    commune has one alone."""

    siren: str
    name: str | None
    legal_category: str | None
    naf: str | None
    commune_code: str | None
    commune: str | None
    postcode: str | None
    department: str | None
    is_association: bool | None
    is_closed: bool | None
    source: str


Siren = Annotated[str, Path(pattern="^[0-9]{9}$")]
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

    @router.get("/directory/{siren}", summary="Look up a company in the public directory")
    def look_up_company(app: AppDep, caller: Annotated[Caller, requires(*STAFF)], siren: Siren) -> FoundCompany:
        """The first nine digits of a SIRET. 404 when the directory does not know it, does not answer, or is not used by
        this deployment: the form is then filled in by hand."""
        authorize(caller)
        directory = deployment.directory
        entry = directory.find(siren, app.clock.now()) if directory else None
        if entry is None:
            raise ProblemError(
                404, "unknown-company", "Structure inconnue de l’annuaire", "L’annuaire public n’en dit rien."
            )
        return _describe(entry, deployment.reference.communes.by_code.get(entry.hints.commune_code or ""))

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


def _describe(entry: DirectoryEntry, commune: Commune | None) -> FoundCompany:
    hints = entry.hints
    return FoundCompany(
        entry.siren,
        entry.name,
        legal_category=hints.legal_category,
        naf=hints.naf,
        commune_code=hints.commune_code,
        commune=commune.name if commune else None,
        postcode=commune.postcodes[0] if commune and len(commune.postcodes) == 1 else None,
        department=commune.department if commune else None,
        is_association=hints.is_association,
        is_closed=hints.is_closed,
        source=hints.source,
    )
