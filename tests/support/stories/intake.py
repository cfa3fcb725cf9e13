"""Stories of intake: requests that are admitted or transferred, orientations, links, rights, retention."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.support.generated.openapi_examples import DAY
from tests.support.histories.command_walks import UNIT, Walk, actor

from intake.domain import orientation, personal_link, retention
from intake.domain.reference.criteria import Verdict
from intake.domain.register.rights import GrantRight
from intake.domain.request import confidentiality, difficulty, emergency, ending, outcome, reception, stand_in, transfer
from intake.domain.request.assessment import AssessCriterion, GrantDerogation, MeetingParticipant, RecordMeeting
from intake.domain.request.state import ConfidentialityGround, DerogationKind
from intake.domain.structure import Contact, LegalForm, Structure
from shared.attachments.attachment import AddAttachment, WithdrawAttachment
from shared.kernel import DifficultyLevel, DifficultyNature, Role

Step = tuple[Any, Role]
TODAY, WORK = DAY.date(), Role.ADVISER
RECEIVED = reception.ReceiveRequestWithFindings(
    reception.ReceiveRequest(
        Structure("Les Jardins", LegalForm.ASSOCIATION, department="44", siret="73282932000074", headcount=12),
        Contact("Maëlle Kerdoncuff"),
        need="Une seule subvention nous fait vivre.",
    )
)


def request(_: Walk) -> Iterator[Step]:
    yield RECEIVED, WORK
    yield RecordMeeting(TODAY, (MeetingParticipant("Maëlle Kerdoncuff"),)), WORK
    for criterion, verdict in (("existing", Verdict.MET), ("employer", Verdict.NOT_MET), ("ess", Verdict.MET)):
        yield AssessCriterion(criterion, verdict, evidence="Statuts lus."), WORK
    yield GrantDerogation("employer", "Une embauche.", kind=DerogationKind.FIRST_TIME_EMPLOYER), Role.MANAGER
    yield difficulty.TriageDifficulty(DifficultyLevel.WEAK_SIGNALS, DifficultyNature.STRUCTURAL), WORK
    yield confidentiality.AssignCase(UUID(actor(WORK).id), "Elle connaît la structure."), Role.MANAGER
    yield confidentiality.MakeConfidential(ConfidentialityGround.CONCILIATION, "Une conciliation s’ouvre."), WORK
    yield confidentiality.AssignCase(UUID(int=8), "Elle s’absente."), Role.MANAGER
    yield emergency.OpenEmergencyAccess("La banque bloque les comptes."), WORK
    yield emergency.AcknowledgeEmergencyAccess(), Role.MANAGER
    yield confidentiality.AssignCase(UUID(actor(WORK).id), "Elle est revenue."), Role.MANAGER
    yield confidentiality.LiftConfidentiality("Elle est close."), Role.MANAGER
    yield stand_in.AppointStandIn(UUID(int=8), TODAY, reason="Elle s’absente une journée."), Role.MANAGER
    yield outcome.AdmitRequest(), WORK
    yield ending.StartAccompaniment(), Role.SERVICE


def transferred_request(_: Walk) -> Iterator[Step]:
    yield RECEIVED, WORK
    yield transfer.TransferRequest("dla-49", "Le siège a déménagé."), WORK
    yield transfer.WithdrawTransfer("Il est revenu."), WORK
    yield outcome.WithdrawRequest("La structure renonce."), WORK


def proposed_orientation(_: Walk) -> Iterator[Step]:
    yield orientation.ProposeOrientation("France Active", "Trésorerie tendue."), WORK
    yield orientation.RecordConsent(), WORK
    yield orientation.SendOrientation(), WORK
    yield orientation.ChaseOrientation(orientation.ChaseChannel.PHONE, "Rappel demain."), WORK
    yield orientation.AcknowledgeOrientation(), WORK
    yield orientation.ConcludeOrientation("Un prêt est accordé."), WORK


def link(_: Walk) -> Iterator[Step]:
    given = personal_link.GiveAccessLink(personal_link.AccessLinkRole.LEADER, "Maëlle Kerdoncuff", reason="Présidente.")
    longest = TODAY + timedelta(days=90)
    yield personal_link.IssueAccessLink(given, UUID(int=5), identity=UUID(int=6), longest=longest), WORK
    yield personal_link.RevokeAccessLink("Fin de mandat."), WORK


def register(_: Walk) -> Iterator[Step]:
    yield GrantRight(UUID(int=7), WORK, reason="Prise de poste.", unit=UNIT), Role.MANAGER
    yield GrantRight(UUID(int=7), Role.MANAGER, reason="Nomination.", unit=UNIT), Role.MANAGER


def kept_case(_: Walk) -> Iterator[Step]:
    yield retention.HoldCase("Contrôle de l’emploi des fonds."), Role.DPO
    yield retention.ReleaseCase("Le contrôle est terminé."), Role.DPO


def attachment(_: Walk) -> Iterator[Step]:
    yield (
        AddAttachment(
            "minutes",
            "Un compte rendu",
            file_name="cr.txt",
            media_type="text/plain",
            size=12,
            content_hash="5f" * 32,
            salt="0c",
        ),
        WORK,
    )
    yield WithdrawAttachment("Doublon."), WORK
