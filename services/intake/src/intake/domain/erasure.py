"""Erasure of a person (GDPR, article 17): ordered once for all services, confirmed by each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from shared.erasure import ErasePerson, case_erasure_id, person_erasure_id
from shared.erasure import erasure as key_erasure
from shared.kernel import CompanionCommand, Context, Decider, Encrypted, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace

CONFIRMING_SERVICES = ("diagnostic", "parcours", "followup")
"""Those that confirm, in addition to intake itself. Audit knows people by pseudonym only, and has no key of theirs."""


NOT_A_PERSON = Refusal("not-a-person", "Ce n’est pas une personne", status=422)
KNOWN_ELSEWHERE = Refusal(
    "person-known-elsewhere", "Cette personne est connue aussi hors de votre territoire", status=403
)
STILL_NEEDED = Refusal("person-still-needed", "Un dossier ouvert a encore besoin de cette personne")
HOLDS_RIGHTS = Refusal("person-holds-rights", "Cette personne a encore des droits")
NOT_ORDERED = Refusal("erasure-not-ordered", "Aucun effacement n’a été ordonné")
REFUSALS = (NOT_A_PERSON, KNOWN_ELSEWHERE, HOLDS_RIGHTS, STILL_NEEDED)


@frozen
class FurtherId:
    """Another id of the same human. `values`: how many values intake stores under its key."""

    person: UUID
    values: int


@event("erasure-ordered", label="Effacement d’une personne ordonné")
class ErasureOrdered:
    """`units`: the territory of the DPO who ordered it, beyond which no service erases; null for an order that a
    restore had lost. `also`: further ids of the same human, erased by the same order; `part_of`: for one of these, the
    id that was ordered with it and whose certificate covers it."""

    person: UUID
    reason: Encrypted | None
    values: int
    units: tuple[str, ...] | None = None
    also: tuple[FurtherId, ...] = ()
    part_of: UUID | None = None


@event("erasure-confirmed", label="Effacement confirmé par un service")
class ErasureConfirmed:
    """`elsewhere`: the service erased nothing, because a case outside the order's territory names the person there."""

    service: str
    values: int
    confirmed_at: datetime
    elsewhere: bool = False


@command(title="Effacer une personne", leads_to=(ErasureOrdered,), may_refuse=REFUSALS)
class OrderErasure:
    """A person asked for erasure, or must be erased: every service destroys the key of their name, mail and telephone.

    It cannot be undone. `reason`: the request and what was checked; it must not name anybody. `also`: further ids of
    the same human, in this service or another: a contact who took part in sessions and bears a personal link has
    three."""

    reason: Reason
    also: Annotated[tuple[UUID, ...], Len(0, 50)] = ()


@frozen
class PersonFindings:
    """What intake knows of one id. `elsewhere`: a case outside the DPO's territory names the person; `open_cases`:
    those whose contact they are; `rights`: how many they have; `values`: how many values intake stores under their key;
    `settled`: their erasure was ordered before, and no service has said that they are known elsewhere."""

    person: UUID
    is_case: bool = False
    elsewhere: bool = False
    open_cases: tuple[UUID, ...] = ()
    rights: int = 0
    values: int = 0
    settled: bool = False


@command(leads_to=(ErasureOrdered,), may_refuse=REFUSALS)
class OrderErasureWithFindings:
    """`OrderErasure`, with what the API looked up of each id, the one that was addressed first. `units`: the territory
    of the DPO."""

    reason: str
    units: tuple[str, ...]
    findings: tuple[PersonFindings, ...]


@command(leads_to=(ErasureOrdered,))
class OrderErasureOfPart:
    """One of the further ids that an order erases."""

    person: UUID
    part_of: UUID
    values: int
    units: tuple[str, ...] | None


@command(leads_to=(ErasureOrdered,))
class RepeatErasureOrder:
    """The database was restored from before an erasure that the list outside it remembers. The order and its
    confirmations are lost, so every service confirms once more."""

    person: UUID
    values: int


@command(leads_to=(ErasureConfirmed,), may_refuse=(NOT_ORDERED,))
class ConfirmErasure:
    """A service reports that it has erased the person, or that it may not: `elsewhere`."""

    service: str
    values: int
    confirmed_at: datetime
    elsewhere: bool = False


@frozen
class Confirmation:
    at: datetime
    values: int
    elsewhere: bool = False


@frozen
class Erasure:
    person: UUID | None = None
    reason: Encrypted | None = None
    values: int = 0
    units: tuple[str, ...] | None = None
    also: tuple[UUID, ...] = ()
    part_of: UUID | None = None
    confirmed: dict[str, Confirmation] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether it was ordered, and no service has said that the person is known outside the order's territory."""
        return self.person is not None and not any(each.elsewhere for each in self.confirmed.values())


REPEATED_ORDER_REASON = (
    "Effacement d’avant la sauvegarde restaurée, exécuté de nouveau\u00a0: l’ordre d’origine est au journal d’audit."
)

Command = OrderErasureWithFindings | OrderErasureOfPart | RepeatErasureOrder | ConfirmErasure
Event = ErasureOrdered | ErasureConfirmed


def decide(erasure: Erasure, command: Command, context: Context) -> list[Event]:
    match command:
        case OrderErasureWithFindings():
            return _order(erasure, command, context)
        case OrderErasureOfPart(person, part_of, values=values, units=units):
            if erasure.settled:
                return []
            return [ErasureOrdered(person, None, values=values, units=units, part_of=part_of)]
        case RepeatErasureOrder(person, values):
            return (
                [] if erasure.person else [ErasureOrdered(person, context.text(REPEATED_ORDER_REASON), values=values)]
            )
        case ConfirmErasure(service, values, confirmed_at=confirmed_at, elsewhere=elsewhere):
            if erasure.person is None:
                raise NOT_ORDERED("Ce service confirme un effacement dont l’accueil n’a pas l’ordre.")
            if service in erasure.confirmed:
                return []
            return [ErasureConfirmed(service, values, confirmed_at=confirmed_at, elsewhere=elsewhere)]


def _order(erasure: Erasure, order: OrderErasureWithFindings, context: Context) -> list[Event]:
    """A repeated order changes nothing, unless it names a further id, or a service had found the territory too
    small."""
    addressed, *further = order.findings
    also = tuple(FurtherId(each.person, each.values) for each in further)
    if (
        erasure.person
        and {each.person for each in also} <= {*erasure.also}
        and all(each.settled for each in order.findings)
    ):
        return []
    for each in order.findings:
        if not each.settled:
            _require_erasable(each)
    ordered = ErasureOrdered(
        addressed.person, context.text(order.reason), values=addressed.values, units=order.units, also=also
    )
    return [ordered]


def _require_erasable(found: PersonFindings) -> None:
    """The DPO's territory; then GDPR, article 17(3)(b): what the mission of public interest still needs is not erased
    yet."""
    if found.is_case:
        raise NOT_A_PERSON(
            "Cet identifiant est celui d’un dossier. Un dossier ne s’efface pas à la demande\u00a0: il est conservé,"
            " puis détruit, selon les durées de conservation."
        )
    if found.elsewhere:
        raise KNOWN_ELSEWHERE(
            "Un dossier d’une unité que votre droit ne couvre pas nomme aussi cette personne. L’effacement revient à"
            " un·e DPO dont le territoire couvre toutes les unités qui la connaissent\u00a0: celui ou celle de la"
            " région, ou un droit plus large, que donne l’exploitation."
        )
    if found.open_cases:
        raise STILL_NEEDED(
            "Cette personne est l’interlocutrice d’un dossier ouvert, que la mission d’intérêt public du DLA oblige à"
            " suivre (RGPD, article 17, paragraphe 3, point b). Nommez d’abord un autre contact, ou attendez la fin de"
            " l’accompagnement\u00a0: sa demande reste valable.",
            cases=[str(each) for each in found.open_cases],
        )
    if found.rights:
        raise HOLDS_RIGHTS(
            "Cette personne peut encore agir dans le DLA\u00a0: retirez d’abord ses droits, pour que rien ne s’écrive"
            " plus en son nom."
        )


def companions(_erasure: Erasure, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """Intake destroys its own keys in the transaction of the order, and orders the further ids' erasure there."""
    if isinstance(event, ErasureOrdered) and event.part_of is None:
        yield _key_destruction(event.person, event.values, context.case)
        for further in event.also:
            part = OrderErasureOfPart(further.person, event.person, values=further.values, units=event.units)
            yield CompanionCommand(decider, person_erasure_id(further.person), command=part)
            yield _key_destruction(further.person, further.values, context.case)


def _key_destruction(person: UUID, values: int, case: UUID) -> CompanionCommand:
    return CompanionCommand(
        key_erasure.decider, case_erasure_id(person), command=ErasePerson(person, values), case=case
    )


def available_commands(erasure: Erasure) -> Iterator[type]:
    yield OrderErasureWithFindings
    if not erasure.settled:
        yield OrderErasureOfPart
    if erasure.person is None:
        yield RepeatErasureOrder
    elif outstanding(erasure):
        yield ConfirmErasure


def outstanding(erasure: Erasure) -> tuple[str, ...]:
    """The services that have not confirmed yet."""
    return tuple(service for service in CONFIRMING_SERVICES if service not in erasure.confirmed)


def evolve(erasure: Erasure, event: Event) -> Erasure:
    match event:
        case ErasureOrdered():
            return replace(
                erasure,
                person=event.person,
                reason=event.reason,
                values=erasure.values + event.values,
                units=event.units,
                also=tuple(dict.fromkeys((*erasure.also, *(each.person for each in event.also)))),
                part_of=event.part_of,
                confirmed={name: each for name, each in erasure.confirmed.items() if not each.elsewhere},
            )
        case ErasureConfirmed(service, values, confirmed_at=confirmed_at, elsewhere=elsewhere):
            confirmation = Confirmation(confirmed_at, values, elsewhere=elsewhere)
            return replace(erasure, confirmed=erasure.confirmed | {service: confirmation})


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
