"""What each command may lead to, as its class declares it: events and refusals."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel import Refusal, event_name
from shared.kernel.events import declared_events, declared_refusals
from shared.runtime import Service


@dataclass(frozen=True)
class Decision:
    """One line of a table of decisions."""

    command: type
    events: frozenset[type]
    refusals: frozenset[Refusal]

    @property
    def event_names(self) -> frozenset[str]:
        return frozenset(event_name(event).name for event in self.events)

    @property
    def slugs(self) -> frozenset[str]:
        return frozenset(refusal.slug for refusal in self.refusals)


def decision_of(command: type) -> Decision:
    return Decision(command, frozenset(declared_events(command)), refusals=frozenset(declared_refusals(command)))


def decisions(service: Service) -> dict[str, dict[type, Decision]]:
    """By aggregate and command."""
    return {each.name: {command: decision_of(command) for command in each.commands} for each in service.deciders}


def undeclared(service: Service) -> list[str]:
    """The commands that declare neither an event nor a refusal."""
    return [
        f"{command.__module__}.{command.__name__}: add leads_to= and may_refuse= to its @command"
        for table in decisions(service).values()
        for command, decision in table.items()
        if not (decision.events or decision.refusals)
    ]
