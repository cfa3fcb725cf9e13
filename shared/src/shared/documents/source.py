"""The source of a document: one aggregate as it was at a version, and the templates that can be filled from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
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

    `parent`: the state, at the same point in time, of the aggregate that this one belongs to. `structure_name`: null
    where this service has not received it. `adviser`: who was put in charge, where it is another than the state says.
    `person_names`: by id, of those whom the facts and the state name. `load_other`: the state at the same
    point in time of another aggregate of the case, or of one outside cases that the case names."""

    id: UUID
    case: UUID
    state: S
    facts: tuple[RecordedFact[Any], ...]
    decrypt: Callable[[Encrypted], str]
    parent: Any = None
    structure_name: str | None = None
    adviser: str | None = None
    person_names: Mapping[str, str] = field(default_factory=dict)
    load_other: Callable[[Decider[Any], UUID], Any] = _initial_state

    def all_of(self, kind: type[E]) -> Iterator[RecordedFact[E]]:
        return (fact for fact in self.facts if isinstance(fact.event, kind))

    def last_of(self, kind: type[E]) -> RecordedFact[E] | None:
        return next((fact for fact in reversed(self.facts) if isinstance(fact.event, kind)), None)

    def plaintext(self, sealed: Encrypted | None) -> str:
        return self.decrypt(sealed) if sealed else ""

    def plaintexts(self, sealed: Iterable[Encrypted]) -> tuple[str, ...]:
        return tuple(self.decrypt(value) for value in sealed)

    def person(self, id: str | UUID) -> str:  # noqa: A002
        """The person's name; their id where it is not known."""
        return self.person_names.get(str(id), str(id))

    def document(
        self,
        title: str,
        unit: str,
        blocks: Iterable[Block],
        structure: str | None = None,
        validation: Validation | None = None,
        adviser: str | None = None,
    ) -> Document:
        """`structure`: its name, where the aggregate itself knows it. `adviser`: the id of who is in charge; the name
        stands beside the unit, when it is known."""
        origin = Origin(self.case, self.id, version=len(self.facts), recorded_at=self.facts[-1].recorded_at)
        structure_name = structure or self.structure_name or f"Dossier {self.case}"
        in_charge = self.person_names.get(self.adviser or adviser or "")
        unit = f"{unit}, {in_charge}" if in_charge else unit
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


@dataclass(frozen=True, slots=True)
class DocumentedAggregate:
    """An aggregate of which documents are written. `parent`: the aggregate of the case, for one that has a stream of
    its own in it."""

    decider: Decider[Any]
    parent: Decider[Any] | None
    templates: DocumentTemplates[Any]
