"""Endpoints of collective operations: planned, shared out, carried out by one provider, closed or cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from parcours import projections
from parcours.api.accounts import check_account_of_operation
from parcours.api.funds import UNIT_READERS
from parcours.documents.operation import operation_documents
from parcours.domain.assignment import agreement, amendments, assignment_corrections, reporting, selection
from parcours.domain.attachments import ParcoursAttachmentKind
from parcours.domain.collective import conclusion, operation, shares
from parcours.domain.collective.state import Operation
from parcours.domain.funding import payments
from parcours.domain.state import Action
from shared.eventlog import ServiceApplication
from shared.web.auth import IDENTITY_WITHOUT_RIGHT, STAFF
from shared.web.requests import case_router
from shared.web.resources import AggregateEndpoints, attachments_router


@dataclass(frozen=True, slots=True)
class BeneficiaryShare:
    """The share of a structure in the price. `left_because`: why it left, in French; null for one that has not."""

    case: UUID
    weight: int
    share_cents: int
    left_because: str | None


@dataclass(frozen=True, slots=True)
class OperationExtra:
    """What follows from the state: the price (cents) and its `shares`, which add up to it; null and none before it is
    agreed. `shares_final`: nothing is left to decide about them."""

    status_label: str
    price_cents: int | None
    shares_final: bool
    shares: tuple[BeneficiaryShare, ...]


def money_of(_app: ServiceApplication, _id: UUID, state: Operation) -> OperationExtra:
    split = shares.shares_of(state)
    return OperationExtra(
        state.status.label,
        state.price,
        shares_final=shares.are_final(state),
        shares=tuple(
            BeneficiaryShare(
                each.case,
                each.weight,
                share_cents=split[each.case],
                left_because=each.departure.reason.label if each.departure else None,
            )
            for each in state.beneficiaries
            if each.case in split
        ),
    )


router = case_router("/operations", "operations")
endpoints = AggregateEndpoints(router, operation.decider)
endpoints.create(operation.PlanOperation, *STAFF)
endpoints.command("/shares", shares.SetShares, *STAFF)
endpoints.command("/shares/departed", shares.DecideDepartedShare, *STAFF)

missions = endpoints.parts(
    "mission", Action, "/missions/{action}", lambda state: state.missions, *UNIT_READERS, action=UUID
)
missions.command(
    "/provider",
    selection.RetainProvider,
    *STAFF,
    check=check_account_of_operation,
    may_refuse=(IDENTITY_WITHOUT_RIGHT,),
)
missions.command("/funds", payments.CommitFunds, *STAFF)
missions.command("/funds/release", payments.ReleaseFunds, *STAFF)
missions.command("/agreement", agreement.RecordAgreement, *STAFF)
missions.command("/agreement/signatures", agreement.SignAgreement, *STAFF)
missions.command("/amendments", amendments.RecordAmendment, *STAFF)
missions.command("/days", reporting.RecordDays, *STAFF)
missions.command("/final-report/receipt", reporting.ReceiveFinalReport, *STAFF)
missions.command("/final-report/acceptance", reporting.AcceptFinalReport, *STAFF)
missions.command("/payments", payments.AuthorisePayment, *STAFF)
missions.command("/agreement/correction", assignment_corrections.CorrectAgreement, *STAFF)
missions.command("/days/correction", assignment_corrections.CorrectDays, *STAFF)
missions.command("/final-report/correction", assignment_corrections.CorrectFinalReport, *STAFF)

endpoints.command("/closure", conclusion.CloseOperation, *STAFF)
endpoints.command("/cancellation", conclusion.CancelOperation, *STAFF)
endpoints.get(*UNIT_READERS, extra=money_of, extra_kind=OperationExtra)
endpoints.documents(operation_documents, *UNIT_READERS)
endpoints.list(projections.operations, *STAFF)

attachments = attachments_router(
    "/operations", endpoints, ParcoursAttachmentKind, *UNIT_READERS, tag="operation-attachments"
)
