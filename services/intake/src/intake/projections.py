"""Projections: the requests of a unit with their status, the orientations that are not acknowledged yet, and the
derogations that were granted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from intake.domain import orientation
from intake.domain.reference.nomenclature import section_of
from intake.domain.request.assessment import DerogationGranted
from intake.domain.request.corrections import StructureCorrected
from intake.domain.request.difficulty import DifficultyTriaged
from intake.domain.request.ending import (
    AccompanimentEnded,
    CaseClosed,
    CaseEndingCorrected,
    CaseGivenUp,
    CaseReopened,
)
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.reception import LinkedRequestOpened, RequestReceived
from intake.domain.request.state import LINKED_CASES, RequestStatus, Triage
from intake.domain.request.transfer import RequestTransferred, TransferReceived, TransferTakenOver, TransferWithdrawn
from intake.domain.structure import LegalForm, Structure
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import DifficultyLevel, Ending, EndingKind, paris_date
from shared.projections import Projection, Row


class RequestRow(TypedDict):
    """A request in the list. What has not happened yet is left out."""

    id: UUID
    version: int
    units: list[str]
    status: RequestStatus
    structure: str
    structure_id: UUID
    department: str
    siret: str | None
    siren: str | None
    rna: str | None
    legal_form: LegalForm
    section: str | None
    headcount: int | None
    unit: str
    to_unit: NotRequired[str]
    adviser: str | None
    origin: UUID | None
    received_at: datetime
    difficulty: NotRequired[DifficultyLevel]
    legal_deadline: NotRequired[date | None]
    triaged_at: NotRequired[datetime]
    admitted: NotRequired[bool]
    rules: NotRequired[list[str]]
    outcome_at: NotRequired[datetime]
    accompaniment_ended: NotRequired[bool]
    ending: NotRequired[Ending | None]
    oriented_to: NotRequired[list[str]]
    sent: NotRequired[list[UUID]]
    acknowledged: NotRequired[list[UUID]]


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case RequestReceived() | LinkedRequestOpened() | TransferReceived() as opened:
            structure, origin = opened.structure, getattr(opened, "origin", None)
            # No adviser opens a linked request: the one of the case that it comes from is in charge.
            adviser = opened.adviser if isinstance(opened, LinkedRequestOpened) else recorded.meta.actor
            return row | {
                "status": RequestStatus.RECEIVED,
                **_structure_fields(structure),
                "structure_id": opened.structure_id,
                "unit": opened.unit,
                "adviser": adviser,
                "origin": origin,
                "received_at": entry.recorded_at,
            }
        case StructureCorrected(structure):
            return row | _structure_fields(structure)
        case DifficultyTriaged(difficulty):
            first = row.get("triaged_at") or entry.recorded_at
            deadline = difficulty.legal_deadline
            return row | {"difficulty": difficulty.level, "legal_deadline": deadline, "triaged_at": first}
        case RequestAdmitted(adviser=adviser, rules=rules):
            admitted = {"status": RequestStatus.ADMITTED, "admitted": True, "rules": [rules]}
            return row | admitted | {"adviser": adviser, "outcome_at": entry.recorded_at}
        case RequestOriented():
            return row | {"status": RequestStatus.ORIENTED, "outcome_at": entry.recorded_at}
        case RequestNotAdmitted():
            return row | {"status": RequestStatus.NOT_ADMITTED, "outcome_at": entry.recorded_at}
        case RequestTransferred(to_unit):
            return row | {"to_unit": to_unit, "status": RequestStatus.TRANSFERRED, "outcome_at": entry.recorded_at}
        case TransferWithdrawn():
            return row | {"to_unit": None, "status": RequestStatus.RECEIVED, "outcome_at": None}
        case TransferTakenOver(taken_over_as):
            return row | {"taken_over_as": taken_over_as}
        case RequestWithdrawn():
            return row | {"status": RequestStatus.WITHDRAWN, "outcome_at": entry.recorded_at}
        case AccompanimentEnded():
            return row | {"accompaniment_ended": True}
        case CaseClosed(ending) | CaseEndingCorrected(ending):
            return row | {"status": RequestStatus.CLOSED, "ending": {"kind": ending.kind, "on": ending.on}}
        case CaseGivenUp(on=on):
            return row | {"status": RequestStatus.CLOSED, "ending": {"kind": EndingKind.GIVEN_UP, "on": on}}
        case CaseReopened():
            return row | {"status": RequestStatus.ADMITTED, "ending": None}
        case orientation.OrientationProposed() as proposed:
            return row | {"oriented_to": [*row.get("oriented_to", []), _listed_target(proposed)]}
        case orientation.OrientationSent():
            return row | {"sent": [*row.get("sent", []), str(entry.originator_id)]}
        case orientation.OrientationAcknowledged():
            return row | {"acknowledged": [*row.get("acknowledged", []), str(entry.originator_id)]}
    return row


def _structure_fields(structure: Structure) -> Row:
    return {
        "structure": structure.name,
        "department": structure.department,
        "siret": structure.siret,
        "siren": structure.siren,
        "rna": structure.rna,
        "legal_form": structure.legal_form,
        "section": section_of(structure.naf) if structure.naf else None,
        "headcount": structure.headcount,
    }


def _project_chases(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    stream, sent = str(entry.originator_id), row.get("orientations", {})
    match recorded.data:
        case RequestReceived() | LinkedRequestOpened() | TransferReceived() as opened:
            return row | {
                "structure": opened.structure.name,
                "structure_id": opened.structure_id,
                "unit": opened.unit,
                "status": "nothing",
                "orientations": {},
                **_level(last_triage(opened)),
            }
        case StructureCorrected(structure):
            return row | {"structure": structure.name}
        case DifficultyTriaged(difficulty):
            return row | _level(difficulty)
        case orientation.OrientationProposed() as proposed:
            return row | {"orientations": sent | {stream: {"target": _listed_target(proposed)}}}
        case orientation.OrientationSent():
            updated = sent[stream] | {"sent_at": entry.recorded_at}
            return row | {"status": "waiting", "orientations": sent | {stream: updated}}
        case orientation.OrientationChased():
            chased = {"chased_at": entry.recorded_at, "chases": sent[stream].get("chases", 0) + 1}
            return row | {"orientations": sent | {stream: sent[stream] | chased}}
        case orientation.OrientationAcknowledged() | orientation.OrientationDeclined():
            others = {key: orientation_row for key, orientation_row in sent.items() if key != stream}
            waits = any("sent_at" in each for each in others.values())
            return row | {"status": "waiting" if waits else "nothing", "orientations": others}
    return row


def _project_derogations(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case RequestReceived() | LinkedRequestOpened() | TransferReceived() as opened:
            return row | {"structure": opened.structure.name, "unit": opened.unit, "years": [], "derogations": []}
        case StructureCorrected(structure):
            return row | {"structure": structure.name}
        case RequestTransferred(to_unit):
            return row | {"to_unit": to_unit}
        case TransferWithdrawn():
            return row | {"to_unit": None}
        case DerogationGranted(criterion, _, kind=kind):
            granted = {
                "criterion": criterion,
                "ground": kind,
                "by": recorded.meta.actor,
                "at": entry.recorded_at,
            }
            year = str(paris_date(entry.recorded_at).year)
            years = row["years"] if year in row["years"] else [*row["years"], year]
            return row | {"years": years, "derogations": [*row["derogations"], granted]}
    return row


def _listed_target(proposed: orientation.OrientationProposed) -> str:
    """A target that is not in the list may be a person: lists do not show its name, only the orientation does."""
    return proposed.target if proposed.target and proposed.code else "autre"


def last_triage(opened: RequestReceived | LinkedRequestOpened | TransferReceived) -> Triage | None:
    """The difficulty that a request has from its opening, when another unit had triaged it."""
    return opened.difficulties[-1] if isinstance(opened, TransferReceived) and opened.difficulties else None


def _level(difficulty: Triage | None) -> Row:
    return {"level": difficulty.level, "legal_deadline": difficulty.legal_deadline} if difficulty else {}


def both_units(row: Row) -> tuple[str | None, str | None]:
    """A transferred request is seen by the unit that received it first, and by the one it was transferred to."""
    return row.get("unit"), row.get("to_unit")


requests = Projection(
    "requests:v2",
    _project,
    units_of=both_units,
    searched=("structure", "department", "siret", "rna"),
    filters=("status", "unit", "adviser", "department", "difficulty", "siret", "siren", "rna"),
    codes=frozenset({"department", "siret", "siren", "rna"}),
    sorts=("structure", "status", "received_at", "outcome_at"),
    opened="received_at",
    linked=LINKED_CASES,
    row=RequestRow,
    looked_up=("structure_id", "siren", "rna"),
)
chases = Projection("chases:v1", _project_chases, searched=("structure",))
derogations = Projection(
    "derogations:v1",
    _project_derogations,
    about=(
        RequestReceived,
        LinkedRequestOpened,
        TransferReceived,
        StructureCorrected,
        RequestTransferred,
        TransferWithdrawn,
        DerogationGranted,
    ),
    units_of=both_units,
)
