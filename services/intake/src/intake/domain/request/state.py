"""The state of a request, and the values that it is made of."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from uuid import UUID

from intake.domain.reference.criteria import Verdict
from intake.domain.structure import EncryptedContact, LegalForm, Prefill, Structure
from shared.kernel import (
    DifficultyCause,
    DifficultyLevel,
    DifficultyNature,
    Encrypted,
    Ending,
    LabelledEnum,
    PersonalData,
    Refusal,
)
from shared.kernel.frozen import frozen

LINKED_CASES = frozenset({"origin", "earlier", "taken_over_as", "request"})
"""The fields of a request, and of its events, that name other cases of the structure."""
ALREADY_OPEN = Refusal("case-already-open", "Un dossier est déjà ouvert pour cette structure")
NOT_RECEIVED = Refusal("request-not-received", "Demande non reçue")
OUTCOME_GIVEN = Refusal("outcome-already-given", "La demande a déjà son issue")


class RequestStatus(LabelledEnum):
    NEW = "new", "à recevoir"
    RECEIVED = "received", "demande reçue, à l’étude"
    ADMITTED = "admitted", "admise dans le DLA"
    ORIENTED = "oriented", "orientée vers d’autres acteurs"
    NOT_ADMITTED = "not_admitted", "non admise, sans orientation"
    TRANSFERRED = "transferred", "transférée à une autre unité"
    WITHDRAWN = "withdrawn", "demande retirée par la structure"
    CLOSED = "closed", "dossier clos"


class ConfidentialityGround(LabelledEnum):
    """Why a case is visible to its adviser and manager only. Both procedures are confidential by law."""

    MANDAT_AD_HOC = "mandat_ad_hoc", "mandat ad hoc"
    CONCILIATION = "conciliation", "conciliation"
    OTHER = "other", "autre motif"


@frozen
class Confidentiality:
    """The reason why a case is confidential."""

    ground: ConfidentialityGround
    reason: Encrypted


@frozen
class PersonMet:
    """Somebody who took part in a first meeting, under the key of their own id."""

    person: UUID
    name: PersonalData
    function: PersonalData | None = None


@frozen
class Meeting:
    """A first meeting with the structure."""

    held_on: date
    participants: tuple[PersonMet, ...]
    notes: Encrypted | None = None


class DerogationKind(LabelledEnum):
    """The ground on which a hard criterion is waived; from public material, sometimes local."""

    FIRST_TIME_EMPLOYER = "first_time_employer", "premier emploi"
    GROUPING = "grouping", "groupement"
    NETWORK = "network", "réseau"
    JOBS_TO_SAVE = "jobs_to_save", "emplois à sauver"


@frozen
class CriterionJudgment:
    """The last verdict on a criterion, who gave it, and the derogation that waives it."""

    verdict: Verdict
    evidence: Encrypted
    by: str | None = None
    derogation: Encrypted | None = None
    derogation_kind: DerogationKind | None = None
    derogated_by: str | None = None


@frozen
class Triage:
    """One triage, with its author and its time. A later triage is added; none is edited."""

    level: DifficultyLevel
    by: str
    at: datetime
    nature: DifficultyNature | None = None
    causes: tuple[DifficultyCause, ...] = ()
    explanation: Encrypted | None = None
    days_left: int | None = None
    cessation_on: date | None = None
    legal_deadline: date | None = None


NO_STRUCTURE = Structure("", LegalForm.OTHER, department="")
NO_STRUCTURE_ID = UUID(int=0)


@frozen
class CrisisPlan:
    """A crisis plan that the support goes with: the `scheme` that leads it, and what the adviser notes of it (S)."""

    scheme: Encrypted
    note: Encrypted | None = None


@frozen
class EmergencyAccess:
    """A confidential case that `by` opened in an emergency, for reading. `acknowledged_by`: who, being in charge of the
    case or the unit's manager, has read of it since."""

    by: str
    at: datetime
    until: datetime
    reason: Encrypted
    acknowledged_by: str | None = None


@frozen
class StandIn:
    """`adviser` is in charge in place of `stands_in_for`, through the day `until` in Paris."""

    adviser: str
    stands_in_for: str
    until: date


@frozen
class Request:
    """`rules`: the version of the criteria under which it was admitted. `adviser`: who is in charge of the case;
    `assigned`: that adviser was named explicitly, and an admission by another one does not replace them.
    `origin`: the request that was transferred here, or the case that this one is linked to; `taken_over_as`: the
    request under which the unit goes on to which this one was transferred."""

    status: RequestStatus = RequestStatus.NEW
    structure: Structure = NO_STRUCTURE
    structure_id: UUID = NO_STRUCTURE_ID
    contact: EncryptedContact | None = None
    need: Encrypted | None = None
    unit: str = ""
    origin: UUID | None = None
    theme: str | None = None
    earlier: tuple[UUID, ...] = ()
    prefill: Prefill | None = None
    to_unit: str | None = None
    taken_over_as: UUID | None = None
    rules: str | None = None
    meetings: tuple[Meeting, ...] = ()
    criteria: dict[str, CriterionJudgment] = field(default_factory=dict)
    difficulties: tuple[Triage, ...] = ()
    orientations: tuple[UUID, ...] = ()
    accompaniment_started: bool = False
    accompaniment_ended: bool = False
    ending: Ending | None = None
    ending_reported_at: datetime | None = None
    adviser: str | None = None
    assigned: bool = False
    stand_in: StandIn | None = None
    confidential: Confidentiality | None = None
    archived: bool = False
    crisis_plan: CrisisPlan | None = None
    emergency_accesses: tuple[EmergencyAccess, ...] = ()

    @property
    def difficulty(self) -> Triage | None:
        """The last triage."""
        return self.difficulties[-1] if self.difficulties else None

    @property
    def counts_as_open(self) -> bool:
        """Whether no other case may be open for the structure in the unit. A linked request counts once admitted."""
        if self.status is RequestStatus.RECEIVED:
            return self.theme is None
        return self.status is RequestStatus.ADMITTED and not self.accompaniment_ended


def require_status(request: Request, *statuses: RequestStatus) -> None:
    """Raises Refused unless the request was received and has one of these statuses."""
    if request.status is RequestStatus.NEW:
        raise NOT_RECEIVED("Aucune structure n’a fait cette demande.")
    if request.status not in statuses:
        raise OUTCOME_GIVEN(
            "Une demande ne reçoit qu’une issue\u202f; celle-ci ne change plus.", outcome=request.status
        )
