"""A collective operation of three structures that calls one provider in, event by event."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from parcours.domain.agreement_signatures import AgreementParty, AgreementSignature, AgreementSignatures
from parcours.domain.assignment import agreement, reporting, selection
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures, GivenStructureSignature
from parcours.domain.collective.membership import BeneficiaryJoined, BeneficiaryLeft, OperationStarted
from parcours.domain.collective.operation import OperationPlanned, PlannedMission
from parcours.domain.collective.state import DepartureReason, ShareDecision
from parcours.domain.funding import fund, payments
from parcours.domain.state import ActionKind, AgreementTerms, PlannedAction
from shared.kernel import PersonalData
from shared.testing.scenarios import CASE, NOW, UNIT, new_id, text

TODAY = date(2026, 3, 2)
MISSION = PlannedMission(
    "finance",
    "À choisir",
    starts_on=TODAY + timedelta(days=10),
    ends_on=TODAY + timedelta(days=90),
    planned_days=6,
)
PLANNED = OperationPlanned(
    UNIT,
    text("Une comptable pour trois"),
    adviser="some-adviser",
    mission=CASE,
    planned=PlannedAction(
        ActionKind.CONSULTING,
        "finance",
        title=text("Une comptable pour trois"),
        who=PersonalData(new_id(1), "À choisir"),
        starts_on=MISSION.starts_on,
        ends_on=MISSION.ends_on,
        planned_days=6,
    ),
)
A, B, C, D = (UUID(int=n) for n in (2, 3, 4, 5))


def joined(case: UUID, beneficiaries: int) -> BeneficiaryJoined:
    return BeneficiaryJoined(case, UUID(int=case.int + 20), joined_on=TODAY, beneficiaries=beneficiaries)


def signed(party: AgreementParty) -> AgreementSignature:
    return AgreementSignature(new_id(5), PersonalData(new_id(5), party.value), signed_on=TODAY)


def given_signatures(*structures: UUID, on: date = TODAY) -> GivenSignatures:
    """Of the unit, the provider and these structures."""
    return GivenSignatures(
        unit=GivenSignature("Youenn", on),
        provider=GivenSignature("Armen", on),
        structures=tuple(GivenStructureSignature(case, "Claire", signed_on=on) for case in structures),
    )


PRICE = 1_000_00
TOGETHER = (joined(A, 1), joined(B, 2), joined(C, 3))
RETAINED = selection.ProviderRetained(
    CASE,
    PersonalData(new_id(4), "Cabinet Armen"),
    amount_cents=PRICE,
    days=6,
    exception=text("Seul cabinet du territoire"),
)
FUNDS = payments.FundsCommitted(CASE, PRICE, fund=fund.fund_id(UNIT, NOW.year))
SIGNATURES = AgreementSignatures(
    unit=signed(AgreementParty.UNIT),
    provider=signed(AgreementParty.PROVIDER),
    structures=dict.fromkeys((A, B, C), signed(AgreementParty.STRUCTURE)),
)
AGREED = agreement.AgreementRecorded(CASE, AgreementTerms(PRICE, 6), signatures=SIGNATURES, signed_on=TODAY)
READY = (PLANNED, *TOGETHER, RETAINED, FUNDS, AGREED)
STARTED = (*READY, OperationStarted())
REPORT = reporting.FinalReportAccepted(CASE, TODAY)
ABANDONED = DepartureReason.ACTION_ABANDONED


def left(case: UUID, beneficiaries: int, share: ShareDecision | None = None) -> BeneficiaryLeft:
    action = UUID(int=case.int + 20)
    return BeneficiaryLeft(case, action, reason=ABANDONED, left_on=TODAY, beneficiaries=beneficiaries, share=share)
