"""Intake over HTTP: requests, and the orientations that stand beside them."""

from __future__ import annotations

from typing import Annotated, Any

from annotated_types import MaxLen
from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from intake import documents as papers
from intake import lookups, views
from intake.domain import commands, difficulty, nomenclature, orientation, request, self_check, targets, territory
from intake.domain.attachments import AttachmentKind
from intake.domain.chasing import Chase
from shared.attachments.endpoints import attachments_router
from shared.decider import Role
from shared.web.bodies import AsJson
from shared.web.callers import Calling, allowed
from shared.web.documents import Documents
from shared.web.endpoints import EVERYONE_AT_WORK, NO_NUL, WHO_READS_A_CASE, Asked, Endpoints, case_router

router = case_router("/requests", "requests")


@router.get("/chases", summary="The orientations to chase")
def chases(
    asked: Asked, caller: Calling, unit: Annotated[str | None, Query(max_length=200, pattern=NO_NUL)] = None
) -> list[Chase]:
    """Orientations that were sent and that their target has not acknowledged, the most pressing first."""
    allowed(caller, frozenset(EVERYONE_AT_WORK))
    return lookups.chases(asked, unit)


requests = Endpoints(router, request.decider)
requests.opens(commands.ReceiveRequest, *EVERYONE_AT_WORK, completed=lookups.received_knowing)
requests.opens(commands.ReceiveTransfer, *EVERYONE_AT_WORK, path="/transfers", completed=lookups.transferred)
requests.does("/corrections", commands.CorrectStructure, *EVERYONE_AT_WORK)
requests.does("/meetings", commands.RecordMeeting, *EVERYONE_AT_WORK)
requests.does("/criteria", commands.AssessCriterion, *EVERYONE_AT_WORK)
requests.does("/derogations", commands.GrantDerogation, Role.MANAGER)
requests.does("/difficulty", difficulty.QualifyDifficulty, *EVERYONE_AT_WORK)
requests.does("/admission", commands.AdmitRequest, *EVERYONE_AT_WORK, check=lookups.oriented_in_a_crisis)
requests.does("/orientation", commands.OrientRequest, *EVERYONE_AT_WORK, check=lookups.known_orientations)
requests.does("/transfer", commands.TransferRequest, *EVERYONE_AT_WORK)
requests.does("/withdrawal", commands.WithdrawRequest, *EVERYONE_AT_WORK, Role.LEADER)
requests.does("/giving-up", commands.GiveUpCase, *EVERYONE_AT_WORK, Role.LEADER)
requests.reads(*WHO_READS_A_CASE, besides=lookups.beside)
Documents(router, request.decider).writes(papers.of_request, *WHO_READS_A_CASE, names_structure=True)
requests.lists(views.requests, *EVERYONE_AT_WORK)

orientations_router = case_router("/requests/{case}/orientations", "orientations")
orientations = Endpoints(orientations_router, orientation.decider, within=request.decider)
orientations.opens(orientation.ProposeOrientation, *EVERYONE_AT_WORK)
orientations.does("/consent", orientation.RecordConsent, *EVERYONE_AT_WORK, Role.LEADER)
orientations.does("/sending", orientation.SendOrientation, *EVERYONE_AT_WORK)
orientations.does("/acknowledgment", orientation.AcknowledgeOrientation, *EVERYONE_AT_WORK)
orientations.does("/outcome", orientation.ConcludeOrientation, *EVERYONE_AT_WORK)
orientations.does("/refusal", orientation.DeclineOrientation, *EVERYONE_AT_WORK, Role.LEADER)
orientations.reads(*WHO_READS_A_CASE)

request_attachments = attachments_router("/requests", request.decider, AttachmentKind, *WHO_READS_A_CASE)

reference_router = case_router("", "reference")


@reference_router.get("/orientation-targets", summary="To whom a structure can be directed")
def orientation_targets(caller: Calling) -> list[targets.Target]:
    """The list of targets; an orientation may also name somebody who is not in it."""
    allowed(caller, frozenset(WHO_READS_A_CASE))
    return list(targets.TARGETS)


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
