"""The request: received, met, assessed, and given exactly one outcome. The case begins here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from intake.domain.orientation import ProposeOrientation
from intake.domain.personal_link import GiveAccessLink
from intake.domain.reference.criteria import Verdict
from intake.domain.reference.reference import SHIPPED_REFERENCE, ReferenceData
from intake.domain.request import (
    archive,
    assessment,
    confidentiality,
    corrections,
    difficulty,
    emergency,
    ending,
    outcome,
    reception,
    stand_in,
    transfer,
)
from intake.domain.request.archive import ArchiveCase, UnarchiveCase
from intake.domain.request.assessment import AssessCriterion, GrantDerogation, RecordMeeting
from intake.domain.request.confidentiality import AssignCase, LiftConfidentiality, MakeConfidential
from intake.domain.request.corrections import CorrectContact, CorrectStructure, StructureCorrected
from intake.domain.request.difficulty import DifficultyTriaged, TriageDifficulty
from intake.domain.request.emergency import AcknowledgeEmergencyAccess, OpenEmergencyAccess
from intake.domain.request.ending import (
    AccompanimentEnded,
    CaseClosed,
    CaseGivenUp,
    CloseCase,
    EndAccompaniment,
    GiveUpCase,
    StartAccompaniment,
)
from intake.domain.request.outcome import (
    AdmitRequest,
    OrientRequest,
    RejectRequest,
    RequestAdmitted,
    RequestNotAdmitted,
    RequestOriented,
    RequestWithdrawn,
    WithdrawRequest,
)
from intake.domain.request.reception import (
    LinkedRequestOpened,
    OpenLinkedRequest,
    ReceiveRequest,
    ReceiveRequestWithFindings,
    RequestReceived,
)
from intake.domain.request.stand_in import AppointStandIn, EndStandIn
from intake.domain.request.state import ALREADY_OPEN, LINKED_CASES, Request, RequestStatus
from intake.domain.request.transfer import (
    RecordTakeOver,
    RequestTransferred,
    TakeOverRequestWithFindings,
    TransferReceived,
    TransferRequest,
    TransferWithdrawn,
    WithdrawTransfer,
)
from intake.domain.structure import Structure
from shared.attachments import AddAttachment
from shared.kernel import CASE_ACCESS_TABLE, CompanionCommand, Context, Decider, UniqueKey
from shared.kernel.frozen import replace
from shared.names import RecordStructureName, name_decider, structure_name_id

Command = (
    ReceiveRequest
    | ReceiveRequestWithFindings
    | TakeOverRequestWithFindings
    | CorrectStructure
    | CorrectContact
    | OpenLinkedRequest
    | RecordMeeting
    | AssessCriterion
    | GrantDerogation
    | TriageDifficulty
    | AdmitRequest
    | OrientRequest
    | RejectRequest
    | TransferRequest
    | WithdrawTransfer
    | RecordTakeOver
    | WithdrawRequest
    | GiveUpCase
    | MakeConfidential
    | LiftConfidentiality
    | AssignCase
    | AppointStandIn
    | EndStandIn
    | OpenEmergencyAccess
    | AcknowledgeEmergencyAccess
    | ArchiveCase
    | UnarchiveCase
    | StartAccompaniment
    | EndAccompaniment
    | CloseCase
)
Event = (
    reception.Event
    | transfer.Event
    | corrections.Event
    | assessment.Event
    | DifficultyTriaged
    | outcome.Event
    | confidentiality.Event
    | stand_in.Event
    | emergency.Event
    | archive.Event
    | ending.Event
)
OPENING_EVENTS = (RequestReceived, TransferReceived, LinkedRequestOpened)
"""The events that open a case: the first of its history is one of them."""


def decide(
    request: Request, command: Command, context: Context, reference: ReferenceData = SHIPPED_REFERENCE
) -> Sequence[Event]:
    match command:
        case ReceiveRequest():
            return reception.receive(request, ReceiveRequestWithFindings(command), context, reference)
        case ReceiveRequestWithFindings():
            return reception.receive(request, command, context, reference)
        case OpenLinkedRequest():
            return reception.open_linked(request, command, context)
        case TakeOverRequestWithFindings():
            return transfer.take_over(request, command, context)
        case TransferRequest():
            return transfer.transfer_request(request, command, context)
        case WithdrawTransfer():
            return transfer.withdraw_transfer(request, command, context)
        case RecordTakeOver():
            return transfer.record_take_over(request, command)
        case CorrectStructure():
            return corrections.correct_structure(request, command, context, reference)
        case CorrectContact():
            return corrections.correct_contact(request, command, context)
        case RecordMeeting():
            return assessment.record_meeting(request, command, context)
        case AssessCriterion():
            return assessment.assess_criterion(request, command, context, reference)
        case GrantDerogation():
            return assessment.grant_derogation(request, command, context, reference)
        case TriageDifficulty():
            return difficulty.triage(request, command, context)
        case AdmitRequest():
            return outcome.admit(request, command, context, reference)
        case OrientRequest():
            return outcome.orient(request, command, context)
        case RejectRequest():
            return outcome.reject(request, command, context)
        case WithdrawRequest():
            return outcome.withdraw(request, command, context)
        case MakeConfidential():
            return confidentiality.make_confidential(request, command, context)
        case LiftConfidentiality():
            return confidentiality.lift_confidentiality(request, command, context)
        case AssignCase():
            return confidentiality.assign(request, command, context)
        case AppointStandIn():
            return stand_in.appoint(request, command, context)
        case EndStandIn():
            return stand_in.end(request, context)
        case OpenEmergencyAccess():
            return emergency.open_access(request, command, context)
        case AcknowledgeEmergencyAccess():
            return emergency.acknowledge(request, command, context)
        case ArchiveCase():
            return archive.archive_case(request, command)
        case UnarchiveCase():
            return archive.unarchive_case(request, command, context)
        case StartAccompaniment():
            return ending.start_accompaniment(request)
        case EndAccompaniment():
            return ending.end_accompaniment(request, command)
        case CloseCase():
            return ending.close(request, command)
        case GiveUpCase():
            return ending.give_up(request, command, context)


def evolve(request: Request, event: Event) -> Request:
    if isinstance(event, reception.Event):
        return reception.evolve(request, event)
    if isinstance(event, transfer.Event):
        return transfer.evolve(request, event)
    if isinstance(event, corrections.Event):
        return corrections.evolve(request, event)
    if isinstance(event, assessment.Event):
        return assessment.evolve(request, event)
    if isinstance(event, DifficultyTriaged):
        return difficulty.evolve(request, event)
    if isinstance(event, outcome.Event):
        return outcome.evolve(request, event)
    if isinstance(event, confidentiality.Event):
        return confidentiality.evolve(request, event)
    if isinstance(event, stand_in.Event):
        return stand_in.evolve(request, event)
    if isinstance(event, emergency.Event):
        return emergency.evolve(request, event)
    if isinstance(event, archive.Event):
        return archive.evolve(request, event)
    return ending.evolve(request, event)


def available_commands(request: Request) -> Iterator[type]:
    """Reception, meeting and assessment until one outcome is given; after an admission, what ends the case."""
    if request.status is RequestStatus.NEW:
        yield from (ReceiveRequest, ReceiveRequestWithFindings, TakeOverRequestWithFindings, OpenLinkedRequest)
        return
    match request.status:
        case RequestStatus.RECEIVED:
            yield from (CorrectStructure, CorrectContact, RecordMeeting, AssessCriterion, TriageDifficulty)
            if any(judgment.verdict is Verdict.NOT_MET for judgment in request.criteria.values()):
                yield GrantDerogation
            if request.meetings:
                yield AdmitRequest
            yield from (OrientRequest, RejectRequest, TransferRequest, WithdrawRequest)
        case RequestStatus.ADMITTED:
            yield from (CorrectStructure, CorrectContact, TriageDifficulty)
            yield from (StartAccompaniment, EndAccompaniment, CloseCase)
            if not (request.accompaniment_started or request.accompaniment_ended):
                yield GiveUpCase
        case RequestStatus.TRANSFERRED if request.taken_over_as is None:
            yield from (WithdrawTransfer, RecordTakeOver)
        case RequestStatus.CLOSED:
            yield from (EndAccompaniment, CloseCase)
    yield from archive.available_commands(request)
    if request.archived:
        return
    yield from (ProposeOrientation, GiveAccessLink, AddAttachment)
    yield from confidentiality.available_commands(request)
    yield from stand_in.available_commands(request)
    yield from emergency.available_commands(request)


def unique_keys(request: Request, event: Event) -> Iterable[UniqueKey]:
    """One open case for a structure in a unit at a time, under every number that it is known by.

    A linked request may be open at the same time as the follow-up of its origin. It counts among the open cases once it
    is admitted."""
    match event:
        case RequestReceived() | TransferReceived():
            yield from _open_case_keys(event.unit, event.structure_id, event.structure)
        case TransferWithdrawn() if request.theme is None:
            yield from _open_case_keys(request.unit, request.structure_id, request.structure)
        case RequestAdmitted():
            yield from _open_case_keys(request.unit, request.structure_id, request.structure)
        case StructureCorrected(structure) if request.counts_as_open:
            corrected = [*_open_case_keys(request.unit, request.structure_id, structure)]
            for former in _open_case_keys(request.unit, request.structure_id, request.structure):
                if former not in corrected:
                    yield replace(former, reserved=False)
            yield from corrected
        case (
            RequestOriented()
            | RequestNotAdmitted()
            | RequestTransferred()
            | RequestWithdrawn()
            | AccompanimentEnded()
            | CaseClosed()
            | CaseGivenUp()
        ):
            for former in _open_case_keys(request.unit, request.structure_id, request.structure):
                yield replace(former, reserved=False)


def _open_case_keys(unit: str, structure_id: UUID, structure: Structure) -> Iterator[UniqueKey]:
    """`structure_id` too: an earlier case may have shown that two numbers are those of one structure."""
    for number in (str(structure_id), *structure.numbers):
        yield UniqueKey("open-case", f"{unit}/{number}")


def companions(request: Request, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """Once a structure is admitted, the other services receive its name, and each correction of it.

    A take-over is recorded on the transferred request too: it is taken over once, and not withdrawn meanwhile."""
    match event:
        case TransferReceived(origin):
            yield CompanionCommand(decider, origin, command=RecordTakeOver(context.case), case=origin)
            return
        case emergency.EmergencyAccessOpened():
            yield from emergency.companions(event, context)
            return
        case RequestAdmitted():
            name = request.structure.name
        case StructureCorrected(structure) if request.status is RequestStatus.ADMITTED:
            if (name := structure.name) == request.structure.name:
                return
        case _:
            return
    record = RecordStructureName(request.structure_id, context.text(name))
    yield CompanionCommand(name_decider, structure_name_id(context.case), command=record, case=context.case)


def case_row(_request: Request, event: Event) -> dict[str, Any] | None:
    """Who is in charge of the case, and whether it is confidential or archived, when the event says so."""
    if isinstance(event, confidentiality.Event):
        return confidentiality.case_access(event).row()
    if isinstance(event, stand_in.Event):
        return stand_in.case_access(event).row()
    if isinstance(event, archive.Event):
        return archive.case_access(event).row()
    return None


decider: Decider[Request] = Decider(
    "request",
    Request(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    unique_keys=unique_keys,
    unique_key_refusal=ALREADY_OPEN,
    companions=companions,
    deadlines=stand_in.deadlines,
    deadline_command=lambda _kind, _key: EndStandIn(),
    available_commands=available_commands,
    case_table=CASE_ACCESS_TABLE,
    case_row=case_row,
    linked_cases=LINKED_CASES,
)
