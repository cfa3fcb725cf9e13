"""Intake over HTTP: requests, and the orientations that stand beside them."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

from annotated_types import MaxLen
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from intake import bootstrap, figures, projections
from intake.api import lookups
from intake.api.personal_links import PersonalLinks
from intake.caseload import caseload
from intake.documents import reception_record as papers
from intake.domain import orientation, personal_link, self_check
from intake.domain.attachments import AttachmentKind
from intake.domain.chasing import Chase
from intake.domain.reference import communes as places
from intake.domain.reference import criteria, nomenclature, sources, targets, territory
from intake.domain.register.commands import GrantRight, RevokeRight
from intake.domain.request.assessment import AssessCriterion, GrantDerogation, RecordMeeting
from intake.domain.request.confidentiality import AssignCase, LiftConfidentiality, MakeConfidential
from intake.domain.request.corrections import CorrectContact, CorrectStructure
from intake.domain.request.difficulty import QualifyDifficulty
from intake.domain.request.ending import GiveUpCase
from intake.domain.request.outcome import AdmitRequest, OrientRequest, WithdrawRequest
from intake.domain.request.reception import ReceiveRequest
from intake.domain.request.transfer import ReceiveTransfer, TransferRequest
from intake.reference import files, search
from intake.settings import deployment
from intake.statistics import release
from shared.kernel import Role
from shared.web.auth import CASE_READERS, STAFF, CaseReaderDep, StaffDep, authorize
from shared.web.collections import NO_NUL_PATTERN, add_figures, add_statistics, caseload_router
from shared.web.http import JsonBody
from shared.web.requests import AppDep, AsOfOrOnDep, case_router
from shared.web.resources import AggregateEndpoints, DocumentEndpoints, attachments_router

router = case_router("/requests", "requests")


@router.get("/chases", summary="The orientations to chase")
def chases(
    app: AppDep,
    caller: StaffDep,
    moment: AsOfOrOnDep,
    unit: Annotated[str | None, Query(max_length=200, pattern=NO_NUL_PATTERN)] = None,
) -> list[Chase]:
    """Orientations that were sent and that their target has not acknowledged, the most pressing first; now, or then."""
    authorize(caller)
    found = lookups.chases(app, caller.list_scope, unit, moment)
    caller.record_rows(len(found))
    return found


add_figures(router, figures.figures)
add_statistics(router, release)

requests = AggregateEndpoints(router, bootstrap.requests)
requests.create(ReceiveRequest, *STAFF, completed=lookups.received_knowing)
requests.create(ReceiveTransfer, *STAFF, path="/transfers", completed=lookups.transferred, also=(404,))
requests.command("/corrections", CorrectStructure, *STAFF)
requests.command("/contact", CorrectContact, *STAFF)
requests.command("/meetings", RecordMeeting, *STAFF)
requests.command("/criteria", AssessCriterion, *STAFF)
requests.command("/derogations", GrantDerogation, Role.MANAGER)
requests.command("/difficulty", QualifyDifficulty, *STAFF)
requests.command("/admission", AdmitRequest, *STAFF, check=lookups.oriented_in_a_crisis)
requests.command("/orientation", OrientRequest, *STAFF, check=lookups.known_orientations)
requests.command("/transfer", TransferRequest, *STAFF)
requests.command("/withdrawal", WithdrawRequest, *STAFF, Role.LEADER)
requests.command("/giving-up", GiveUpCase, *STAFF, Role.LEADER)
requests.command("/confidentiality", MakeConfidential, *STAFF)
requests.command("/confidentiality/lifting", LiftConfidentiality, Role.MANAGER)
requests.command("/assignment", AssignCase, Role.MANAGER)
requests.get(*CASE_READERS, extra=lookups.extra_fields)
DocumentEndpoints(router, bootstrap.requests).documents(papers.of_request, *CASE_READERS, names_structure=True)
requests.list(projections.requests, *STAFF, Role.AUDITOR, Role.DPO)

orientations_router = case_router("/requests/{case}/orientations", "orientations")
orientations = AggregateEndpoints(orientations_router, bootstrap.orientations, within=requests)
orientations.create(orientation.ProposeOrientation, *STAFF)
orientations.command("/consent", orientation.RecordConsent, *STAFF, Role.LEADER)
orientations.command("/sending", orientation.SendOrientation, *STAFF)
orientations.command("/acknowledgment", orientation.AcknowledgeOrientation, *STAFF)
orientations.command("/outcome", orientation.ConcludeOrientation, *STAFF)
orientations.command("/refusal", orientation.DeclineOrientation, *STAFF, Role.LEADER)
orientations.get(*CASE_READERS)
letters = DocumentEndpoints(orientations_router, bootstrap.orientations, within=requests)
letters.documents(papers.of_orientation, *CASE_READERS, names_structure=True)

links_router = case_router("/requests/{case}/links", "personal links")
personal_links = PersonalLinks(links_router, personal_link.decider, within=requests)
personal_links.give(*STAFF)
personal_links.command("/revocation", personal_link.RevokeLink, *STAFF)
personal_links.list_all(*STAFF, Role.AUDITOR, Role.DPO)
personal_links.get(*STAFF, Role.AUDITOR, Role.DPO)

request_attachments = attachments_router("/requests", requests, AttachmentKind, *CASE_READERS)

identities_router = case_router("/identities", "register of rights")
identities = AggregateEndpoints(identities_router, bootstrap.register)
identities.create(
    GrantRight,
    *STAFF,
    path="/rights",
    stream=attrgetter("identity"),
    completed=lookups.within_the_unit,
    also=(404,),
)
identities.command("/revocation", RevokeRight, *STAFF)
identities.get(Role.MANAGER, Role.REGIONAL, Role.DPO, Role.AUDITOR)

caseload_endpoints = caseload_router(caseload)

reference_router = case_router("", "reference")
Words = Annotated[str, Query(min_length=2, max_length=100, pattern=NO_NUL_PATTERN)]


@reference_router.get("/orientation-targets", summary="To whom a structure can be directed")
def orientation_targets(caller: CaseReaderDep) -> list[targets.Target]:
    """The list of targets; an orientation may also name somebody who is not in it."""
    authorize(caller)
    return list(deployment().reference().targets)


@reference_router.get("/criteria", summary="The eligibility criteria, each version with its days")
def criteria_versions(caller: CaseReaderDep) -> list[criteria.Criteria]:
    """This deployment's versions; `source` says where each criterion comes from, and none is an official rule."""
    authorize(caller)
    return list(deployment().reference().criteria)


@reference_router.get("/criteria/{version}", summary="One version of the eligibility criteria")
def criteria_version(
    version: Annotated[str, Path(max_length=40, pattern=NO_NUL_PATTERN)],
    caller: CaseReaderDep,
) -> criteria.Criteria:
    """Any version that an admission names, in force or not."""
    authorize(caller)
    return lookups.criteria_of(version)


@reference_router.get("/communes", summary="Communes by name, code or postcode")
def communes(
    caller: CaseReaderDep,
    q: Words,
    department: Annotated[str | None, Query(max_length=3)] = None,
) -> list[places.Commune]:
    """At most fifty, accents or not."""
    authorize(caller)
    return search.communes(deployment().reference().communes, q, department)


@reference_router.get("/activities", summary="Activities by name or code")
def activities(caller: CaseReaderDep, q: Words) -> dict[str, str]:
    """Sub-classes of the NAF, label by code; at most fifty, accents or not."""
    authorize(caller)
    return search.activities(deployment().reference().activities, q)


@reference_router.get("/reference", summary="Territories, activities and legal categories")
def reference(caller: CaseReaderDep) -> dict[str, Any]:
    """The reference data that is shipped, each with its source."""
    authorize(caller)
    return {
        "regions": {"source": territory.SOURCE, "items": territory.REGIONS},
        "naf_sections": {
            "source": nomenclature.SOURCE,
            "items": {letter: name for letter, (name, _) in nomenclature.SECTIONS.items()},
        },
        "legal_categories": {"source": nomenclature.SOURCE, "items": nomenclature.LEGAL_CATEGORIES},
        "communes": {"source": files.COMMUNES_SOURCE, "items": "/api/v1/communes"},
        "activities": {"source": files.ACTIVITIES_SOURCE, "items": "/api/v1/activities"},
        "criteria": {"source": "chaque critère dit la sienne", "items": sources.SOURCES},
    }


self_checks_router = case_router("/self-checks", "prevention")


class Answers(BaseModel):
    """By the code of a question: true, false, or null when nobody knows."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answers: dict[Annotated[str, MaxLen(40)], bool | None] = Field(max_length=len(self_check.QUESTIONS))


@self_checks_router.get("/questions", summary="The questionnaire")
def questions() -> list[self_check.Question]:
    """What a structure asks itself, early. Anybody may read it."""
    return list(self_check.QUESTIONS)


@self_checks_router.post("", summary="Review answers")
def review_answers(body: Annotated[Answers, JsonBody()]) -> self_check.Review:
    """Weak signals and advice, without a case or a token; nothing of it is kept."""
    return self_check.review(body.answers)
