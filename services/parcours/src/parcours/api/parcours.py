"""Endpoints of a parcours: building, validation, delivery, corrections, ending, and what can be read of it."""

from __future__ import annotations

from uuid import UUID

from parcours import figures, projections
from parcours.api.accounts import check_account
from parcours.api.collective_actions import ParcoursExtra, operations_of
from parcours.api.versions import parcours_versions
from parcours.caseload import caseload
from parcours.documents.parcours import parcours_documents
from parcours.domain import coordination, corrections, ending, parcours
from parcours.domain.assignment import (
    agreement,
    amendments,
    assignment_corrections,
    own_signature,
    reporting,
    selection,
)
from parcours.domain.building import duration, edits, validation
from parcours.domain.collective import operation, standing
from parcours.domain.collective.state import unknown_operation
from parcours.domain.comments import AcknowledgeParcoursComment, CommentParcours
from parcours.domain.funding import payments
from parcours.domain.state import Action, Introduction, Parcours
from parcours.statistics import parcours_statistics
from shared.access import AccessAction
from shared.eventlog import ServiceApplication
from shared.kernel import Comment, Ordinal, Role
from shared.web.auth import CASE_READERS, IDENTITY_WITHOUT_RIGHT, STAFF, Caller
from shared.web.collections import add_figures, add_statistics, caseload_router
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints


def introductions_of(parcours: Parcours) -> dict[tuple[UUID, int], Introduction]:
    """Numbered within each action in the order of recording, from 1."""
    return {
        (action, number): introduction
        for action, state in parcours.actions.items()
        for number, introduction in enumerate(state.introductions, 1)
    }


def check_operation(
    _: ServiceApplication, caller: Caller, _case: UUID, command: edits.AddAction | standing.MoveToOperation
) -> None:
    """Raises unless the operation that the command names, if any, is one that the caller may change: it gains a
    structure. A region reads those of its territory, and joins its own."""
    named = command.collective_operation if isinstance(command, edits.AddAction) else command.operation
    if named and not caller.can(AccessAction.WRITE, named, operation.decider.name):
        raise unknown_operation()


router = case_router("/parcours", "parcours")
add_figures(router, figures.parcours_figures)
add_statistics(router, parcours_statistics)
endpoints = AggregateEndpoints(router, parcours.decider)

endpoints.command("/ranking", edits.RankAxes, *STAFF)
endpoints.command("/deferrals", edits.DeferAxis, *STAFF)
endpoints.command("/actions", edits.AddAction, *STAFF, check=check_operation)
actions = endpoints.parts(
    "action", Action, "/actions/{action}", lambda parcours: parcours.actions, *CASE_READERS, action=UUID
)
actions.command("/dates", edits.RescheduleAction, *STAFF)
actions.command("/removal", edits.RemoveAction, *STAFF)

endpoints.command("/duration-derogation", duration.GrantDurationDerogation, Role.MANAGER)
endpoints.command("/comments", CommentParcours, Role.LEADER, *STAFF)
comment_parts = endpoints.parts(
    "comment",
    Comment,
    "/comments/{comment}",
    lambda parcours: dict(enumerate(parcours.comments, 1)),
    *CASE_READERS,
    comment=Ordinal,
)
comment_parts.command("/acknowledgment", AcknowledgeParcoursComment, *STAFF)
endpoints.command("/sharing", validation.ShareParcours, *STAFF)
endpoints.command("/validation", validation.ValidateParcours, Role.LEADER)
endpoints.command("/contestation", validation.ContestParcours, Role.LEADER)
endpoints.command("/adjustment", validation.AdjustParcours, *STAFF)

actions.command("/introductions", coordination.RecordIntroduction, *STAFF)
actions.command("/start", coordination.StartAction, *STAFF)
actions.command("/completion", coordination.FinishAction, *STAFF)
actions.command("/abandonment", coordination.AbandonAction, *STAFF)
actions.command("/carry-over", coordination.CarryOverAction, *STAFF)
actions.command("/continuation", standing.ContinueAlone, *STAFF)
actions.command("/operation", standing.MoveToOperation, *STAFF, check=check_operation)

actions.command(
    "/provider", selection.RetainProvider, *STAFF, check=check_account, may_refuse=(IDENTITY_WITHOUT_RIGHT,)
)
actions.command("/funds", payments.CommitFunds, *STAFF)
actions.command("/funds/release", payments.ReleaseFunds, *STAFF)
actions.command("/agreement", agreement.RecordAgreement, *STAFF)
actions.command("/agreement/signatures", agreement.SignAgreement, *STAFF)
actions.command("/agreement/signatures/structure", own_signature.SignForStructure, Role.LEADER)
actions.command("/agreement/signatures/provider", own_signature.SignAsProvider, Role.PROVIDER)
actions.command("/days", reporting.RecordDays, *STAFF)
actions.command("/amendments", amendments.RecordAmendment, *STAFF)
actions.command("/final-report/receipt", reporting.ReceiveFinalReport, *STAFF, Role.PROVIDER)
actions.command("/final-report/acceptance", reporting.AcceptFinalReport, *STAFF)
actions.command("/payments", payments.AuthorisePayment, *STAFF)

introductions = endpoints.parts(
    "introduction",
    Introduction,
    "/actions/{action}/introductions/{introduction}",
    introductions_of,
    *CASE_READERS,
    action=UUID,
    introduction=Ordinal,
)
introductions.command("/correction", corrections.CorrectIntroduction, *STAFF)
actions.command("/agreement/correction", assignment_corrections.CorrectAgreement, *STAFF)
actions.command("/days/correction", assignment_corrections.CorrectDays, *STAFF)
actions.command("/final-report/correction", assignment_corrections.CorrectFinalReport, *STAFF)
endpoints.command("/completion/correction", corrections.CorrectDebrief, *STAFF)

endpoints.command("/completion", ending.CompleteParcours, *STAFF)
endpoints.command("/abandonment", ending.AbandonParcours, *STAFF, Role.LEADER)
endpoints.command("/abandonment/correction", corrections.CorrectEnding, *STAFF)

endpoints.get(*CASE_READERS, extra=operations_of, extra_kind=ParcoursExtra)
endpoints.documents(parcours_documents, *CASE_READERS)
endpoints.list(projections.parcours_list, *STAFF, Role.PARTNER)
parcours_versions.add_to(router, *CASE_READERS)

caseload_endpoints = caseload_router(caseload)
