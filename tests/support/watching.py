"""Is that all that the deciders do? Every decision of every test must stand in the table read from the code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from decisions import Decision, decision_of

from shared.decider import Decider, Refused

DOMAINS = ("intake", "diagnostic", "parcours", "followup", "audit", "shared")
Decide = Callable[[Any, Any, Any], Sequence[Any]]


def watch() -> None:
    """From now on, and for every decider of a service."""
    if not isinstance(Decider.__dict__["decide"], _Watched):
        setattr(Decider, "decide", _Watched(Decider.__dict__["decide"]))  # noqa: B010


def watched(decider: Decider[Any], decide: Decide) -> Decide:
    """Decides alike, unless it is a surprise."""

    @wraps(decide)
    def watching(state: Any, command: Any, context: Any) -> Sequence[Any]:
        told = _told(decider, type(command))
        try:
            events = decide(state, command, context)
        except Refused as refused:
            slugs = {refusal.slug for refusal in told.refusals}
            assert refused.slug in slugs, f"no table tells that {type(command).__name__} is refused: {refused.slug}"
            raise
        for event in events:
            name = type(event).__name__
            assert type(event) in told.events, f"no table tells that {type(command).__name__} leads to {name}"
        return events

    return watching


class _Watched:
    """Stands for the field: what is read from it is watched."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot

    def __get__(self, decider: Decider[Any] | None, _owner: type | None = None) -> Any:
        if decider is None:
            return self
        decide = self._slot.__get__(decider)
        ours = getattr(decide, "__module__", "").partition(".")[0] in DOMAINS
        return watched(decider, decide) if ours else decide

    def __set__(self, decider: Decider[Any], decide: Decide) -> None:
        self._slot.__set__(decider, decide)


_tables: dict[tuple[str, type], Decision] = {}


def _told(decider: Decider[Any], command: type) -> Decision:
    which = (decider.name, command)
    if which not in _tables:
        _tables[which] = decision_of(decider, command)
    return _tables[which]
