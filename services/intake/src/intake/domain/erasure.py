"""May this person be forgotten, and who has done so? Ordered once for all services; each confirms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.erasure import ErasePerson, case_erasure_id
from shared.erasure import erasure as forgetting
from shared.kernel import CompanionCommand, Context, Decider, Encrypted, Motive, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

OTHERS = ("diagnostic", "parcours", "followup")
"""Who must confirm, beside intake itself. Audit hears of people by pseudonym only, and has no key of theirs."""


@command(title="Effacer une personne")
class OrderErasure:
    """A person asked to be forgotten, or must be: every service destroys what opens their name, mail and telephone.

    It cannot be undone, by anybody. `motive`: the request, and what was checked; name nobody in it."""

    motive: Motive


@command
class OrderKnowing:
    """The same, with what the edge looked up: open `dossiers` that reach this person, `rights` they hold, and how many
    values intake seals under their key."""

    person: UUID
    motive: str
    is_dossier: bool
    dossiers: tuple[UUID, ...]
    rights: int
    values: int


@command
class OrderAgain:
    """The database was restored from before an erasure that the list outside it remembers: who confirmed is lost with
    the order, and every service is asked once more."""

    person: UUID
    values: int


@command
class ConfirmErasure:
    """A service tells that it has forgotten the person."""

    service: str
    values: int
    told_at: datetime


@event("erasure-ordered", label="Effacement d’une personne ordonné")
class ErasureOrdered:
    person: UUID
    motive: Encrypted
    values: int


@event("erasure-confirmed", label="Effacement confirmé par un service")
class ErasureConfirmed:
    service: str
    values: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Confirmed:
    at: datetime
    values: int


@dataclass(frozen=True, slots=True)
class Erasure:
    person: UUID | None = None
    motive: Encrypted | None = None
    values: int = 0
    confirmed: dict[str, Confirmed] = field(default_factory=dict)


NOT_A_PERSON = Refusal("not-a-person", "Ce n’est pas une personne", status=422)
STILL_NEEDED = Refusal("person-still-needed", "Un dossier ouvert a encore besoin de cette personne")
HOLDS_RIGHTS = Refusal("person-holds-rights", "Cette personne a encore des droits")
NOT_ORDERED = Refusal("erasure-not-ordered", "Aucun effacement n’a été ordonné")

BEFORE_THE_BACK_UP = (
    "Effacement d’avant la sauvegarde restaurée, exécuté de nouveau\u00a0: l’ordre d’origine est au journal d’audit."
)

Command = OrderKnowing | OrderAgain | ConfirmErasure
Event = ErasureOrdered | ErasureConfirmed


def decide(erasure: Erasure, command: Command, context: Context) -> list[Event]:
    match command:
        case OrderKnowing():
            if erasure.person:
                return []
            _check_may_be_forgotten(command)
            return [ErasureOrdered(command.person, context.text(command.motive), values=command.values)]
        case OrderAgain(person, values):
            return [] if erasure.person else [ErasureOrdered(person, context.text(BEFORE_THE_BACK_UP), values=values)]
        case ConfirmErasure(service, values, told_at=told_at):
            if erasure.person is None:
                raise NOT_ORDERED("Ce service confirme un effacement dont l’accueil n’a pas l’ordre.")
            return [] if service in erasure.confirmed else [ErasureConfirmed(service, values, told_at=told_at)]


def _check_may_be_forgotten(asked: OrderKnowing) -> None:
    """GDPR, article 17(3)(b): what the mission of public interest still needs is not erased yet, and it is said why."""
    if asked.is_dossier:
        raise NOT_A_PERSON(
            "Cet identifiant est celui d’un dossier. Un dossier ne s’efface pas à la demande\u00a0: il est conservé,"
            " puis détruit, selon les durées de conservation."
        )
    if asked.dossiers:
        raise STILL_NEEDED(
            "Cette personne est l’interlocutrice d’un dossier ouvert, que la mission d’intérêt public du DLA oblige à"
            " suivre (RGPD, article 17, paragraphe 3, point b). Nommez d’abord un autre contact, ou attendez la fin de"
            " l’accompagnement\u00a0: sa demande reste valable.",
            dossiers=[str(each) for each in asked.dossiers],
        )
    if asked.rights:
        raise HOLDS_RIGHTS(
            "Cette personne peut encore agir dans le DLA\u00a0: retirez d’abord ses droits, pour que rien ne s’écrive"
            " plus en son nom."
        )


def companions(_erasure: Erasure, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """Intake forgets at once, in the transaction of the order."""
    if isinstance(event, ErasureOrdered):
        forget = ErasePerson(event.person, event.values)
        yield CompanionCommand(forgetting.decider, case_erasure_id(event.person), command=forget, case=context.case)


def available_commands(erasure: Erasure) -> Iterator[type]:
    if erasure.person is None:
        yield from (OrderKnowing, OrderAgain)
    elif outstanding(erasure):
        yield ConfirmErasure


def outstanding(erasure: Erasure) -> tuple[str, ...]:
    """The services that have not confirmed yet."""
    return tuple(service for service in OTHERS if service not in erasure.confirmed)


def evolve(erasure: Erasure, event: Event) -> Erasure:
    match event:
        case ErasureOrdered(person, motive, values=values):
            return replace(erasure, person=person, motive=motive, values=values)
        case ErasureConfirmed(service, values, told_at=told_at):
            return replace(erasure, confirmed=erasure.confirmed | {service: Confirmed(told_at, values)})


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
