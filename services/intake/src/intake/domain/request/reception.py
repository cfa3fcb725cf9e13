"""Reception of a request: by an adviser, or by itself when the follow-up of another case finds a new need."""

from __future__ import annotations

from uuid import UUID

from intake.domain.reference.codes import OTHER_DEPARTMENT, UNKNOWN_CODE, UNKNOWN_DEPARTMENT, WRONG_NUMBER
from intake.domain.reference.reference import ReferenceData
from intake.domain.request.state import ALREADY_OPEN, Request, RequestStatus
from intake.domain.structure import Contact, EncryptedContact, Prefill, Structure, encrypt_contact, normalize_structure
from shared.kernel import Context, Encrypted, Refusal, Text, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

ALREADY_RECEIVED = Refusal("request-already-received", "Demande déjà reçue")
NO_UNIT = Refusal("no-unit", "Unité inconnue", status=403)


@event("request-received", label="Demande reçue")
class RequestReceived:
    structure: Structure
    structure_id: UUID
    contact: EncryptedContact
    need: Encrypted
    unit: str
    earlier: tuple[UUID, ...] = ()
    prefill: Prefill | None = None
    adviser: str | None = None


@event("linked-request-opened", label="Nouvelle demande ouverte, liée à un accompagnement précédent")
class LinkedRequestOpened:
    origin: UUID | None
    structure: Structure
    structure_id: UUID
    contact: EncryptedContact
    theme: str
    unit: str
    adviser: str | None = None
    need: Encrypted | None = None


@command(
    title="Recevoir une demande",
    leads_to=(RequestReceived,),
    may_refuse=(
        OTHER_DEPARTMENT,
        ALREADY_OPEN,
        NO_UNIT,
        ALREADY_RECEIVED,
        UNKNOWN_CODE,
        UNKNOWN_DEPARTMENT,
        WRONG_NUMBER,
    ),
)
class ReceiveRequest:
    """A structure asks the DLA for help, and an adviser opens its case."""

    structure: Structure
    contact: Contact
    need: Text


@command(
    leads_to=(RequestReceived,),
    may_refuse=(
        OTHER_DEPARTMENT,
        ALREADY_OPEN,
        NO_UNIT,
        ALREADY_RECEIVED,
        UNKNOWN_CODE,
        UNKNOWN_DEPARTMENT,
        WRONG_NUMBER,
    ),
)
class ReceiveRequestWithFindings:
    """`request`, with what the API looked up: `earlier` requests of the structure in this unit, what a public directory
    says of it, and its `structure_id` where it is known already, by one of its numbers."""

    request: ReceiveRequest
    earlier: tuple[UUID, ...] = ()
    prefill: Prefill | None = None
    structure_id: UUID | None = None


@command(leads_to=(LinkedRequestOpened,))
class OpenLinkedRequest:
    """A new need found in follow-up opens a request of its own, for the same structure and unit as the `former` one.
    `origin`: the former case, and `need`: what follow-up says of it; null when the former case is confidential."""

    origin: UUID | None
    former: Request
    theme: str
    need: Text | None = None


Event = RequestReceived | LinkedRequestOpened


def receive(
    request: Request, command: ReceiveRequestWithFindings, context: Context, reference: ReferenceData
) -> list[RequestReceived]:
    require_new(request)
    if not context.actor.unit:
        raise NO_UNIT("Votre jeton ne nomme pas d’unité\u00a0: une demande appartient à celle qui la reçoit.")
    received = command.request
    structure = normalize_structure(received.structure, reference)
    return [
        RequestReceived(
            structure,
            command.structure_id or context.pseudonym(structure.number),
            contact=encrypt_contact(received.contact, context),
            need=context.text(received.need),
            unit=context.actor.unit,
            earlier=command.earlier,
            prefill=command.prefill,
            adviser=context.actor.id,
        )
    ]


def open_linked(request: Request, command: OpenLinkedRequest, context: Context) -> list[LinkedRequestOpened]:
    if request.status is not RequestStatus.NEW:
        return []
    former = command.former
    assert former.contact is not None
    return [
        LinkedRequestOpened(
            command.origin,
            former.structure,
            structure_id=former.structure_id,
            contact=former.contact,
            theme=command.theme,
            unit=former.unit,
            adviser=former.adviser,
            need=context.optional_text(command.need),
        )
    ]


def require_new(request: Request) -> None:
    if request.status is not RequestStatus.NEW:
        raise ALREADY_RECEIVED("Ce dossier est déjà ouvert.")


def evolve(request: Request, event: Event) -> Request:
    match event:
        case RequestReceived():
            return replace(
                request,
                status=RequestStatus.RECEIVED,
                structure=event.structure,
                structure_id=event.structure_id,
                contact=event.contact,
                need=event.need,
                unit=event.unit,
                earlier=event.earlier,
                prefill=event.prefill,
                adviser=event.adviser,
            )
        case LinkedRequestOpened():
            return replace(
                request,
                status=RequestStatus.RECEIVED,
                origin=event.origin,
                structure=event.structure,
                structure_id=event.structure_id,
                contact=event.contact,
                theme=event.theme,
                need=event.need,
                unit=event.unit,
                adviser=event.adviser,
            )
