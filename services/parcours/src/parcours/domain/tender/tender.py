"""A consultation as one aggregate, beside the parcours whose action it serves."""

from __future__ import annotations

from collections.abc import Iterator

from parcours.domain.tender import award, conclusion, proposals
from parcours.domain.tender.state import Consultation, Step
from shared.kernel import Context, Decider

Command = proposals.Command | award.Command | conclusion.Command
Event = proposals.Event | award.Event | conclusion.Event


def decide(consultation: Consultation, command: Command, context: Context) -> list[Event]:
    if isinstance(command, proposals.Command):
        return [*proposals.decide(consultation, command, context)]
    if isinstance(command, award.Command):
        return [*award.decide(consultation, command, context)]
    return [*conclusion.decide(consultation, command, context)]


def evolve(consultation: Consultation, event: Event) -> Consultation:
    if isinstance(event, proposals.Event):
        return proposals.evolve(consultation, event)
    if isinstance(event, award.Event):
        return award.evolve(consultation, event)
    return conclusion.evolve(consultation, event)


def available_commands(consultation: Consultation) -> Iterator[type]:
    """Providers are consulted and propose, are scored, one is retained, all are told, and an agreement follows.

    The deadline stands between proposing and scoring; it is judged when either is asked."""
    match consultation.step:
        case Step.NEW:
            yield proposals.OpenConsultation
        case Step.OPEN:
            yield from (proposals.ConsultProvider, award.DeclareInterests, award.CancelConsultation)
            if consultation.candidates:
                yield from (proposals.LetProviderIn, proposals.SubmitProposal)
            if consultation.proposals:
                yield award.ScoreProposal
            if consultation.scorers:
                yield award.Award
        case Step.AWARDED:
            yield from (award.InformCandidate, award.CancelConsultation, proposals.LetProviderIn)
            if all(each.informed_on for each in consultation.proposals.values()):
                yield conclusion.Conclude
        case Step.AGREED:
            yield proposals.LetProviderIn


decider: Decider[Consultation] = Decider(
    "consultation",
    Consultation(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
