"""The source of a document: one aggregate as it was at a version, and the templates that can be filled from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.documents.model import Block, Document, Origin, Validation
from shared.kernel import Decider, Encrypted, Role

S = TypeVar("S")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class RecordedFact(Generic[E]):
    """An event, when it was recorded, and the pseudonym of the actor (`by`)."""

    event: E
    recorded_at: datetime
    by: str
    role: Role


def _initial_state(decider: Decider[Any], _: UUID) -> Any:
    return decider.initial


@dataclass(frozen=True, slots=True)
class DocumentSource(Generic[S]):
    """An aggregate at a version. `facts`: the events that led to `state`, at least one. `decrypt`: gives the plaintext
    of an encrypted value, for a caller who may read the case.

    `parent`: the state, at the same point in time, of the aggregate that this one belongs to. `structure_name`: the
    name that the caller gives the structure, in services that do not know it. `load_other`: the state of another
    aggregate of the case at the same point in time."""

    id: UUID
    case: UUID
    state: S
    facts: tuple[RecordedFact[Any], ...]
    decrypt: Callable[[Encrypted], str]
    parent: Any = None
    structure_name: str | None = None
    load_other: Callable[[Decider[Any], UUID], Any] = _initial_state

    def all_of(self, kind: type[E]) -> Iterator[RecordedFact[E]]:
        return (fact for fact in self.facts if isinstance(fact.event, kind))

    def last_of(self, kind: type[E]) -> RecordedFact[E] | None:
        return next((fact for fact in reversed(self.facts) if isinstance(fact.event, kind)), None)

    def plaintext(self, sealed: Encrypted | None) -> str:
        return self.decrypt(sealed) if sealed else ""

    def plaintexts(self, sealed: Iterable[Encrypted]) -> tuple[str, ...]:
        return tuple(self.decrypt(value) for value in sealed)

    def document(
        self,
        title: str,
        unit: str,
        blocks: Iterable[Block],
        structure: str | None = None,
        validation: Validation | None = None,
    ) -> Document:
        origin = Origin(self.case, self.id, version=len(self.facts), recorded_at=self.facts[-1].recorded_at)
        structure_name = structure or self.structure_name or f"Dossier {self.case}"
        return Document(title, structure_name, unit=unit, blocks=tuple(blocks), origin=origin, validation=validation)


@dataclass(frozen=True, slots=True)
class DocumentTemplate(Generic[S]):
    """A document that a service writes. `unavailable_because`: why it cannot be written yet, in French; None when it
    can."""

    name: str
    title: str
    write: Callable[[DocumentSource[S]], Document]
    unavailable_because: str | None = None


DocumentTemplates = Callable[[S], Iterable[DocumentTemplate[S]]]
"""The state of an aggregate → the templates of its documents."""
