"""What differs between two contents, told as facts? The same for whatever has versions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Protocol, TypeVar

CHANGE_LABELS = {"added": "Ajouté", "changed": "Modifié", "removed": "Retiré"}
"""What became of a fact, in French."""


class ComparableFact(Protocol):
    """One thing that a content says: `identity` tells the same thing from one content to the other."""

    @property
    def identity(self) -> Hashable: ...

    @property
    def value(self) -> object: ...


F = TypeVar("F", bound=ComparableFact)


def diff_facts(before: Iterable[F], after: Iterable[F]) -> Iterator[tuple[str, F | None, F | None]]:
    """Each fact that was added, changed or removed, as it was and as it is."""
    then, now = ({fact.identity: fact for fact in facts} for facts in (before, after))
    for identity, fact in now.items():
        if identity not in then:
            yield "added", None, fact
        elif then[identity].value != fact.value:
            yield "changed", then[identity], fact
    yield from (("removed", then[gone], None) for gone in then.keys() - now)
