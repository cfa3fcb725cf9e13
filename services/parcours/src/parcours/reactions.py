"""What parcours does when the other services tell something."""

from __future__ import annotations

from parcours.domain import parcours, validation
from parcours.domain.state import Plan
from shared.contracts.diagnostic import PlanAgreed
from shared.contracts.followup import ParcoursUpdateAsked
from shared.transport.inbox import Reactions, To
from shared.transport.wire import Header

reactions = Reactions("parcours")


@reactions.on(PlanAgreed)
def open_parcours(event: PlanAgreed, header: Header) -> To:
    """The plan is agreed: the parcours can be built, under the same case."""
    plan = Plan(
        event.structure,
        event.unit,
        event.adviser,
        event.admitted_at,
        event.axes,
        event.baseline,
        event.definitions,
    )
    return To(parcours.decider, header.case, parcours.OpenParcours(plan))


@reactions.on(ParcoursUpdateAsked)
def take_up_again(event: ParcoursUpdateAsked, header: Header) -> To:
    """A review shows that the parcours must be updated: if it was completed, it is reopened as a new version."""
    return To(parcours.decider, header.case, validation.TakeUpAgain(event.review))
