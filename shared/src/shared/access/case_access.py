"""Who is in charge of a case, and who reads it? Each service's own copy of what intake says, heard in order."""

from __future__ import annotations

from dataclasses import dataclass

from shared.contracts.intake import CaseInCharge
from shared.kernel import Context, Decider, InCharge, event, uuid7_after
from shared.kernel.events import command
from shared.messaging import Header, Reactions, To


@command
class HearInCharge:
    adviser: str | None
    confidential: bool
    archived: bool = False


@event("in-charge-heard", label="Personne en charge du dossier, et confidentialité, connues de ce service")
class InChargeHeard:
    adviser: str | None
    confidential: bool
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Beside the case's own aggregate, which may open later."""

    adviser: str | None = None
    confidential: bool = False
    archived: bool = False


def decide(heard: Heard, command: HearInCharge, _context: Context) -> list[InChargeHeard]:
    if command == HearInCharge(heard.adviser, heard.confidential, heard.archived):
        return []
    return [InChargeHeard(command.adviser, command.confidential, command.archived)]


def evolve(_heard: Heard, event: InChargeHeard) -> Heard:
    return Heard(event.adviser, event.confidential, event.archived)


def in_charge(_heard: Heard, event: InChargeHeard) -> InCharge:
    return InCharge(event.adviser, event.confidential, event.archived)


decider: Decider[Heard] = Decider(
    "in_charge", Heard(), decide, evolve, (HearInCharge,), (InChargeHeard,), in_charge=in_charge
)


def follow_in_charge(reactions: Reactions) -> None:
    """For the reactions of each phase that intake hands cases to."""

    @reactions.on(CaseInCharge)
    def hear_in_charge(told: CaseInCharge, header: Header) -> To:
        """Somebody else is in charge of the case, or it becomes confidential or an archive, or no longer is."""
        stream = uuid7_after(header.case, "in-charge")
        return To(decider, stream, HearInCharge(told.adviser, told.confidential, told.archived), case=header.case)
