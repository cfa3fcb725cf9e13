"""The erasure aggregate of every service: events that destroy data keys of persons and cases (GDPR, article 17)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kernel import Context, Decider, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen


@event("case-keys-destroyed", label="Dossier effacé de ce service")
class CaseErased:
    """The case's key is destroyed, which ends its free text and its attachments, and the keys of `persons`, whom no
    other case names."""

    case: UUID
    persons: tuple[UUID, ...]
    values: int


@event("key-destroyed-again", label="Clé détruite de nouveau, après une restauration")
class KeyDestroyedAgain:
    """The key of a person or a case. `values`: how many values of a person could still be decrypted."""

    key: UUID
    values: int


@event("person-key-destroyed", label="Personne effacée de ce service")
class PersonErased:
    """`values`: how many values the key encrypted. `again`: this service had erased the person before, and was ordered
    to once more. `nobody`: here the id is not a person's, so its key stays. `elsewhere`: here they are known from a
    case outside the territory of the DPO who ordered it, so their key stays."""

    person: UUID
    values: int
    again: bool = False
    nobody: bool = False
    elsewhere: bool = False


@command(leads_to=(PersonErased,))
class ErasePerson:
    """Destroys a person's key, on an order. `values`: how many values it encrypts in this service. `nobody`: here the
    id is something else's, whose key must stay. `elsewhere`: a case outside the territory of who ordered it names the
    person here."""

    person: UUID
    values: int = 0
    nobody: bool = False
    elsewhere: bool = False


@command(leads_to=(CaseErased,))
class EraseCase:
    """Destroys the key of a case that is past its retention term. `persons`: those whom this service knows from this
    case alone; `values`: how many values their keys encrypt."""

    case: UUID
    persons: tuple[UUID, ...]
    values: int


@command(leads_to=(KeyDestroyedAgain,))
class DestroyKeyAgain:
    """Destroys a key of the erasure list that a restored database has brought back."""

    key: UUID
    values: int


@frozen
class ErasureState:
    """`erased`: whether the keys have been destroyed."""

    erased: bool = False


Command = ErasePerson | EraseCase | DestroyKeyAgain
Event = PersonErased | CaseErased | KeyDestroyedAgain


def decide(erasure: ErasureState, command: Command, _context: Context) -> list[Event]:
    """Each order is confirmed, a repeated one too: intake waits for the confirmation."""
    match command:
        case ErasePerson(person, values, nobody=nobody, elsewhere=elsewhere):
            return [PersonErased(person, values, again=erasure.erased, nobody=nobody, elsewhere=elsewhere)]
        case EraseCase(case, persons, values=values):
            return [] if erasure.erased else [CaseErased(case, persons, values=values)]
        case DestroyKeyAgain(key, values):
            return [KeyDestroyedAgain(key, values)]


def evolve(erasure: ErasureState, event: Event) -> ErasureState:
    match event:
        case PersonErased(nobody=nobody, elsewhere=elsewhere) if nobody or elsewhere:
            return erasure
    return ErasureState(erased=True)


def destroyed_keys(event: Event) -> Iterable[UUID]:
    match event:
        case PersonErased(person, nobody=False, elsewhere=False):
            yield person
        case CaseErased(case, persons):
            yield case
            yield from persons
        case KeyDestroyedAgain(key):
            yield key


decider: Decider[ErasureState] = Decider(
    "key-erasure",
    ErasureState(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    destroyed_keys=destroyed_keys,
)


def person_erasure_id(person: UUID) -> UUID:
    """The stream of intake's order to erase a person, which every service can derive."""
    return uuid5(NAMESPACE_OID, f"erasure {person}")


def case_erasure_id(key: UUID) -> UUID:
    """The stream of a key's destruction in a service. A person's or case's own id may be another stream there."""
    return uuid5(NAMESPACE_OID, f"key erasure {key}")
