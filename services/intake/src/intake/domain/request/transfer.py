"""Transfer of a request to another unit, and its take-over there under a new request."""

from __future__ import annotations

from uuid import UUID

from intake.domain.request.confidentiality import CaseMadeConfidential
from intake.domain.request.reception import ALREADY_RECEIVED, require_new
from intake.domain.request.state import (
    ALREADY_OPEN,
    NOT_RECEIVED,
    OUTCOME_GIVEN,
    Request,
    RequestStatus,
    Triage,
    require_status,
)
from intake.domain.structure import EncryptedContact, Structure
from shared.kernel import UNIT_CODE, Context, Encrypted, Line, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

SAME_UNIT = Refusal("same-unit", "Transfert sans objet")
WRONG_UNIT = Refusal("wrong-unit", "Code d’unité irrecevable", status=422)
NOT_TRANSFERRED = Refusal("not-transferred", "Demande non transférée")
NOT_THE_RECEIVING_UNIT = Refusal("not-the-receiving-unit", "Réservé à l’unité qui reçoit", status=403)


@event("request-transferred", label="Demande transférée à une autre unité")
class RequestTransferred:
    to_unit: str
    reason: Encrypted


@event("transfer-received", label="Demande reçue d’une autre unité")
class TransferReceived:
    origin: UUID
    structure: Structure
    structure_id: UUID
    contact: EncryptedContact
    unit: str
    need: Encrypted | None = None
    difficulty: Triage | None = None
    adviser: str | None = None


@command(
    title="Transférer la demande à une autre unité",
    leads_to=(RequestTransferred,),
    may_refuse=(OUTCOME_GIVEN, NOT_RECEIVED, SAME_UNIT, WRONG_UNIT),
)
class TransferRequest:
    """Another unit is competent: the request goes there with its history."""

    to_unit: Line
    reason: Reason


@command(
    title="Reprendre une demande transférée",
    leads_to=(TransferReceived, CaseMadeConfidential),
    may_refuse=(ALREADY_OPEN, NOT_THE_RECEIVING_UNIT, NOT_TRANSFERRED, ALREADY_RECEIVED),
)
class ReceiveTransfer:
    """An adviser of the receiving unit takes over a request that was transferred to it."""

    origin: UUID


@command(
    leads_to=(TransferReceived, CaseMadeConfidential),
    may_refuse=(ALREADY_OPEN, NOT_THE_RECEIVING_UNIT, NOT_TRANSFERRED, ALREADY_RECEIVED),
)
class TakeOverRequest:
    """`ReceiveTransfer`, with the state of the transferred request, which the API looked up."""

    origin: UUID
    transferred: Request


Event = RequestTransferred | TransferReceived


def transfer_request(request: Request, command: TransferRequest, context: Context) -> list[RequestTransferred]:
    require_status(request, RequestStatus.RECEIVED)
    return [RequestTransferred(_other_unit(command.to_unit, request), context.text(command.reason))]


def take_over(
    request: Request, command: TakeOverRequest, context: Context
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
        difficulty=transferred.difficulty,
        adviser=adviser,
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
                difficulties=(event.difficulty,) if event.difficulty else (),
                adviser=event.adviser,
            )
