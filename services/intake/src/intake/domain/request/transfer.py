"""Transfer of a request to another unit, and its take-over there under a new request."""

from __future__ import annotations

from dataclasses import field
from uuid import UUID

from intake.domain.request.confidentiality import CaseMadeConfidential
from intake.domain.request.reception import ALREADY_RECEIVED, require_new
from intake.domain.request.state import (
    ALREADY_OPEN,
    NOT_RECEIVED,
    OUTCOME_GIVEN,
    CriterionJudgment,
    Meeting,
    Request,
    RequestStatus,
    Triage,
    require_status,
)
from intake.domain.structure import EncryptedContact, Structure
from shared.kernel import UNIT_CODE, Context, Encrypted, Line, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

SAME_UNIT = Refusal("same-unit", "Transfert sans objet", depends_on_body=True)
WRONG_UNIT = Refusal("wrong-unit", "Code d’unité irrecevable", status=422)
NOT_TRANSFERRED = Refusal("not-transferred", "Demande non transférée")
TAKEN_OVER = Refusal("transfer-taken-over", "Demande déjà reprise")
UNKNOWN_UNIT = Refusal("unknown-unit", "Unité inconnue", status=422)
NOT_THE_GIVING_UNIT = Refusal("not-the-giving-unit", "Réservé à l’unité qui a transféré", status=403)
NOT_THE_RECEIVING_UNIT = Refusal("not-the-receiving-unit", "Réservé à l’unité qui reçoit", status=403)


@event("request-transferred", label="Demande transférée à une autre unité")
class RequestTransferred:
    to_unit: str
    reason: Encrypted


@event("transfer-withdrawn", label="Transfert de la demande annulé")
class TransferWithdrawn:
    reason: Encrypted


@event("transfer-taken-over", label="Demande reprise par l’autre unité")
class TransferTakenOver:
    """`request`: the request under which the receiving unit goes on."""

    request: UUID


@event("transfer-received", label="Demande reçue d’une autre unité")
class TransferReceived:
    """What the former unit had learnt is kept: its meetings, its verdicts on the criteria, and its triages."""

    origin: UUID
    structure: Structure
    structure_id: UUID
    contact: EncryptedContact
    unit: str
    need: Encrypted | None = None
    difficulties: tuple[Triage, ...] = ()
    adviser: str | None = None
    meetings: tuple[Meeting, ...] = ()
    criteria: dict[str, CriterionJudgment] = field(default_factory=dict)


@command(
    title="Transférer la demande à une autre unité",
    leads_to=(RequestTransferred,),
    may_refuse=(OUTCOME_GIVEN, NOT_RECEIVED, SAME_UNIT, WRONG_UNIT),
)
class TransferRequest:
    """Another unit is competent: the request goes there with its history, and waits to be taken over."""

    to_unit: Line
    reason: Reason


@command(
    title="Annuler le transfert",
    leads_to=(TransferWithdrawn,),
    may_refuse=(ALREADY_OPEN, NOT_THE_GIVING_UNIT, NOT_TRANSFERRED, TAKEN_OVER),
)
class WithdrawTransfer:
    """The request stays in its unit after all. Possible until the other unit has taken it over."""

    reason: Reason


@command(leads_to=(TransferTakenOver,), may_refuse=(NOT_TRANSFERRED, TAKEN_OVER))
class RecordTakeOver:
    """The receiving unit goes on under `request`."""

    request: UUID


@command(
    title="Reprendre une demande transférée",
    leads_to=(TransferReceived, CaseMadeConfidential),
    may_refuse=(ALREADY_OPEN, NOT_THE_RECEIVING_UNIT, NOT_TRANSFERRED, TAKEN_OVER, ALREADY_RECEIVED),
)
class TakeOverRequest:
    """An adviser of the receiving unit takes over a request that was transferred to it."""

    origin: UUID


@command(
    leads_to=(TransferReceived, CaseMadeConfidential),
    may_refuse=(ALREADY_OPEN, NOT_THE_RECEIVING_UNIT, NOT_TRANSFERRED, TAKEN_OVER, ALREADY_RECEIVED),
)
class TakeOverRequestWithFindings:
    """`TakeOverRequest`, with the state of the transferred request, which the API looked up."""

    origin: UUID
    transferred: Request


Event = RequestTransferred | TransferWithdrawn | TransferTakenOver | TransferReceived


def transfer_request(request: Request, command: TransferRequest, context: Context) -> list[RequestTransferred]:
    require_status(request, RequestStatus.RECEIVED)
    return [RequestTransferred(_other_unit(command.to_unit, request), context.text(command.reason))]


def withdraw_transfer(request: Request, command: WithdrawTransfer, context: Context) -> list[TransferWithdrawn]:
    _require_pending(request)
    if not context.actor.covers(request.unit):
        raise NOT_THE_GIVING_UNIT("L’unité qui a transféré la demande peut seule y renoncer\u00a0: voyez avec elle.")
    return [TransferWithdrawn(context.text(command.reason))]


def record_take_over(request: Request, command: RecordTakeOver) -> list[TransferTakenOver]:
    _require_pending(request)
    return [TransferTakenOver(command.request)]


def _require_pending(request: Request) -> None:
    if request.to_unit is None:
        raise NOT_TRANSFERRED("Cette demande n’a pas été transférée.")
    if request.taken_over_as:
        raise TAKEN_OVER("L’autre unité l’a reprise\u00a0: c’est dans sa demande que la suite s’écrit.")


def take_over(
    request: Request, command: TakeOverRequestWithFindings, context: Context
) -> list[TransferReceived | CaseMadeConfidential]:
    """The receiving unit takes the request over itself: it may already have an open case for the structure, and then an
    adviser must read the refusal. A confidential request stays confidential."""
    require_new(request)
    transferred = command.transferred
    if transferred.to_unit is None or transferred.contact is None:
        raise NOT_TRANSFERRED("Cette demande n’a pas été transférée.")
    if context.actor.unit != transferred.to_unit:
        raise NOT_THE_RECEIVING_UNIT("Cette demande a été transférée à une autre unité que la vôtre.")
    adviser = context.actor.id
    received = TransferReceived(
        command.origin,
        transferred.structure,
        structure_id=transferred.structure_id,
        contact=transferred.contact,
        unit=transferred.to_unit,
        need=transferred.need,
        difficulties=transferred.difficulties,
        adviser=adviser,
        meetings=transferred.meetings,
        criteria=transferred.criteria,
    )
    confidential = transferred.confidential
    if confidential is None:
        return [received]
    return [received, CaseMadeConfidential(confidential.ground, confidential.reason, adviser=adviser)]


def _other_unit(code: str, request: Request) -> str:
    if not UNIT_CODE.fullmatch(code):
        raise WRONG_UNIT(
            "Une unité se désigne par son code, comme dla-44\u202f; ce que vous en dites va dans le motif."
        )
    if code.casefold() == request.unit.casefold():
        raise SAME_UNIT("Cette demande est déjà dans cette unité\u00a0: rien n’est à transférer.")
    return code


def evolve(request: Request, event: Event) -> Request:
    match event:
        case RequestTransferred(to_unit):
            return replace(request, status=RequestStatus.TRANSFERRED, to_unit=to_unit)
        case TransferWithdrawn():
            return replace(request, status=RequestStatus.RECEIVED, to_unit=None)
        case TransferTakenOver(taken_over_as):
            return replace(request, taken_over_as=taken_over_as)
        case TransferReceived():
            return replace(
                request,
                status=RequestStatus.RECEIVED,
                origin=event.origin,
                structure=event.structure,
                structure_id=event.structure_id,
                contact=event.contact,
                need=event.need,
                unit=event.unit,
                difficulties=event.difficulties,
                adviser=event.adviser,
                meetings=event.meetings,
                criteria=event.criteria,
            )
