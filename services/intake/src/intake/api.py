"""Intake over HTTP: requests, and the orientations that stand beside them."""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any

from annotated_types import MaxLen
from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from intake import deployed, figures, files, lookups, search, views
from intake import documents as papers
from intake.aggregates import release
from intake.caseload import caseload
from intake.domain import (
    commands,
    criteria,
    difficulty,
    link,
    nomenclature,
    orientation,
    places,
    self_check,
    sources,
    targets,
    territory,
)
from intake.domain.attachments import AttachmentKind
from intake.domain.chasing import Chase
from intake.domain.register.commands import GrantRight, RevokeRight
from intake.links import PersonalLinks
from intake.settings import deployment
from shared.kernel import Role
from shared.web.auth import EVERYONE_AT_WORK, WHO_READS_A_CASE, Calling, allowed
from shared.web.collections import NO_NUL, offer_aggregates, offer_figures, router_of
from shared.web.http import AsJson
from shared.web.requests import Asked, When, case_router
from shared.web.resources import Documents, Endpoints, attachments_router

router = case_router("/requests", "requests")


@router.get("/chases", summary="The orientations to chase")
def chases(
    asked: Asked,
    caller: Calling,
    moment: When,
    unit: Annotated[str | None, Query(max_length=200, pattern=NO_NUL)] = None,
) -> list[Chase]:
    """Orientations that were sent and that their target has not acknowledged, the most pressing first; now, or then."""
    allowed(caller, frozenset(EVERYONE_AT_WORK))
    found = lookups.chases(asked, caller.listed, unit, moment)
    caller.listed_rows(len(found))
    return found


offer_figures(router, figures.figures)
offer_aggregates(router, release)

requests = Endpoints(router, deployed.requests)
requests.opens(commands.ReceiveRequest, *EVERYONE_AT_WORK, completed=lookups.received_knowing)
requests.opens(
    commands.ReceiveTransfer, *EVERYONE_AT_WORK, path="/transfers", completed=lookups.transferred, also=(404,)
)
requests.does("/corrections", commands.CorrectStructure, *EVERYONE_AT_WORK)
requests.does("/contact", commands.CorrectContact, *EVERYONE_AT_WORK)
requests.does("/meetings", commands.RecordMeeting, *EVERYONE_AT_WORK)
requests.does("/criteria", commands.AssessCriterion, *EVERYONE_AT_WORK)
requests.does("/derogations", commands.GrantDerogation, Role.MANAGER)
requests.does("/difficulty", difficulty.QualifyDifficulty, *EVERYONE_AT_WORK)
requests.does("/admission", commands.AdmitRequest, *EVERYONE_AT_WORK, check=lookups.oriented_in_a_crisis)
requests.does("/orientation", commands.OrientRequest, *EVERYONE_AT_WORK, check=lookups.known_orientations)
requests.does("/transfer", commands.TransferRequest, *EVERYONE_AT_WORK)
requests.does("/withdrawal", commands.WithdrawRequest, *EVERYONE_AT_WORK, Role.LEADER)
requests.does("/giving-up", commands.GiveUpCase, *EVERYONE_AT_WORK, Role.LEADER)
requests.does("/confidentiality", commands.MakeConfidential, *EVERYONE_AT_WORK)
requests.does("/confidentiality/lifting", commands.LiftConfidentiality, Role.MANAGER)
requests.does("/entrusting", commands.EntrustDossier, Role.MANAGER)
requests.reads(*WHO_READS_A_CASE, besides=lookups.beside)
Documents(router, deployed.requests).writes(papers.of_request, *WHO_READS_A_CASE, names_structure=True)
requests.lists(views.requests, *EVERYONE_AT_WORK, Role.AUDITOR, Role.DPO)

orientations_router = case_router("/requests/{case}/orientations", "orientations")
orientations = Endpoints(orientations_router, deployed.orientations, within=requests)
orientations.opens(orientation.ProposeOrientation, *EVERYONE_AT_WORK)
orientations.does("/consent", orientation.RecordConsent, *EVERYONE_AT_WORK, Role.LEADER)
orientations.does("/sending", orientation.SendOrientation, *EVERYONE_AT_WORK)
orientations.does("/acknowledgment", orientation.AcknowledgeOrientation, *EVERYONE_AT_WORK)
orientations.does("/outcome", orientation.ConcludeOrientation, *EVERYONE_AT_WORK)
orientations.does("/refusal", orientation.DeclineOrientation, *EVERYONE_AT_WORK, Role.LEADER)
orientations.reads(*WHO_READS_A_CASE)
letters = Documents(orientations_router, deployed.orientations, within=requests)
letters.writes(papers.of_orientation, *WHO_READS_A_CASE, names_structure=True)

links_router = case_router("/requests/{case}/links", "personal links")
personal_links = PersonalLinks(links_router, link.decider, within=requests)
personal_links.gives(*EVERYONE_AT_WORK)
personal_links.does("/revocation", link.RevokeLink, *EVERYONE_AT_WORK)
personal_links.shows(*EVERYONE_AT_WORK, Role.AUDITOR, Role.DPO)
personal_links.reads(*EVERYONE_AT_WORK, Role.AUDITOR, Role.DPO)

request_attachments = attachments_router("/requests", requests, AttachmentKind, *WHO_READS_A_CASE)

identities_router = case_router("/identities", "register of rights")
identities = Endpoints(identities_router, deployed.register)
identities.opens(
    GrantRight,
    *EVERYONE_AT_WORK,
    path="/rights",
    stream=attrgetter("identity"),
    completed=lookups.within_the_unit,
    also=(404,),
)
identities.does("/revocation", RevokeRight, *EVERYONE_AT_WORK)
identities.reads(Role.MANAGER, Role.REGIONAL, Role.DPO, Role.AUDITOR)

caseload_router = router_of(caseload)

reference_router = case_router("", "reference")
Words = Annotated[str, Query(min_length=2, max_length=100, pattern=NO_NUL)]


@reference_router.get("/orientation-targets", summary="To whom a structure can be directed")
def orientation_targets(caller: Calling) -> list[targets.Target]:
    """The list of targets; an orientation may also name somebody who is not in it."""
    allowed(caller, frozenset(WHO_READS_A_CASE))
    return list(deployment().reference().targets)


@reference_router.get("/criteria", summary="The eligibility criteria, each version with its days")
def criteria_versions(caller: Calling) -> list[criteria.Criteria]:
    """This deployment's versions; `source` says where each criterion comes from, and none is an official rule."""
    allowed(caller, frozenset(WHO_READS_A_CASE))
    return list(deployment().reference().criteria)


@reference_router.get("/criteria/{version}", summary="One version of the eligibility criteria")
def criteria_version(
    version: Annotated[str, Path(max_length=40, pattern=NO_NUL)], caller: Calling
) -> criteria.Criteria:
    """Any version that an admission names, in force or not."""
    allowed(caller, frozenset(WHO_READS_A_CASE))
    return lookups.criteria_of(version)


@reference_router.get("/communes", summary="Communes by name, code or postcode")
def communes(
    caller: Calling, q: Words, department: Annotated[str | None, Query(max_length=3)] = None
) -> list[places.Commune]:
    """At most fifty, accents or not."""
    allowed(caller, frozenset(WHO_READS_A_CASE))
    return search.communes(deployment().reference().communes, q, department)


@reference_router.get("/activities", summary="Activities by name or code")
def activities(caller: Calling, q: Words) -> dict[str, str]:
    """Sub-classes of the NAF, label by code; at most fifty, accents or not."""
    allowed(caller, frozenset(WHO_READS_A_CASE))
    return search.activities(deployment().reference().activities, q)


@reference_router.get("/reference", summary="Territories, activities and legal categories")
def reference(caller: Calling) -> dict[str, Any]:
    """The reference data that is shipped, each with its source."""
    allowed(caller, frozenset(WHO_READS_A_CASE))
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
def review_answers(body: Annotated[Answers, AsJson()]) -> self_check.Review:
    """Weak signals and advice, without a case or a token; nothing of it is kept."""
    return self_check.review(body.answers)
