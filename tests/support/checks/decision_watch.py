"""Every decision that a test observes is one that its command declares, one that the state allowed, and one that
repeats in clear nothing that a person said.

`watch` is called by conftest. What was observed is kept, so that the whole suite can tell what was never tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from tests.support.checks.secret_words import leaked
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.histories.decisions import decision_of, decisions

from shared.kernel import Decider, Refused, event_name
from shared.web.resources.guards import refusal_by_state, trial_context

DOMAINS = ("intake", "diagnostic", "parcours", "followup", "audit", "shared")
Decide = Callable[[Any, Any, Any], Sequence[Any]]
SLUGS_ABOUT_THE_STAGE = """
request-not-received request-already-received outcome-already-given no-meeting not-admitted accompaniment-started
orientation-already-proposed orientation-not-at-this-step no-consent attachment-withdrawn
diagnosis-not-open diagnosis-incomplete diagnosis-already-submitted diagnosis-not-submitted diagnosis-not-validated
plan-already-agreed plan-not-agreed no-difficulty sharing-not-agreed not-shared nothing-to-share
parcours-not-open parcours-ended validation-holds nothing-shared nothing-to-adjust axes-not-ranked actions-left
not-validated derogation-already-granted tender-not-at-this-step not-awarded not-all-informed
fund-not-open fund-already-open operation-already-planned too-few-beneficiaries operation-ended
operation-not-started
follow-up-not-open reviews-left parcours-update-pending no-parcours-update
sheet-already-published sheet-not-submitted
"""
ABOUT_THE_STAGE = frozenset(SLUGS_ABOUT_THE_STAGE.split())
"""Refusals that depend on where the aggregate stands, and not on what the command says."""
ABOUT_ONE_ACTION = frozenset({"not-validated", "too-few-beneficiaries", "operation-ended"})
"""Of them, those that depend on where one action stands: another one of the parcours may be open to the command."""
IN_ADDRESSES = {"action", "introduction", "provider", "session", "review", "advice", "right", "code", "fiscal_year"}
"""The fields of commands that their address gives."""
OBSERVED: set[tuple[str, str]] = set()
"""(command, event or refusal), by name: what the tests of this process saw a decider do."""


def watch() -> None:
    """From now on, and for every decider of a service."""
    if not isinstance(Decider.__dict__["decide"], _WatchedField):
        setattr(Decider, "decide", _WatchedField(Decider.__dict__["decide"]))  # noqa: B010


def watched(decider: Decider[Any], decide: Decide) -> Decide:
    """The same decisions. Raises AssertionError for one that is not declared, not allowed, or repeats a secret."""

    @wraps(decide)
    def watching(state: Any, command: Any, context: Any) -> Sequence[Any]:
        name, declared = type(command).__name__, decision_of(type(command))
        is_open = issubclass(type(command), tuple(decider.available_commands(state)))
        try:
            events = decide(state, command, context)
        except Refused as refused:
            assert refused.slug in declared.slugs, f"{name} does not declare that it may be refused: {refused.slug}"
            OBSERVED.add((name, refused.slug))
            of_one = refused.slug in ABOUT_ONE_ACTION and hasattr(command, "action")
            too_soon_or_late = refused.slug in ABOUT_THE_STAGE and not of_one
            assert not (is_open and too_soon_or_late), f"open to {name}, yet refused: {refused.slug}"
            raise
        for event in events:
            assert type(event) in declared.events, f"{name} does not declare that it leads to {type(event).__name__}"
            OBSERVED.add((name, event_name(event).name))
        assert not (in_clear := leaked(command, events)), f"{name} repeats in clear: {in_clear}"
        assert is_open or not events, f"not open to {name}, yet it leads to {events}"
        address = {field: getattr(command, field) for field in IN_ADDRESSES & {*getattr(command, "__slots__", ())}}
        sent_by_people = bool(type(command).TITLE)
        kept_back = (
            refusal_by_state(decide, state, type(command), address, trial_context(context)) if sent_by_people else None
        )
        assert not (events and kept_back), f"{name} passes, yet no link is offered to it: {kept_back}"
        return events

    return watching


class _WatchedField:
    """Stands for the field `decide` of every decider: what is read from it is watched."""

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


def never_observed(observed: Iterable[tuple[str, str]]) -> list[str]:
    """The declared events that no decision led to, of every service."""
    seen = set(observed)
    return sorted(
        {
            f"{command.__name__} -> {event}"
            for name in SERVICES
            for table in decisions(service(name)).values()
            for command, decision in table.items()
            for event in decision.event_names
            if (command.__name__, event) not in seen
        }
    )
