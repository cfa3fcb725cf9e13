"""Differences between two versions of a content, which each phase describes as facts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shared.kernel.labels import LabelledEnum

Value = str | int | float


S = TypeVar("S", bound=LabelledEnum)


class ChangeKind(LabelledEnum):
    ADDED = "added", "Ajouté"
    CHANGED = "changed", "Modifié"
    REMOVED = "removed", "Retiré"


@dataclass(frozen=True, slots=True)
class ContentFact(Generic[S]):
    """One thing that a content says.

    `key` identifies it within its section from one version to another; without a key, its label does. With its value
    as part of the key, a fact is only ever added or removed, as a point of a list is."""

    section: S
    label: str
    value: Value
    key: Hashable = None

    @property
    def identity(self) -> Hashable:
        return self.section, self.label if self.key is None else self.key


@dataclass(frozen=True, slots=True)
class ContentChange(Generic[S]):
    """`label` names what changed, in French; `before` is null for what was added, `after` for what was removed."""

    kind: ChangeKind
    kind_label: str
    section: S
    section_label: str
    label: str
    before: Value | None = None
    after: Value | None = None


def diff_facts(before: Iterable[ContentFact[S]], after: Iterable[ContentFact[S]]) -> list[ContentChange[S]]:
    """The changes in the order of the sections. Texts are compared as they are read: two texts whose keys are
    destroyed cannot be told apart."""
    return sorted(_changes(before, after), key=lambda change: (_order(change.section), change.label, change.kind))


def _order(section: LabelledEnum) -> int:
    return list(type(section)).index(section)


def _changes(before: Iterable[ContentFact[S]], after: Iterable[ContentFact[S]]) -> Iterator[ContentChange[S]]:
    old, new = ({fact.identity: fact for fact in facts} for facts in (before, after))
    for identity, fact in new.items():
        if identity not in old:
            yield _change(ChangeKind.ADDED, fact, None, fact.value)
        elif old[identity].value != fact.value:
            yield _change(ChangeKind.CHANGED, fact, old[identity].value, fact.value)
    for identity in old.keys() - new:
        yield _change(ChangeKind.REMOVED, old[identity], old[identity].value, None)


def _change(kind: ChangeKind, fact: ContentFact[S], before: Value | None, after: Value | None) -> ContentChange[S]:
    return ContentChange(
        kind,
        kind.label,
        section=fact.section,
        section_label=fact.section.label,
        label=fact.label,
        before=before,
        after=after,
    )


class RuleDifference(StrEnum):
    """How the result of a simulated rule differs from the recorded one.

    `cannot_tell`: a fact that decides it is unknown."""

    MORE = "more"
    LESS = "less"
    CANNOT_TELL = "cannot_tell"
