"""Intake over HTTP: requests, and the orientations that stand beside them."""

from __future__ import annotations

from uuid import UUID

from intake import views
from intake.domain import commands, orientation, request
from shared.decider import Role
from shared.eventlog.application import ServiceApplication
from shared.web.endpoints import EVERYONE_AT_WORK, WHO_READS_A_CASE, Endpoints, case_router


def known_orientations(app: ServiceApplication, case: UUID, command: commands.OrientRequest) -> None:
    """An outcome names orientations that were really proposed for this case."""
    for named in command.orientations:
        if app.load(orientation.decider, named).state.case != case:
            raise request.NO_ORIENTATION("Une des orientations nommées n’existe pas dans ce dossier.")


router = case_router("/requests", "requests")
requests = Endpoints(router, request.decider)
requests.opens(commands.ReceiveRequest, *EVERYONE_AT_WORK)
requests.does("/meetings", commands.RecordMeeting, *EVERYONE_AT_WORK)
requests.does("/criteria", commands.AssessCriterion, *EVERYONE_AT_WORK)
requests.does("/derogations", commands.GrantDerogation, Role.MANAGER)
requests.does("/admission", commands.AdmitRequest, *EVERYONE_AT_WORK)
requests.does("/orientation", commands.OrientRequest, *EVERYONE_AT_WORK, check=known_orientations)
requests.does("/transfer", commands.TransferRequest, *EVERYONE_AT_WORK)
requests.does("/withdrawal", commands.WithdrawRequest, *EVERYONE_AT_WORK, Role.LEADER)
requests.reads(*WHO_READS_A_CASE)
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
