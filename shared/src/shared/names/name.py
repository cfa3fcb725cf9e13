"""The name aggregate: what a structure or a person is called, in the log of each service that shows it.

Intake records it where it learns it, the other services when they receive it."""

from __future__ import annotations

from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kernel import Context, Decider, Encrypted, PersonalData, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen


@event("structure-name-recorded", label="Nom de la structure connu de ce service")
class StructureNameRecorded:
    """Encrypted under the case's key, so that it ends with the case. `in_transit`: this service had no key to open what
    it received, and stores that; it is opened when it is shown, once the key is there."""

    structure: UUID
    name: Encrypted
    in_transit: bool = False


@event("person-name-recorded", label="Nom d’une personne connu de ce service")
class PersonNameRecorded:
    """Encrypted under the person's own key, so that it is erased with them. `in_transit` as of a structure."""

    person: UUID
    name: PersonalData
    in_transit: bool = False


@command(leads_to=(StructureNameRecorded,))
class RecordStructureName:
    """A structure is called so from now on, in the papers and lists of one case."""

    structure: UUID
    name: Encrypted
    in_transit: bool = False


@command(leads_to=(PersonNameRecorded,))
class RecordPersonName:
    """A person is called so from now on: an adviser, a leader, a provider."""

    person: UUID
    name: PersonalData
    in_transit: bool = False


@frozen
class Name:
    current: Encrypted | None = None


Command = RecordStructureName | RecordPersonName
Event = StructureNameRecorded | PersonNameRecorded


def decide(_name: Name, command: Command, _context: Context) -> list[Event]:
    match command:
        case RecordStructureName(structure, name, in_transit=in_transit):
            return [StructureNameRecorded(structure, name, in_transit=in_transit)]
        case RecordPersonName(person, name, in_transit=in_transit):
            return [PersonNameRecorded(person, name, in_transit=in_transit)]


def evolve(_name: Name, event: Event) -> Name:
    return Name(event.name)


decider: Decider[Name] = Decider(
    "name", Name(), decide=decide, evolve=evolve, commands=Command.__args__, events=Event.__args__
)


def structure_name_id(case: UUID) -> UUID:
    """The stream of the structure's name in one case."""
    return uuid5(NAMESPACE_OID, f"structure name {case}")


def person_name_id(person: UUID) -> UUID:
    """The stream of a person's name, the same in each service and each case."""
    return uuid5(NAMESPACE_OID, f"person name {person}")
