"""How long is a dossier kept, and who may suspend its destruction? At its term its keys are destroyed everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.erasure import EraseCase, case_erasure_id
from shared.erasure import erasure as forgetting
from shared.kernel import CompanionCommand, Context, Decider, Encrypted, Motive, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace


class Kept(StrEnum):
    """A class of dossiers, each with durations of its own."""

    NOT_ADMITTED = "not_admitted"
    CLOSED = "closed"


@command(title="Suspendre la destruction d’un dossier")
class HoldDossier:
    """A dispute, an inspection, a request under examination: the dossier is kept beyond its term, until released."""

    motive: Motive


@command(title="Lever la suspension")
class ReleaseDossier:
    """What the dossier was held for is over: its term counts again."""

    motive: Motive


@command
class DestroyDossier:
    """Its term is past. `persons`: those whom intake knows from this dossier alone; `values`: how many of theirs."""

    kept: Kept
    due_on: date
    persons: tuple[UUID, ...]
    values: int


@event("retention-held", label="Destruction du dossier suspendue")
class RetentionHeld:
    motive: Encrypted


@event("retention-released", label="Suspension de la destruction levée")
class RetentionReleased:
    motive: Encrypted


@event("case-destroyed", label="Dossier détruit au terme de sa conservation")
class DossierDestroyed:
    kept: Kept
    due_on: date
    persons: tuple[UUID, ...]
    values: int


@dataclass(frozen=True, slots=True)
class Retention:
    held: Encrypted | None = None
    destroyed: bool = False


HELD = Refusal("retention-held", "La destruction de ce dossier est suspendue")
DESTROYED = Refusal("case-destroyed", "Ce dossier est détruit", status=410)

Command = HoldDossier | ReleaseDossier | DestroyDossier
Event = RetentionHeld | RetentionReleased | DossierDestroyed


def decide(retention: Retention, command: Command, context: Context) -> list[Event]:
    match command:
        case DestroyDossier(kept, due_on, persons=persons, values=values):
            if retention.held:
                raise HELD("Levez d’abord la suspension, si ce qui la justifie est terminé.")
            return [] if retention.destroyed else [DossierDestroyed(kept, due_on, persons=persons, values=values)]
        case _ if retention.destroyed:
            raise DESTROYED("Sa durée de conservation est passée\u00a0: personne ne peut plus le lire.")
        case HoldDossier(motive):
            return [] if retention.held else [RetentionHeld(context.text(motive))]
        case ReleaseDossier(motive):
            return [RetentionReleased(context.text(motive))] if retention.held else []


def companions(_retention: Retention, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """Intake destroys its own keys in the same transaction."""
    if isinstance(event, DossierDestroyed):
        forget = EraseCase(context.case, event.persons, values=event.values)
        yield CompanionCommand(forgetting.decider, case_erasure_id(context.case), command=forget, case=context.case)


def available_commands(retention: Retention) -> Iterator[type]:
    if not retention.destroyed:
        yield HoldDossier
        yield ReleaseDossier if retention.held else DestroyDossier
    else:
        yield DestroyDossier


def evolve(retention: Retention, event: Event) -> Retention:
    match event:
        case RetentionHeld(motive):
            return replace(retention, held=motive)
        case RetentionReleased():
            return replace(retention, held=None)
        case DossierDestroyed():
            return replace(retention, destroyed=True)


def retention_of(dossier: UUID) -> UUID:
    """The stream beside the dossier's own."""
    return uuid5(NAMESPACE_OID, f"retention {dossier}")


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
