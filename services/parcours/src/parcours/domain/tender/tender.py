"""The tender as one aggregate, within the case of the parcours whose action it serves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from parcours.domain import parcours
from parcours.domain.collective import operation
from parcours.domain.tender import award, conclusion, proposals, questions
from parcours.domain.tender.state import Tender, TenderStatus
from shared.kernel import CompanionCommand, Context, Decider

Command = proposals.Command | questions.Command | award.Command | conclusion.Command
Event = proposals.Event | questions.Event | award.Event | conclusion.Event


def decide(tender: Tender, command: Command, context: Context) -> list[Event]:
    if isinstance(command, proposals.Command):
        return [*proposals.decide(tender, command, context)]
    if isinstance(command, questions.Command):
        return [*questions.decide(tender, command, context)]
    if isinstance(command, award.Command):
        return [*award.decide(tender, command, context)]
    return [*conclusion.decide(tender, command, context)]


def evolve(tender: Tender, event: Event) -> Tender:
    if isinstance(event, proposals.Event):
        return proposals.evolve(tender, event)
    if isinstance(event, questions.Event):
        return questions.evolve(tender, event)
    if isinstance(event, award.Event):
        return award.evolve(tender, event)
    return conclusion.evolve(tender, event)


def companions(tender: Tender, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """What the parcours or the collective operation records with it, or refuses."""
    assert context.stream is not None
    for command in conclusion.consequences(evolve(tender, event), event, context.stream):
        owner: Decider[Any] = operation.decider if tender.is_of_operation else parcours.decider
        yield CompanionCommand(owner, context.case, command=command, case=context.case)


def available_commands(tender: Tender) -> Iterator[type]:
    """Providers are invited and propose, are scored, one is chosen, all are informed, and an agreement follows.

    The deadline separates proposals from scores; it is checked when a command comes, and not here."""
    match tender.status:
        case TenderStatus.NEW:
            yield proposals.OpenTender
        case TenderStatus.OPEN:
            yield from (proposals.InviteProvider, award.DeclareInterests, award.CancelTender)
            if tender.candidates:
                yield from (proposals.GrantProviderAccess, proposals.SubmitProposal, questions.SubmitTenderQuestion)
            if tender.questions:
                yield questions.AnswerTenderQuestion
            if tender.proposals:
                yield award.ScoreProposal
            if tender.scorers:
                yield award.AwardTender
        case TenderStatus.AWARDED:
            yield from (award.InformCandidate, award.CancelTender, proposals.GrantProviderAccess)
            if tender.all_informed:
                yield conclusion.ConcludeTender
        case TenderStatus.AGREED:
            yield proposals.GrantProviderAccess


decider: Decider[Tender] = Decider(
    "tender",
    Tender(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
)
