"""/api/v1/requests: the requests, their commands, documents, lists, figures and statistics."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from intake import projections
from intake.api import lookups
from intake.api.emergency_access import add_emergency_access
from intake.api.lookups import RequestExtra
from intake.api.names import add_names
from intake.bootstrap import Deployment
from intake.documents.reception_record import build_request_documents
from intake.domain.reference.codes import OTHER_DEPARTMENT, UNKNOWN_CODE, UNKNOWN_DEPARTMENT, WRONG_NUMBER
from intake.domain.request.assessment import AssessCriterion, GrantDerogation, RecordMeeting
from intake.domain.request.confidentiality import AssignCase, LiftConfidentiality, MakeConfidential
from intake.domain.request.corrections import CorrectContact, CorrectStructure
from intake.domain.request.difficulty import TriageDifficulty
from intake.domain.request.emergency import AcknowledgeEmergencyAccess
from intake.domain.request.ending import GiveUpCase
from intake.domain.request.outcome import (
    CRISIS_NOT_ORIENTED,
    NO_ORIENTATION,
    ORIENTATION_UNDER_WAY,
    AdmitRequest,
    OrientRequest,
    RejectRequest,
    WithdrawRequest,
)
from intake.domain.request.reception import ReceiveRequest, ReceiveRequestWithFindings
from intake.domain.request.stand_in import AppointStandIn
from intake.domain.request.state import CriterionJudgment, Meeting, Request
from intake.domain.request.transfer import (
    UNKNOWN_UNIT,
    TakeOverRequest,
    TakeOverRequestWithFindings,
    TransferRequest,
    WithdrawTransfer,
)
from intake.figures import figures
from intake.statistics import release
from shared.eventlog import ServiceApplication
from shared.kernel import Ordinal, Role
from shared.web.auth import CASE_READERS, IDENTITY_WITHOUT_RIGHT, STAFF, Caller
from shared.web.collections import add_figures, add_statistics
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints


def build_router(deployment: Deployment) -> tuple[APIRouter, AggregateEndpoints[Request]]:
    router = case_router("/requests", "requests")
    requests = AggregateEndpoints(router, deployment.requests)

    def with_findings(app: ServiceApplication, caller: Caller, body: ReceiveRequest) -> ReceiveRequestWithFindings:
        return lookups.look_up_structure(app, caller, body, deployment)

    def extra_fields(app: ServiceApplication, _case: UUID, state: Request) -> RequestExtra:
        return lookups.extra_fields(app, state, deployment)

    def require_known_unit(app: ServiceApplication, _: Caller, _case: UUID, body: TransferRequest) -> None:
        lookups.require_known_unit(app, body, deployment)

    add_figures(router, figures)
    add_statistics(router, release)
    requests.create(
        ReceiveRequest,
        *STAFF,
        completed=with_findings,
        becomes=ReceiveRequestWithFindings,
        may_refuse=(OTHER_DEPARTMENT, UNKNOWN_CODE, WRONG_NUMBER, UNKNOWN_DEPARTMENT),
    )
    requests.create(
        TakeOverRequest,
        *STAFF,
        path="/take-over",
        completed=lookups.look_up_transfer,
        becomes=TakeOverRequestWithFindings,
        also=(404,),
    )
    requests.command("/corrections", CorrectStructure, *STAFF)
    requests.command("/contact", CorrectContact, *STAFF)
    requests.command("/meetings", RecordMeeting, *STAFF)
    requests.parts(
        "meeting",
        Meeting,
        "/meetings/{meeting}",
        lambda state: dict(enumerate(state.meetings, 1)),
        *CASE_READERS,
        meeting=Ordinal,
    )
    requests.command("/criteria", AssessCriterion, *STAFF)
    requests.parts(
        "criterion",
        CriterionJudgment,
        "/criteria/{criterion}",
        lambda state: state.criteria,
        *CASE_READERS,
        criterion=str,
    )
    requests.command("/derogations", GrantDerogation, Role.MANAGER)
    requests.command("/difficulty", TriageDifficulty, *STAFF)
    requests.command(
        "/admission",
        AdmitRequest,
        *STAFF,
        check=lookups.require_crisis_orientation,
        may_refuse=(CRISIS_NOT_ORIENTED,),
    )
    requests.command(
        "/orientation",
        OrientRequest,
        *STAFF,
        check=lookups.require_usable_orientations,
        may_refuse=(NO_ORIENTATION,),
    )
    requests.command(
        "/non-admission",
        RejectRequest,
        *STAFF,
        check=lookups.require_no_orientation,
        may_refuse=(ORIENTATION_UNDER_WAY,),
    )
    requests.command("/transfer", TransferRequest, *STAFF, check=require_known_unit, may_refuse=(UNKNOWN_UNIT,))
    requests.command("/transfer/withdrawal", WithdrawTransfer, *STAFF)
    requests.command("/withdrawal", WithdrawRequest, *STAFF, Role.LEADER)
    requests.command("/giving-up", GiveUpCase, *STAFF, Role.LEADER)
    requests.command("/confidentiality", MakeConfidential, *STAFF)
    requests.command("/confidentiality/lifting", LiftConfidentiality, Role.MANAGER)
    requests.command(
        "/assignment",
        AssignCase,
        Role.MANAGER,
        check=lookups.require_adviser,
        may_refuse=(IDENTITY_WITHOUT_RIGHT,),
    )
    requests.command(
        "/stand-in",
        AppointStandIn,
        Role.MANAGER,
        check=lookups.require_adviser,
        may_refuse=(IDENTITY_WITHOUT_RIGHT,),
    )
    requests.command("/emergency-access/acknowledgment", AcknowledgeEmergencyAccess, *STAFF)
    add_emergency_access(requests)
    requests.get(*CASE_READERS, extra=extra_fields, extra_kind=RequestExtra)
    documents = build_request_documents(lambda: deployment.reference)
    requests.documents(documents, *CASE_READERS)
    requests.list(projections.requests, *STAFF, Role.AUDITOR, Role.DPO, Role.PARTNER)
    add_names(router)
    return router, requests
