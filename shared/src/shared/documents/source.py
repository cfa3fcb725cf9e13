"""From what is a document written? One aggregate as it stood at a version, and which documents can be written then."""

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
    """An event, when it was recorded, and by whom (a pseudonym)."""

    event: E
    recorded_at: datetime
    by: str
    role: Role


def _nothing_yet(decider: Decider[Any], _: UUID) -> Any:
    return decider.initial


@dataclass(frozen=True, slots=True)
class DocumentSource(Generic[S]):
    """`told`: the events that led to `state`, at least one. `show` opens a sealed value for who may read the case.

    `around`: the state, at that same moment, of the aggregate that this one stands within. `named`: how whoever asks
    calls the structure, in the services that do not know its name. `beside`: another aggregate of the case, as it stood
    at that same moment."""

    id: UUID
    case: UUID
    state: S
    told: tuple[RecordedFact[Any], ...]
    show: Callable[[Encrypted], str]
    around: Any = None
    named: str | None = None
    beside: Callable[[Decider[Any], UUID], Any] = _nothing_yet

    def all_of(self, kind: type[E]) -> Iterator[RecordedFact[E]]:
        return (told for told in self.told if isinstance(told.event, kind))

    def last_of(self, kind: type[E]) -> RecordedFact[E] | None:
        return next((told for told in reversed(self.told) if isinstance(told.event, kind)), None)

    def shown(self, sealed: Encrypted | None) -> str:
        return self.show(sealed) if sealed else ""

    def each_shown(self, sealed: Iterable[Encrypted]) -> tuple[str, ...]:
        return tuple(self.show(value) for value in sealed)

    def document(
        self,
        title: str,
        unit: str,
        blocks: Iterable[Block],
        structure: str | None = None,
        validation: Validation | None = None,
    ) -> Document:
        origin = Origin(self.case, self.id, version=len(self.told), recorded_at=self.told[-1].recorded_at)
        named = structure or self.named or f"Dossier {self.case}"
        return Document(title, named, unit=unit, blocks=tuple(blocks), origin=origin, validation=validation)


@dataclass(frozen=True, slots=True)
class DocumentTemplate(Generic[S]):
    """A document that a service writes; `lacking` says in French why it cannot be written yet, null when it can."""

    name: str
    title: str
    write: Callable[[DocumentSource[S]], Document]
    lacking: str | None = None


DocumentTemplates = Callable[[S], Iterable[DocumentTemplate[S]]]
"""The documents of one aggregate, from its state."""
