"""What can happen to a request."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from intake.domain.commands import ConfidentialReason, Ending
from intake.domain.difficulty import Difficulty, DifficultyQualified
from intake.domain.eligibility import DerogationKind
from intake.domain.reference.criteria import Verdict
from intake.domain.structure import LegalForm, Prefill, SealedContact, Structure
from shared.kernel import Encrypted, event


@event("request-received", label="Demande reçue")
class RequestReceived:
    structure: Structure
    structure_id: UUID
    contact: SealedContact
    need: Encrypted
    unit: str
    earlier: tuple[UUID, ...] = ()
    prefill: Prefill | None = None
    adviser: str | None = None


@event("transfer-received", label="Demande reçue d’une autre unité")
class TransferReceived:
    origin: UUID
    structure: Structure
    structure_id: UUID
    contact: SealedContact
    unit: str
    need: Encrypted | None = None
    difficulty: Difficulty | None = None
    adviser: str | None = None


@event("structure-corrected", label="Renseignements sur la structure corrigés", effective="effective_on")
class StructureCorrected:
    structure: Structure
    effective_on: date
    reason: Encrypted


@event("contact-corrected", label="Interlocuteur·rice de la structure changé·e")
class ContactCorrected:
    contact: SealedContact
    reason: Encrypted


@event("linked-request-opened", label="Nouvelle demande ouverte, liée à un accompagnement précédent")
class LinkedRequestOpened:
    origin: UUID | None
    structure: Structure
    structure_id: UUID
    contact: SealedContact
    theme: str
    unit: str


@event("meeting-recorded", label="Entretien d’accueil", effective="held_on")
class MeetingRecorded:
    held_on: date
    with_whom: Encrypted
    notes: Encrypted | None = None


@event("criterion-assessed", label="Critère d’éligibilité examiné")
class CriterionAssessed:
    criterion: str
    verdict: Verdict
    evidence: Encrypted
    rules: str
    by: str | None = None


@event("derogation-granted", label="Dérogation accordée")
class DerogationGranted:
    criterion: str
    motive: Encrypted
    rules: str
    kind: DerogationKind | None = None
    by: str | None = None


@event("request-admitted", label="Demande admise dans le DLA")
class RequestAdmitted:
    rules: str
    structure_id: UUID
    unit: str
    adviser: str
    legal_form: LegalForm
    department: str
    headcount: int | None
    motive: Encrypted | None = None


@event("request-oriented", label="Structure orientée vers d’autres acteurs")
class RequestOriented:
    motive: Encrypted
    orientations: tuple[UUID, ...] = ()
    why_none: Encrypted | None = None


@event("request-transferred", label="Demande transférée à une autre unité")
class RequestTransferred:
    to_unit: str
    motive: Encrypted


@event("request-withdrawn", label="Demande retirée par la structure")
class RequestWithdrawn:
    motive: Encrypted


@event("dossier-made-confidential", label="Dossier rendu confidentiel")
class DossierMadeConfidential:
    reason: ConfidentialReason
    motive: Encrypted
    adviser: str | None


@event("confidentiality-lifted", label="Confidentialité du dossier levée")
class ConfidentialityLifted:
    motive: Encrypted
    adviser: str | None


@event("dossier-entrusted", label="Dossier confié à quelqu’un d’autre")
class DossierEntrusted:
    adviser: str
    motive: Encrypted
    confidential: bool


@event("dossier-archived", label="Dossier versé en archive")
class DossierArchived:
    """Only those who may consult archives read it. `adviser`, `confidential`: as they stay."""

    since: date
    adviser: str | None
    confidential: bool


@event("dossier-unarchived", label="Dossier sorti d’archive")
class DossierUnarchived:
    """`motive` null: its case resumed by itself."""

    adviser: str | None
    confidential: bool
    motive: Encrypted | None = None


@event("accompaniment-started", label="Plan convenu\u00a0: le parcours s’ouvre")
class AccompanimentStarted:
    pass


@event("accompaniment-ended", label="Fin du parcours notée à l’accueil")
class AccompanimentEnded:
    pass


@event("case-closed", label="Dossier clos")
class CaseClosed:
    ending: Ending
    told_at: datetime | None = None


@event("case-given-up", label="Dossier clos\u00a0: la structure renonce avant le parcours")
class CaseGivenUp:
    motive: Encrypted


@event("case-reopened", label="Dossier rouvert\u00a0: le suivi reprend")
class CaseReopened:
    pass


Event = (
    RequestReceived
    | TransferReceived
    | StructureCorrected
    | ContactCorrected
    | LinkedRequestOpened
    | MeetingRecorded
    | CriterionAssessed
    | DerogationGranted
    | DifficultyQualified
    | RequestAdmitted
    | RequestOriented
    | RequestTransferred
    | RequestWithdrawn
    | DossierMadeConfidential
    | ConfidentialityLifted
    | DossierEntrusted
    | DossierArchived
    | DossierUnarchived
    | AccompanimentStarted
    | AccompanimentEnded
    | CaseClosed
    | CaseGivenUp
    | CaseReopened
)
