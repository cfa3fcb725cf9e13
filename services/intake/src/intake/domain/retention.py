"""Retention of a finished case: its destruction at its term (crypto-shredding), and the suspension of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.erasure import EraseCase, case_erasure_id
from shared.erasure import erasure as key_erasure
from shared.kernel import CompanionCommand, Context, Decider, Encrypted, LabelledEnum, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace


class RetentionClass(LabelledEnum):
    """A class of cases with its own retention periods."""

    NOT_ADMITTED = "not_admitted", "demande non admise"
    CLOSED = "closed", "dossier clos"


ON_HOLD = Refusal("retention-held", "La destruction de ce dossier est suspendue")
DESTROYED = Refusal("case-destroyed", "Ce dossier est détruit", status=410)


@event("retention-held", label="Destruction du dossier suspendue")
class RetentionHeld:
    reason: Encrypted


@event("retention-released", label="Suspension de la destruction levée")
class RetentionReleased:
    reason: Encrypted


@event("case-destroyed", label="Dossier détruit au terme de sa conservation")
class CaseDestroyed:
    retention_class: RetentionClass
    due_on: date
    persons: tuple[UUID, ...]
    values: int


@command(title="Suspendre la destruction d’un dossier", leads_to=(RetentionHeld,), may_refuse=(DESTROYED,))
class HoldCase:
    """A dispute, an inspection, a request under examination: the case is kept beyond its term until it is released."""

    reason: Reason


@command(title="Lever la suspension", leads_to=(RetentionReleased,), may_refuse=(DESTROYED,))
class ReleaseCase:
    """The reason of the suspension is over: the term applies again."""

    reason: Reason


@command(leads_to=(CaseDestroyed,), may_refuse=(ON_HOLD,))
class DestroyCase:
    """The term is past. `persons`: those whom intake knows from this case alone; `values`: how many of their values."""

    retention_class: RetentionClass
    due_on: date
    persons: tuple[UUID, ...]
    values: int


@frozen
class Retention:
    """`hold_reason`: why the destruction is suspended; null when it is not."""

    hold_reason: Encrypted | None = None
    destroyed: bool = False


Command = HoldCase | ReleaseCase | DestroyCase
Event = RetentionHeld | RetentionReleased | CaseDestroyed


def decide(retention: Retention, command: Command, context: Context) -> list[Event]:
    match command:
        case DestroyCase(retention_class, due_on, persons=persons, values=values):
            if retention.hold_reason:
                raise ON_HOLD("Levez d’abord la suspension, si ce qui la justifie est terminé.")
            return (
                [] if retention.destroyed else [CaseDestroyed(retention_class, due_on, persons=persons, values=values)]
            )
        case _ if retention.destroyed:
            raise DESTROYED("Sa durée de conservation est passée\u00a0: personne ne peut plus le lire.")
        case HoldCase(reason):
            return [] if retention.hold_reason else [RetentionHeld(context.text(reason))]
        case ReleaseCase(reason):
            return [RetentionReleased(context.text(reason))] if retention.hold_reason else []


def companions(_retention: Retention, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """Intake destroys its own keys in the same transaction."""
    if isinstance(event, CaseDestroyed):
        erase = EraseCase(context.case, event.persons, values=event.values)
        yield CompanionCommand(key_erasure.decider, case_erasure_id(context.case), command=erase, case=context.case)


def available_commands(retention: Retention) -> Iterator[type]:
    if not retention.destroyed:
        yield HoldCase
        yield ReleaseCase if retention.hold_reason else DestroyCase
    else:
        yield DestroyCase


def evolve(retention: Retention, event: Event) -> Retention:
    match event:
        case RetentionHeld(reason):
            return replace(retention, hold_reason=reason)
        case RetentionReleased():
            return replace(retention, hold_reason=None)
        case CaseDestroyed():
            return replace(retention, destroyed=True)


def retention_id(case: UUID) -> UUID:
    """The stream of a case's retention, apart from that of its request."""
    return uuid5(NAMESPACE_OID, f"retention {case}")


decider: Decider[Retention] = Decider(
    "retention",
    Retention(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
)
