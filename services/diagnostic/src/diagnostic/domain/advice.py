"""Advice from a resource centre (CRDLA), which reads the question and nothing else of the case (source texts)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from diagnostic.domain.lifecycle import NOT_OPEN
from shared.kernel import (
    UNIT_CODE,
    Actor,
    ConfidentialLine,
    Context,
    Day,
    Encrypted,
    LabelledEnum,
    Line,
    Refusal,
    Role,
    Text,
    event,
    require_past,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace

UNKNOWN_ADVICE = Refusal("unknown-advice", "Demande de conseil inconnue", status=404)
WRONG_UNIT = Refusal("wrong-unit", "Code de centre de ressources irrecevable", status=422)
ALREADY_RECEIVED = Refusal("advice-already-received", "Conseil déjà reçu")


class QuestionStatus(LabelledEnum):
    """Where a question to a resource centre stands."""

    AWAITED = "awaited", "réponse attendue"
    ANSWERED = "answered", "réponse reçue"


@event("advice-requested", label="Conseil demandé à un centre de ressources")
class AdviceRequested:
    advice: UUID
    centre: Encrypted
    question: Encrypted
    unit: str | None = None


@event("advice-received", label="Conseil reçu d’un centre de ressources", effective="received_on")
class AdviceReceived:
    advice: UUID
    received_on: date
    answer: Encrypted


@command(
    title="Demander conseil à un centre de ressources",
    leads_to=(AdviceRequested,),
    may_refuse=(NOT_OPEN, WRONG_UNIT),
)
class RequestAdvice:
    """The adviser asks a resource centre for advice.

    `unit`: the code under which the centre reads and answers this question; null when the adviser records the
    answer."""

    centre: ConfidentialLine
    question: Text
    unit: Line | None = None


@command(
    title="Consigner le conseil reçu",
    leads_to=(AdviceReceived,),
    may_refuse=(NOT_OPEN, UNKNOWN_ADVICE, ALREADY_RECEIVED, IMPLAUSIBLE_DATE),
)
class ReceiveAdvice:
    """What the resource centre answered, and on which day; recorded by the adviser or by the centre itself."""

    advice: UUID
    received_on: Day
    answer: Text


@frozen
class AdviceRequest:
    """`answer` null: still awaited."""

    advice: UUID
    centre: Encrypted
    question: Encrypted
    received_on: date | None = None
    answer: Encrypted | None = None
    unit: str | None = None


Command = RequestAdvice | ReceiveAdvice
Event = AdviceRequested | AdviceReceived


def decide(requests: tuple[AdviceRequest, ...], command: Command, context: Context) -> Event:
    match command:
        case RequestAdvice(centre, question, unit=unit):
            if unit and not UNIT_CODE.fullmatch(unit):
                raise WRONG_UNIT("Un centre de ressources se désigne par son code, comme crdla-environnement.")
            return AdviceRequested(context.new_id(), context.text(centre), question=context.text(question), unit=unit)
        case ReceiveAdvice(advice, received_on, answer=answer):
            request = next((each for each in visible_to(context.actor, requests) if each.advice == advice), None)
            if request is None:
                raise UNKNOWN_ADVICE("Aucune demande de conseil de ce diagnostic ne porte cet identifiant.")
            if request.answer:
                raise ALREADY_RECEIVED("Le centre de ressources a déjà répondu\u00a0: posez-lui une nouvelle question.")
            require_past(received_on, context.now, "La date du conseil")
            return AdviceReceived(advice, received_on, answer=context.text(answer))


def available_commands(requests: tuple[AdviceRequest, ...]) -> Iterator[type]:
    yield RequestAdvice
    if any(each.answer is None for each in requests):
        yield ReceiveAdvice


def visible_to(actor: Actor, requests: tuple[AdviceRequest, ...]) -> tuple[AdviceRequest, ...]:
    """A resource centre sees the questions addressed to it, and nothing else of the case (source texts)."""
    if actor.role is not Role.RESOURCE_CENTRE:
        return requests
    return tuple(each for each in requests if each.unit and each.unit == actor.unit)


def evolve(requests: tuple[AdviceRequest, ...], event: Event) -> tuple[AdviceRequest, ...]:
    match event:
        case AdviceRequested(advice, centre, question=question, unit=unit):
            return (*requests, AdviceRequest(advice, centre, question=question, unit=unit))
        case AdviceReceived(advice, received_on, answer=answer):
            return tuple(
                replace(each, received_on=received_on, answer=answer) if each.advice == advice else each
                for each in requests
            )
