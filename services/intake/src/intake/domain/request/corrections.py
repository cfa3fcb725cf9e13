"""Corrections of the structure and of its contact person, until the case is closed."""

from __future__ import annotations

from datetime import date

from intake.domain.reference.codes import OTHER_DEPARTMENT, UNKNOWN_CODE, UNKNOWN_DEPARTMENT, WRONG_NUMBER
from intake.domain.reference.reference import ReferenceData
from intake.domain.request.state import (
    ALREADY_OPEN,
    NOT_RECEIVED,
    OUTCOME_GIVEN,
    Request,
    RequestStatus,
    require_status,
)
from intake.domain.structure import (
    OTHER_STRUCTURE,
    Contact,
    EncryptedContact,
    Structure,
    apply_correction,
    encrypt_contact,
)
from shared.kernel import Context, Day, Encrypted, Reason, event, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import replace


@event("structure-corrected", label="Renseignements sur la structure corrigés", effective="effective_on")
class StructureCorrected:
    structure: Structure
    effective_on: date
    reason: Encrypted


@event("contact-corrected", label="Interlocuteur·rice de la structure changé·e")
class ContactCorrected:
    contact: EncryptedContact
    reason: Encrypted


@command(
    title="Corriger les renseignements sur la structure",
    leads_to=(StructureCorrected,),
    may_refuse=(
        ALREADY_OPEN,
        IMPLAUSIBLE_DATE,
        OTHER_DEPARTMENT,
        OTHER_STRUCTURE,
        OUTCOME_GIVEN,
        NOT_RECEIVED,
        UNKNOWN_CODE,
        UNKNOWN_DEPARTMENT,
        WRONG_NUMBER,
    ),
)
class CorrectStructure:
    """What is known of the structure was wrong, or changed on a day. The body gives all fields as they should be."""

    structure: Structure
    effective_on: Day
    reason: Reason


@command(title="Changer l’interlocuteur·rice", leads_to=(ContactCorrected,), may_refuse=(OUTCOME_GIVEN, NOT_RECEIVED))
class CorrectContact:
    """Another person speaks for the structure, or this one was recorded wrongly. The body gives all fields.

    The contact gets a new id and a new key, so that the person recorded before can be erased."""

    contact: Contact
    reason: Reason


Event = StructureCorrected | ContactCorrected


def correct_structure(
    request: Request, command: CorrectStructure, context: Context, reference: ReferenceData
) -> list[StructureCorrected]:
    require_status(request, RequestStatus.RECEIVED, RequestStatus.ADMITTED)
    require_past(command.effective_on, context.now, "La date d’effet")
    structure = apply_correction(request.structure, command.structure, reference)
    return [StructureCorrected(structure, command.effective_on, reason=context.text(command.reason))]


def correct_contact(request: Request, command: CorrectContact, context: Context) -> list[ContactCorrected]:
    require_status(request, RequestStatus.RECEIVED, RequestStatus.ADMITTED)
    return [ContactCorrected(encrypt_contact(command.contact, context), context.text(command.reason))]


def evolve(request: Request, event: Event) -> Request:
    match event:
        case StructureCorrected(structure):
            return replace(request, structure=structure)
        case ContactCorrected(contact):
            return replace(request, contact=contact)
