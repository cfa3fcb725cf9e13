"""A consultation as one aggregate, beside the parcours whose action it serves."""

from __future__ import annotations

from parcours.domain.consultation import agreement, award, proposals
from parcours.domain.consultation.state import Consultation
from shared.decider import Context, Decider

Command = proposals.Command | award.Command | agreement.Command
Event = proposals.Event | award.Event | agreement.Event


def decide(consultation: Consultation, command: Command, context: Context) -> list[Event]:
    if isinstance(command, proposals.Command):
        return [*proposals.decide(consultation, command, context)]
    if isinstance(command, award.Command):
        return [*award.decide(consultation, command, context)]
    return [*agreement.decide(consultation, command, context)]


def evolve(consultation: Consultation, event: Event) -> Consultation:
    if isinstance(event, proposals.Event):
        return proposals.evolve(consultation, event)
    if isinstance(event, award.Event):
        return award.evolve(consultation, event)
    return agreement.evolve(consultation, event)


decider: Decider[Consultation] = Decider(
    "consultation", Consultation(), decide, evolve, commands=Command.__args__, events=Event.__args__
)
