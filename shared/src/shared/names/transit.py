"""Names between services: encrypted into intake's contract, and decrypted by the reaction that records them."""

from __future__ import annotations

import logging
from uuid import UUID

from shared.contracts.intake import NameRecorded
from shared.crypto import TransitKeyMissing
from shared.eventlog import ServiceApplication
from shared.kernel import Encrypted, PersonalData
from shared.messaging import CommandDispatch, Header, Reactions
from shared.names.name import (
    PersonNameRecorded,
    RecordPersonName,
    RecordStructureName,
    StructureNameRecorded,
    decider,
    person_name_id,
    structure_name_id,
)

PERSON, STRUCTURE = "person", "structure"
log = logging.getLogger(__name__)


def to_name_recorded(recorded: StructureNameRecorded | PersonNameRecorded, app: ServiceApplication) -> NameRecorded:
    """The integration event of a name. It has no ciphertext once the person or the case is erased."""
    match recorded:
        case StructureNameRecorded(structure, name):
            return _encrypt(app, STRUCTURE, structure, name)
        case PersonNameRecorded(person, name):
            return _encrypt(app, PERSON, person, name)


def follow_names(reactions: Reactions) -> None:
    """Adds the reaction that records names. For the services that show them."""

    @reactions.on(NameRecorded)
    def record_name(payload: NameRecorded, header: Header, app: ServiceApplication) -> CommandDispatch | None:
        """Intake knows what a structure or a person is called: so does this service, unless they were erased."""
        of_person = payload.kind == PERSON
        key = payload.id if of_person else header.case
        if payload.ciphertext is None or app.key_store.is_destroyed(key):
            return None
        text, in_transit = _decrypt_or_keep(app, payload.kind, payload.id, payload.ciphertext)
        if of_person:
            stream = person_name_id(payload.id)
            return CommandDispatch(
                decider, stream, command=RecordPersonName(payload.id, PersonalData(key, text), in_transit=in_transit)
            )
        stream = structure_name_id(header.case)
        return CommandDispatch(
            decider, stream, command=RecordStructureName(payload.id, Encrypted(key, text), in_transit=in_transit)
        )


def decrypt_in_transit(app: ServiceApplication, kind: str, id: UUID, ciphertext: str) -> str:  # noqa: A002
    """Raises TransitKeyMissing."""
    return app.key_store.transit.decrypt(ciphertext, _aad(kind, id))


def _encrypt(app: ServiceApplication, kind: str, id: UUID, name: Encrypted) -> NameRecorded:  # noqa: A002
    return NameRecorded(id=id, kind=kind, ciphertext=app.encrypt_in_transit(name, _aad(kind, id)))


def _decrypt_or_keep(app: ServiceApplication, kind: str, id: UUID, ciphertext: str) -> tuple[str, bool]:  # noqa: A002
    """The name; or what was received, which a later key may open, so that a wrong key neither loses it nor stops the
    case."""
    try:
        return decrypt_in_transit(app, kind, id, ciphertext), False
    except TransitKeyMissing:
        log.warning("no key of DLA_TRANSIT_KEYS opens the name of %s %s: it is not shown until one does", kind, id)
        return ciphertext, True


def _aad(kind: str, id: UUID) -> str:  # noqa: A002
    return f"{kind} {id}"
