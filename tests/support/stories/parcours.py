"""Stories of parcours: one that is carried out, a tender, a fund, and an operation of several structures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests.support.generated.openapi_examples import DAY
from tests.support.histories.command_walks import UNIT, Walk, actor

from parcours.domain import coordination, ending
from parcours.domain.assignment import agreement, amendments, reporting, selection
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures, GivenStructureSignature
from parcours.domain.building import edits, validation
from parcours.domain.collective import conclusion, membership, operation, shares, standing
from parcours.domain.collective.state import DepartureReason, ShareDecision
from parcours.domain.funding import fund, payments
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ActionKind, CollectiveStatus, ReceivedPlan
from parcours.domain.tender import award, proposals, questions
from shared.kernel import Role

Step = tuple[Any, Role]
TODAY, WORK = DAY.date(), Role.ADVISER
LATER = TODAY + timedelta(days=90)
PLAN = ReceivedPlan(
    UUID(int=8), UNIT, adviser=actor(WORK).id, admitted_at=DAY - timedelta(days=40), axes=("finance", "business_model")
)


def signature(name: str, on: date = TODAY) -> GivenSignature:
    return GivenSignature(name, on)


def by_structures(*cases: UUID) -> GivenSignatures:
    """Of the structure, or of each structure of an operation, and of the unit."""
    unit = signature("Paul Rivoal")
    if not cases:
        return GivenSignatures(structure=signature("Maëlle Kerdoncuff"), unit=unit)
    each = tuple(GivenStructureSignature(case, "Maëlle Kerdoncuff", signed_on=TODAY) for case in cases)
    return GivenSignatures(unit=unit, structures=each)


def assigned(action: UUID, *cases: UUID) -> Iterator[Step]:
    """A provider is chosen for it, money is engaged, and an agreement signed, by each structure of an operation."""
    yield (
        selection.RetainProvider(action, "Nadia Le Goff", amount_cents=4_800_00, days=6, exception="Elle seule sait."),
        WORK,
    )
    yield payments.CommitFunds(action), WORK
    yield agreement.RecordAgreement(action, by_structures(*cases), amount_cents=4_000_00, days=5), WORK
    yield agreement.SignAgreement(action, GivenSignatures(provider=signature("Nadia Le Goff"))), WORK


def reported(action: UUID, *cases: UUID) -> Iterator[Step]:
    """The provider works, longer than agreed, and reports."""
    yield reporting.RecordDays(action, 2), WORK
    all_sign = replace(by_structures(*cases), provider=signature("Nadia Le Goff"))
    yield amendments.RecordAmendment(action, all_sign, extra_days=1, extra_amount_cents=500_00), WORK
    yield reporting.ReceiveFinalReport(action, TODAY), WORK
    yield reporting.AcceptFinalReport(action), WORK
    yield payments.AuthorisePayment(action, 1_000_00), WORK


OWN_ACTION = edits.AddAction(
    ActionKind.OWN_ACTION,
    "finance",
    title="Un tableau de bord",
    who="La trésorière",
    starts_on=TODAY,
    ends_on=LATER,
)


def parcours(walk: Walk) -> Iterator[Step]:
    yield OpenParcours(PLAN), Role.SERVICE
    yield edits.RankAxes(("finance", "business_model")), WORK
    yield edits.DeferAxis("business_model", "Après les élections."), WORK
    yield OWN_ACTION, WORK
    consulting = edits.AddAction(
        ActionKind.CONSULTING,
        "finance",
        title="Un appui",
        who="À choisir",
        starts_on=TODAY,
        ends_on=LATER,
        planned_days=6,
    )
    yield consulting, WORK
    own, called = walk.state.actions
    yield validation.ShareParcours(TODAY, TODAY + timedelta(days=300)), WORK
    yield validation.ContestParcours(walk.state.content_version, "Trop court."), Role.LEADER
    yield validation.ShareParcours(TODAY, TODAY + timedelta(days=320)), WORK
    shared = walk.state.shared
    yield validation.ValidateParcours(shared.version, shared.content_hash), Role.LEADER
    yield coordination.StartAction(own), WORK
    yield coordination.RecordIntroduction(own, "Une comptable du réseau", held_on=TODAY), WORK
    yield from assigned(called)
    yield coordination.StartAction(called), WORK
    yield from reported(called)
    yield coordination.FinishAction(called, "Les outils sont repris."), WORK
    yield coordination.FinishAction(own, "Le tableau est tenu."), WORK
    walk.now += timedelta(days=60)
    yield ending.CompleteParcours("Une structure plus sûre.", walk.now.date()), WORK
    yield validation.ReopenParcours("M6"), Role.SERVICE


def abandoned_parcours(walk: Walk) -> Iterator[Step]:
    yield OpenParcours(PLAN), Role.SERVICE
    shared = edits.AddAction(
        ActionKind.LOCAL_SUPPORT,
        "finance",
        title="Ensemble",
        who="Le réseau",
        starts_on=TODAY,
        ends_on=LATER,
        collective_operation=UUID(int=77),
    )
    yield shared, WORK
    (joint,) = walk.state.actions
    yield standing.FollowOperation(joint, CollectiveStatus.CANCELLED), Role.SERVICE
    yield OWN_ACTION, WORK
    yield ending.AbandonParcours("La structure renonce."), WORK


def tender(walk: Walk) -> Iterator[Step]:
    grid = (proposals.GridLine("Méthode", 60), proposals.GridLine("Prix", 40))
    yield proposals.OpenTender(UUID(int=9), "Tenir les comptes", grid=grid, deadline=DAY + timedelta(days=10)), WORK
    for name in ("Cabinet Armen", "Conseil du Marais", "Appui et Cie"):
        yield proposals.InviteProvider(name), WORK
    first, second, _ = walk.state.candidates
    yield questions.SubmitTenderQuestion(first, "Les séances peuvent-elles se tenir le soir ?"), WORK
    yield questions.AnswerTenderQuestion(next(iter(walk.state.questions)), "Oui, deux sur cinq."), WORK
    for each, amount in ((first, 4_800_00), (second, 5_100_00)):
        yield proposals.SubmitProposal(each, amount, days=6, summary="Six jours sur place."), WORK
    yield award.DeclareInterests(conflict=False), WORK
    yield award.DeclareInterests(conflict=True, detail="Une cousine."), Role.LEADER
    walk.now += timedelta(days=11)
    for each in (first, second):
        yield award.ScoreProposal(each, (15, 12)), WORK
    yield award.AwardTender(first), WORK
    yield award.InformCandidate(second, walk.now.date()), WORK


def opened_fund(_: Walk) -> Iterator[Step]:
    yield fund.OpenFund(UNIT, 2026, allocated_cents=25_000_00), Role.MANAGER
    yield fund.EngageAmount(UUID(int=60), UUID(int=70), amount_cents=1_000_00), Role.SERVICE


def joint_operation(walk: Walk) -> Iterator[Step]:
    mission = operation.PlannedMission("finance", "À choisir", starts_on=TODAY, ends_on=LATER, planned_days=12)
    yield operation.PlanOperation(UNIT, "Un poste comptable commun", mission=mission), WORK
    cases = [UUID(int=60 + n) for n in range(3)]
    for case in cases:
        yield membership.JoinOperation(case, UUID(int=case.int + 10)), WORK
    yield shares.SetShares(tuple(shares.ShareWeight(case, 1) for case in cases), "Autant de salariés."), WORK
    (action,) = walk.state.missions
    yield from assigned(action, *cases)
    yield membership.StartOperation(cases[0]), WORK
    yield membership.LeaveOperation(UUID(int=70), DepartureReason.PARCOURS_ABANDONED), WORK
    yield shares.DecideDepartedShare(cases[0], ShareDecision.REDISTRIBUTED, reason="Elle n’en a rien eu."), WORK
    yield from reported(action, *cases[1:])
    yield conclusion.CloseOperation("Un poste est ouvert.", TODAY), WORK


def operation_that_falls_short(_: Walk) -> Iterator[Step]:
    yield operation.PlanOperation(UNIT, "Un achat groupé"), WORK
    for number in (60, 61):
        yield membership.JoinOperation(UUID(int=number), UUID(int=number + 10)), WORK
    yield membership.StartOperation(UUID(int=60)), WORK
    yield membership.LeaveOperation(UUID(int=70), DepartureReason.PARCOURS_ABANDONED), WORK
    yield membership.ContinueOperation(UUID(int=71)), WORK
