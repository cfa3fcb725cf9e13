"""Erasure of a person (GDPR, article 17): ordered once for all services, confirmed by each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.erasure import ErasePerson, case_erasure_id
from shared.erasure import erasure as key_erasure
from shared.kernel import CompanionCommand, Context, Decider, Encrypted, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

CONFIRMING_SERVICES = ("diagnostic", "parcours", "followup")
"""Those that confirm, in addition to intake itself. Audit knows people by pseudonym only, and has no key of theirs."""


NOT_A_PERSON = Refusal("not-a-person", "Ce n’est pas une personne", status=422)
STILL_NEEDED = Refusal("person-still-needed", "Un dossier ouvert a encore besoin de cette personne")
HOLDS_RIGHTS = Refusal("person-holds-rights", "Cette personne a encore des droits")
NOT_ORDERED = Refusal("erasure-not-ordered", "Aucun effacement n’a été ordonné")


@event("erasure-ordered", label="Effacement d’une personne ordonné")
class ErasureOrdered:
    person: UUID
    reason: Encrypted
    values: int


@event("erasure-confirmed", label="Effacement confirmé par un service")
class ErasureConfirmed:
    service: str
    values: int
    confirmed_at: datetime


@command(
    title="Effacer une personne", leads_to=(ErasureOrdered,), may_refuse=(NOT_A_PERSON, HOLDS_RIGHTS, STILL_NEEDED)
)
class OrderErasure:
    """A person asked for erasure, or must be erased: every service destroys the key of their name, mail and telephone.

    It cannot be undone. `reason`: the request and what was checked; it must not name anybody."""

    reason: Reason


@command(leads_to=(ErasureOrdered,), may_refuse=(NOT_A_PERSON, HOLDS_RIGHTS, STILL_NEEDED))
class OrderErasureWithFindings:
    """`OrderErasure`, with what the API looked up. `open_cases`: those whose contact they are; `rights`: how many they
    have; `values`: how many values intake stores under their key."""

    person: UUID
    reason: str
    is_case: bool
    open_cases: tuple[UUID, ...]
    rights: int
    values: int


@command(leads_to=(ErasureOrdered,))
class RepeatErasureOrder:
    """The database was restored from before an erasure that the list outside it remembers. The order and its
    confirmations are lost, so every service confirms once more."""

    person: UUID
    values: int


@command(leads_to=(ErasureConfirmed,), may_refuse=(NOT_ORDERED,))
class ConfirmErasure:
    """A service reports that it has erased the person."""

    service: str
    values: int
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    at: datetime
    values: int


@dataclass(frozen=True, slots=True)
class Erasure:
    person: UUID | None = None
    reason: Encrypted | None = None
    values: int = 0
    confirmed: dict[str, Confirmation] = field(default_factory=dict)


REPEATED_ORDER_REASON = (
    "Effacement d’avant la sauvegarde restaurée, exécuté de nouveau\u00a0: l’ordre d’origine est au journal d’audit."
)

Command = OrderErasureWithFindings | RepeatErasureOrder | ConfirmErasure
Event = ErasureOrdered | ErasureConfirmed


def decide(erasure: Erasure, command: Command, context: Context) -> list[Event]:
    match command:
        case OrderErasureWithFindings():
            if erasure.person:
                return []
            _require_erasable(command)
            return [ErasureOrdered(command.person, context.text(command.reason), values=command.values)]
        case RepeatErasureOrder(person, values):
            return (
                [] if erasure.person else [ErasureOrdered(person, context.text(REPEATED_ORDER_REASON), values=values)]
            )
        case ConfirmErasure(service, values, confirmed_at=confirmed_at):
            if erasure.person is None:
                raise NOT_ORDERED("Ce service confirme un effacement dont l’accueil n’a pas l’ordre.")
            return (
                [] if service in erasure.confirmed else [ErasureConfirmed(service, values, confirmed_at=confirmed_at)]
            )


def _require_erasable(order: OrderErasureWithFindings) -> None:
    """GDPR, article 17(3)(b): what the mission of public interest still needs is not erased yet."""
    if order.is_case:
        raise NOT_A_PERSON(
            "Cet identifiant est celui d’un dossier. Un dossier ne s’efface pas à la demande\u00a0: il est conservé,"
            " puis détruit, selon les durées de conservation."
        )
    if order.open_cases:
        raise STILL_NEEDED(
            "Cette personne est l’interlocutrice d’un dossier ouvert, que la mission d’intérêt public du DLA oblige à"
            " suivre (RGPD, article 17, paragraphe 3, point b). Nommez d’abord un autre contact, ou attendez la fin de"
            " l’accompagnement\u00a0: sa demande reste valable.",
            cases=[str(each) for each in order.open_cases],
        )
    if order.rights:
        raise HOLDS_RIGHTS(
            "Cette personne peut encore agir dans le DLA\u00a0: retirez d’abord ses droits, pour que rien ne s’écrive"
            " plus en son nom."
        )


def companions(_erasure: Erasure, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """Intake destroys its own keys in the transaction of the order."""
    if isinstance(event, ErasureOrdered):
        erase = ErasePerson(event.person, event.values)
        yield CompanionCommand(key_erasure.decider, case_erasure_id(event.person), command=erase, case=context.case)


def available_commands(erasure: Erasure) -> Iterator[type]:
    if erasure.person is None:
        yield from (OrderErasureWithFindings, RepeatErasureOrder)
    elif outstanding(erasure):
        yield ConfirmErasure


def outstanding(erasure: Erasure) -> tuple[str, ...]:
    """The services that have not confirmed yet."""
    return tuple(service for service in CONFIRMING_SERVICES if service not in erasure.confirmed)


def evolve(erasure: Erasure, event: Event) -> Erasure:
    match event:
        case ErasureOrdered(person, reason, values=values):
            return replace(erasure, person=person, reason=reason, values=values)
        case ErasureConfirmed(service, values, confirmed_at=confirmed_at):
            return replace(erasure, confirmed=erasure.confirmed | {service: Confirmation(confirmed_at, values)})


decider: Decider[Erasure] = Decider(
    "erasure",
    Erasure(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
)
