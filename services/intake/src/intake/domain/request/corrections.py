"""Corrections of the structure and of its contact person, until the case is closed."""

from __future__ import annotations

from datetime import date

from intake.domain.reference.reference import ReferenceData
from intake.domain.request.state import Request, RequestStatus, require_status
from intake.domain.structure import Contact, SealedContact, Structure, apply_correction, seal_contact
from shared.kernel import Context, Day, Encrypted, Motive, event, require_past
from shared.kernel.events import command
from shared.kernel.frozen import replace


@command(title="Corriger les renseignements sur la structure")
class CorrectStructure:
    """What is known of the structure was wrong, or changed on a day. The body gives all fields as they should be."""

    structure: Structure
    effective_on: Day
    reason: Motive


@command(title="Changer l’interlocuteur·rice")
class CorrectContact:
    """Another person speaks for the structure, or this one was recorded wrongly. The body gives all fields.

    The contact gets a new id and a new key, so that the person recorded before can be erased."""

    contact: Contact
    reason: Motive


@event("structure-corrected", label="Renseignements sur la structure corrigés", effective="effective_on")
class StructureCorrected:
    structure: Structure
    effective_on: date
    reason: Encrypted


@event("contact-corrected", label="Interlocuteur·rice de la structure changé·e")
class ContactCorrected:
    contact: SealedContact
    reason: Encrypted


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
    return [ContactCorrected(seal_contact(command.contact, context), context.text(command.reason))]


def evolve(request: Request, event: Event) -> Request:
    match event:
        case StructureCorrected(structure):
            return replace(request, structure=structure)
        case ContactCorrected(contact):
            return replace(request, contact=contact)
