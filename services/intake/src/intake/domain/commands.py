"""What can be asked of a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from intake.domain.difficulty import Difficulty, QualifyDifficulty
from intake.domain.eligibility import DerogationKind
from intake.domain.reference.criteria import Verdict
from intake.domain.structure import Contact, Prefill, SealedContact, Structure
from shared.kernel import ConfidentialLine, Day, Encrypted, Line, Motive, Text
from shared.kernel.events import command


class Ending(StrEnum):
    """How an admitted case came to its end: as the other services tell it, or given up before its parcours opened."""

    FOLLOWED_UP = "followed_up"
    ABANDONED = "abandoned"
    GIVEN_UP = "given_up"


class ConfidentialReason(StrEnum):
    """Why a dossier is seen by its adviser and manager alone; both procedures are confidential by law."""

    MANDAT_AD_HOC = "mandat_ad_hoc"
    CONCILIATION = "conciliation"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Confidential:
    """Why a dossier is confidential."""

    reason: ConfidentialReason
    motive: Encrypted


@command(title="Recevoir une demande")
class ReceiveRequest:
    """A structure asks the DLA for help, and an adviser opens its dossier."""

    structure: Structure
    contact: Contact
    need: Text


@command
class ReceiveKnowing:
    """The same, with what the edge looked up: `earlier` requests in this unit, and what a directory says."""

    asked: ReceiveRequest
    earlier: tuple[UUID, ...] = ()
    prefill: Prefill | None = None


@command(title="Reprendre une demande transférée")
class ReceiveTransfer:
    """An adviser of the receiving unit takes over a request that was transferred to it."""

    origin: UUID


@command
class TakeOver:
    """The same, with what the edge looked up in the request that was transferred."""

    origin: UUID
    to_unit: str | None
    structure: Structure
    structure_id: UUID
    contact: SealedContact
    need: Encrypted | None
    difficulty: Difficulty | None
    confidential: Confidential | None = None


@command(title="Corriger les renseignements sur la structure")
class CorrectStructure:
    """What is known of the structure was wrong, or has changed since a day: all of it, as it is."""

    structure: Structure
    effective_on: Day
    reason: Motive


@command(title="Changer l’interlocuteur·rice")
class CorrectContact:
    """The person who speaks for the structure is another one, or was written down wrongly: all of it, as it is.

    They stand under a new id and a new key; those of before can then be erased."""

    contact: Contact
    reason: Motive


@command
class OpenLinkedRequest:
    """A new need found in follow-up opens a request of its own, linked to the first; one that is confidential is not
    named."""

    origin: UUID | None
    structure: Structure
    contact: SealedContact
    structure_id: UUID
    unit: str
    theme: str


@command(title="Consigner un entretien d’accueil")
class RecordMeeting:
    """The adviser has received the structure and informed it of what the DLA can do."""

    held_on: Day
    with_whom: ConfidentialLine
    notes: Text | None = None


@command(title="Examiner un critère d’éligibilité")
class AssessCriterion:
    """The adviser says whether a criterion is met, and from what they know it."""

    criterion: str
    verdict: Verdict
    evidence: Motive


@command(title="Accorder une dérogation")
class GrantDerogation:
    """A manager lets a structure in although a hard criterion is not met, and says why."""

    criterion: str
    motive: Motive
    kind: DerogationKind | None = None


@command(title="Admettre la demande")
class AdmitRequest:
    """The structure enters the DLA: its diagnosis can begin."""

    motive: Motive | None = None


@command(title="Orienter la structure au lieu de l’admettre")
class OrientRequest:
    """The structure does not enter the DLA, and is directed to others who can help; or it is said why to nobody."""

    motive: Motive
    orientations: Annotated[tuple[UUID, ...], Len(0, 20)] = ()
    why_none: Motive | None = None


@command(title="Transférer la demande à une autre unité")
class TransferRequest:
    """Another unit is competent: the request goes there with its history."""

    to_unit: Line
    motive: Motive


@command(title="Retirer la demande")
class WithdrawRequest:
    """The structure gives up its request."""

    motive: Motive


@command(title="Renoncer à l’accompagnement")
class GiveUpCase:
    """The structure was admitted, and gives up before its parcours opens."""

    motive: Motive


@command(title="Rendre le dossier confidentiel")
class MakeConfidential:
    """Only who is in charge of the dossier and the manager of the unit see it from now on, in every phase."""

    reason: ConfidentialReason
    motive: Motive


@command(title="Lever la confidentialité du dossier")
class LiftConfidentiality:
    """The unit sees the dossier again."""

    motive: Motive


@command(title="Confier le dossier à quelqu’un d’autre")
class EntrustDossier:
    """Somebody else is in charge of the dossier: `adviser`, by the id that they read under `GET /api/v1/me`."""

    adviser: UUID
    motive: Motive


@command
class ArchiveDossier:
    """Closed for as long as the unit may need it, a dossier is kept as an archive from its term on: `since`."""

    since: Day


@command(title="Sortir le dossier d’archive")
class UnarchiveDossier:
    """The unit needs the dossier again; its term counts from that day."""

    motive: Motive


@command
class StartAccompaniment:
    """The plan is agreed: the parcours opens, and from now on it tells how the case ends."""


@command
class EndAccompaniment:
    """The parcours has come to its end: the structure may ask again, while its follow-up goes on.

    `told_at`: when parcours recorded it."""

    told_at: datetime | None = None


@command
class CloseCase:
    """The last thing to do for this case is done. `told_at`: when the other service recorded it."""

    ending: Ending
    told_at: datetime | None = None


Command = (
    ReceiveRequest
    | ReceiveKnowing
    | TakeOver
    | CorrectStructure
    | CorrectContact
    | OpenLinkedRequest
    | RecordMeeting
    | AssessCriterion
    | GrantDerogation
    | QualifyDifficulty
    | AdmitRequest
    | OrientRequest
    | TransferRequest
    | WithdrawRequest
    | GiveUpCase
    | MakeConfidential
    | LiftConfidentiality
    | EntrustDossier
    | ArchiveDossier
    | UnarchiveDossier
    | StartAccompaniment
    | EndAccompaniment
    | CloseCase
)
