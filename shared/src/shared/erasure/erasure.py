"""How does a service forget a person, or a dossier? It destroys their keys with the event that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kernel import Context, Decider, event
from shared.kernel.events import command


@event("dossier-forgotten", label="Dossier effacé de ce service")
class CaseErased:
    """Its free text and its attachments, under its key, and the persons whom nothing else tells of."""

    dossier: UUID
    persons: tuple[UUID, ...]
    values: int


@event("key-destroyed-again", label="Clé détruite de nouveau, après une restauration")
class KeyDestroyedAgain:
    """A person's key or a dossier's; `values`: of a person, how many could be opened until now."""

    key: UUID
    values: int


@event("person-forgotten", label="Personne effacée de ce service")
class PersonErased:
    """`again`: this service had forgotten them before, and was told once more; `nobody`: the id is no person's here."""

    person: UUID
    values: int
    again: bool = False
    nobody: bool = False


@command(leads_to=(PersonErased,))
class ErasePerson:
    """An erasure was ordered. `values`: how many sealed values this service held under the person's key; `nobody`: the
    id is that of something else here, whose key must stay."""

    person: UUID
    values: int = 0
    nobody: bool = False


@command(leads_to=(CaseErased,))
class EraseCase:
    """A dossier is past its term. `persons`: those whom this service knows from it alone; `values`: how many of theirs
    it held."""

    dossier: UUID
    persons: tuple[UUID, ...]
    values: int


@command(leads_to=(KeyDestroyedAgain,))
class DestroyKeyAgain:
    """The database was restored from before an erasure; the list outside it remembers."""

    key: UUID
    values: int


@dataclass(frozen=True, slots=True)
class ErasureState:
    forgotten: bool = False


Command = ErasePerson | EraseCase | DestroyKeyAgain
Event = PersonErased | CaseErased | KeyDestroyedAgain


def decide(forgetting: ErasureState, command: Command, _context: Context) -> list[Event]:
    """Each order is answered, the second one too: whoever gave it waits for the answer."""
    match command:
        case ErasePerson(person, values, nobody=nobody):
            return [PersonErased(person, values, again=forgetting.forgotten, nobody=nobody)]
        case EraseCase(dossier, persons, values=values):
            return [] if forgetting.forgotten else [CaseErased(dossier, persons, values=values)]
        case DestroyKeyAgain(key, values):
            return [KeyDestroyedAgain(key, values)]


def evolve(_forgetting: ErasureState, _event: Event) -> ErasureState:
    return ErasureState(forgotten=True)


def destroyed_keys(event: Event) -> Iterable[UUID]:
    match event:
        case PersonErased(person, nobody=False):
            yield person
        case CaseErased(dossier, persons):
            yield dossier
            yield from persons
        case KeyDestroyedAgain(key):
            yield key


decider: Decider[ErasureState] = Decider(
    "forgetting",
    ErasureState(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    destroyed_keys=destroyed_keys,
)


def person_erasure_id(person: UUID) -> UUID:
    """The id under which a person's erasure stands in every service, where the person's own may be another's stream."""
    return uuid5(NAMESPACE_OID, f"erasure {person}")


def case_erasure_id(person: UUID) -> UUID:
    return uuid5(NAMESPACE_OID, f"forgetting {person}")
