"""Where does a request stand, after what happened to it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from intake.domain.commands import Confidential, Ending
from intake.domain.difficulty import Difficulty, DifficultyQualified
from intake.domain.eligibility import Judged
from intake.domain.events import (
    AccompanimentEnded,
    AccompanimentStarted,
    CaseClosed,
    CaseGivenUp,
    CaseReopened,
    ConfidentialityLifted,
    ContactCorrected,
    CriterionAssessed,
    DerogationGranted,
    DossierArchived,
    DossierEntrusted,
    DossierMadeConfidential,
    DossierUnarchived,
    Event,
    LinkedRequestOpened,
    MeetingRecorded,
    RequestAdmitted,
    RequestOriented,
    RequestReceived,
    RequestTransferred,
    RequestWithdrawn,
    StructureCorrected,
    TransferReceived,
)
from intake.domain.structure import LegalForm, Prefill, SealedContact, Structure
from shared.kernel import Encrypted
from shared.kernel.frozen import replace


class Status(StrEnum):
    NEW = "new"
    RECEIVED = "received"
    ADMITTED = "admitted"
    ORIENTED = "oriented"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


NOBODY = Structure("", LegalForm.OTHER, department="")
NOT_YET = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Request:
    """`rules`: the version of the criteria that it was admitted under. `adviser`: who is in charge of it; `by_name`
    when somebody was put in charge, whom an admission by another does not replace."""

    status: Status = Status.NEW
    structure: Structure = NOBODY
    structure_id: UUID = NOT_YET
    contact: SealedContact | None = None
    need: Encrypted | None = None
    unit: str = ""
    origin: UUID | None = None
    theme: str | None = None
    earlier: tuple[UUID, ...] = ()
    prefill: Prefill | None = None
    to_unit: str | None = None
    rules: str | None = None
    meetings: tuple[date, ...] = ()
    criteria: dict[str, Judged] = field(default_factory=dict)
    difficulties: tuple[Difficulty, ...] = ()
    orientations: tuple[UUID, ...] = ()
    accompaniment_started: bool = False
    accompaniment_ended: bool = False
    ending: Ending | None = None
    ending_told_at: datetime | None = None
    adviser: str | None = None
    by_name: bool = False
    confidential: Confidential | None = None
    archived: bool = False

    @property
    def difficulty(self) -> Difficulty | None:
        """As it was last qualified."""
        return self.difficulties[-1] if self.difficulties else None


def evolve(request: Request, event: Event) -> Request:
    match event:
        case RequestReceived(
            structure,
            structure_id,
            contact=contact,
            need=need,
            unit=unit,
            earlier=earlier,
            prefill=prefill,
            adviser=adviser,
        ):
            return replace(
                request,
                status=Status.RECEIVED,
                structure=structure,
                structure_id=structure_id,
                contact=contact,
                need=need,
                unit=unit,
                earlier=earlier,
                prefill=prefill,
                adviser=adviser,
            )
        case TransferReceived(
            origin,
            structure,
            structure_id=structure_id,
            contact=contact,
            unit=unit,
            need=need,
            difficulty=difficulty,
            adviser=adviser,
        ):
            return replace(
                request,
                status=Status.RECEIVED,
                origin=origin,
                structure=structure,
                structure_id=structure_id,
                contact=contact,
                need=need,
                unit=unit,
                difficulties=(difficulty,) if difficulty else (),
                adviser=adviser,
            )
        case StructureCorrected(structure):
            return replace(request, structure=structure)
        case ContactCorrected(contact):
            return replace(request, contact=contact)
        case LinkedRequestOpened(origin, structure, structure_id=structure_id, contact=contact, theme=theme, unit=unit):
            return replace(
                request,
                status=Status.RECEIVED,
                origin=origin,
                structure=structure,
                structure_id=structure_id,
                contact=contact,
                theme=theme,
                unit=unit,
            )
        case MeetingRecorded(held_on):
            return replace(request, meetings=(*request.meetings, held_on))
        case CriterionAssessed(criterion, verdict, evidence=evidence, by=by):
            # A derogation lifts one verdict: it goes when the criterion is assessed again.
            return replace(request, criteria=request.criteria | {criterion: Judged(verdict, evidence, by=by)})
        case DerogationGranted(criterion, motive, kind=kind, by=by):
            judged = request.criteria[criterion]
            derogated = replace(judged, derogation=motive, derogation_kind=kind, derogated_by=by)
            return replace(request, criteria=request.criteria | {criterion: derogated})
        case DifficultyQualified(difficulty):
            return replace(request, difficulties=(*request.difficulties, difficulty))
        case RequestAdmitted(rules, adviser=adviser):
            return replace(request, status=Status.ADMITTED, rules=rules, adviser=adviser)
        case DossierMadeConfidential(reason, motive, adviser=adviser):
            known = adviser is not None
            return replace(request, confidential=Confidential(reason, motive), adviser=adviser, by_name=known)
        case ConfidentialityLifted():
            return replace(request, confidential=None)
        case DossierEntrusted(adviser):
            return replace(request, adviser=adviser, by_name=True)
        case DossierArchived():
            return replace(request, archived=True)
        case DossierUnarchived():
            return replace(request, archived=False)
        case RequestOriented(_, orientations):
            return replace(request, status=Status.ORIENTED, orientations=orientations)
        case RequestTransferred(to_unit):
            return replace(request, status=Status.TRANSFERRED, to_unit=to_unit)
        case RequestWithdrawn():
            return replace(request, status=Status.WITHDRAWN)
        case AccompanimentStarted():
            return replace(request, accompaniment_started=True)
        case AccompanimentEnded():
            return replace(request, accompaniment_ended=True)
        case CaseClosed(ending, told_at):
            return replace(request, status=Status.CLOSED, ending=ending, ending_told_at=told_at)
        case CaseGivenUp():
            return replace(request, status=Status.CLOSED, ending=Ending.GIVEN_UP)
        case CaseReopened():
            return replace(request, status=Status.ADMITTED, ending=None, ending_told_at=None)
