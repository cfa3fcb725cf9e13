"""Is that all that the deciders do? Every decision of every test must stand in the table read from the code, be one
that the state was open to, and tell in clear nothing that a person said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from tests.support.decisions import Decision, decision_of
from tests.support.secret_words import leaked

from shared.kernel import Decider, Refused

DOMAINS = ("intake", "diagnostic", "parcours", "followup", "audit", "shared")
Decide = Callable[[Any, Any, Any], Sequence[Any]]
SLUGS_ABOUT_THE_STAGE = """
request-not-received request-already-received outcome-already-given no-meeting not-admitted accompaniment-started
orientation-already-proposed orientation-not-at-this-step no-consent attachment-withdrawn
diagnosis-not-open diagnosis-incomplete diagnosis-already-submitted diagnosis-not-submitted diagnosis-not-validated
plan-already-agreed plan-not-agreed no-difficulty sharing-not-agreed not-shared nothing-to-share
parcours-not-open parcours-ended validation-holds nothing-shared nothing-to-adjust axes-not-ranked actions-left
not-validated derogation-already-granted tender-not-at-this-step not-awarded not-all-informed
fund-not-open fund-already-open operation-already-planned too-few-beneficiaries
follow-up-not-open reviews-left parcours-update-pending no-parcours-update
sheet-already-published sheet-not-submitted
"""
ABOUT_THE_STAGE = frozenset(SLUGS_ABOUT_THE_STAGE.split())
"""Refusals that depend on where the aggregate stands, and not on what the command says."""


def watch() -> None:
    """From now on, and for every decider of a service."""
    if not isinstance(Decider.__dict__["decide"], _Watched):
        setattr(Decider, "decide", _Watched(Decider.__dict__["decide"]))  # noqa: B010


def watched(decider: Decider[Any], decide: Decide) -> Decide:
    """Decides alike, unless it is a surprise."""

    @wraps(decide)
    def watching(state: Any, command: Any, context: Any) -> Sequence[Any]:
        told = _told(decider, type(command))
        is_open = issubclass(type(command), tuple(decider.available_commands(state)))
        try:
            events = decide(state, command, context)
        except Refused as refused:
            slugs = {refusal.slug for refusal in told.refusals}
            assert refused.slug in slugs, f"no table tells that {type(command).__name__} is refused: {refused.slug}"
            of_one = refused.slug == "not-validated" and hasattr(command, "action")  # another action may be validated
            too_soon_or_late = refused.slug in ABOUT_THE_STAGE and not of_one
            assert not (is_open and too_soon_or_late), f"open to {type(command).__name__}, yet refused: {refused.slug}"
            raise
        for event in events:
            name = type(event).__name__
            assert type(event) in told.events, f"no table tells that {type(command).__name__} leads to {name}"
        assert not (told_in_clear := leaked(command, events)), (
            f"{type(command).__name__} tells in clear: {told_in_clear}"
        )
        assert is_open or not events, f"not open to {type(command).__name__}, yet it leads to {events}"
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
