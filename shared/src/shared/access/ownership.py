"""Ownership: whose an aggregate is. What it is, its stream says by its first event; what that is not, is unknown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.access.policy import ProtectedCase
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import Decider

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class OwnedKind(Generic[S]):
    """A kind of aggregate that addresses name. `owner`: (application, id, state) to whose it is; null while the state
    does not tell. It sends the same statements whatever the state, the initial one too."""

    decider: Decider[S]
    owner: Callable[[ServiceApplication, UUID, S], ProtectedCase | None]


class Ownership:
    """What the policy must know of an id, by the kinds of aggregates that the service shows by their ids.

    `phase`: the kind of the service's own phase. Its cases are heard of before they open, and then have no unit."""

    def __init__(self, phase: OwnedKind[Any], *others: OwnedKind[Any]) -> None:
        self._phase = phase.decider.name
        self._kinds = {each.decider.name: each for each in (phase, *others)}

    def __call__(
        self,
        app: ServiceApplication,
        id: UUID,  # noqa: A002
        kind: str | None = None,
    ) -> ProtectedCase | None:
        """`kind`: the one that the address is for; null for whatever stands under the id. None for anything else.

        One read of the stream, whatever it holds, and whose it is asked of what is unknown too: that takes as many
        statements as what is refused."""
        expected = kind or app.kind_of(id) or self._phase
        if expected not in self._kinds:
            return None
        owned = self._kinds[expected]
        try:
            loaded = app.load(owned.decider, id)
        except UnknownCase:
            owned.owner(app, id, owned.decider.initial)
            return None
        owner = owned.owner(app, id, loaded.state)
        known = owner if loaded.version else None
        if known is None and expected == self._phase:
            return ProtectedCase(id, frozenset(), opened=False)
        return known
