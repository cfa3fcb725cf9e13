"""Reactions of parcours to the integration events of the other services."""

from __future__ import annotations

from parcours.domain import ending, parcours
from parcours.domain.building import validation
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ReceivedPlan
from parcours.ownership import find_protected_case
from shared.access import follow_case_access, follow_emergency_access, follow_register
from shared.contracts.diagnostic import PlanAgreed
from shared.contracts.followup import FollowUpClosed, ParcoursUpdateRequested, ParcoursUpdateWithdrawn
from shared.erasure.reactions import follow_erasures
from shared.kernel import EndingKind
from shared.messaging import CommandDispatch, Header, Reactions
from shared.names.transit import follow_names

reactions = Reactions("parcours")
follow_register(reactions)
follow_erasures(reactions, find_protected_case)
follow_case_access(reactions)
follow_emergency_access(reactions)
follow_names(reactions)


@reactions.on(PlanAgreed)
def open_parcours(event: PlanAgreed, header: Header) -> CommandDispatch:
    """The plan is agreed: the parcours can be built, under the same case."""
    plan = ReceivedPlan(
        event.structure,
        event.unit,
        adviser=event.adviser,
        admitted_at=event.admitted_at,
        axes=event.axes,
        baseline=event.baseline,
        definitions=event.definitions,
    )
    return CommandDispatch(parcours.decider, header.case, command=OpenParcours(plan))


@reactions.on(ParcoursUpdateRequested)
def reopen_parcours(event: ParcoursUpdateRequested, header: Header) -> CommandDispatch:
    """A review shows that the parcours must be updated: if it was completed, it is reopened as a new version."""
    return CommandDispatch(parcours.decider, header.case, command=validation.ReopenParcours(event.review))


@reactions.on(ParcoursUpdateWithdrawn)
def abandon_update(_: ParcoursUpdateWithdrawn, header: Header) -> CommandDispatch:
    """The follow-up does not want the update any more: it is given up, unless something of it is under way."""
    return CommandDispatch(parcours.decider, header.case, command=ending.AbandonUpdate("Mise à jour levée au suivi"))


@reactions.on(FollowUpClosed)
def abandon_update_after_closure(event: FollowUpClosed, header: Header) -> CommandDispatch | None:
    """The structure has ceased its activity: an update of its parcours is given up, unless something is under way."""
    if event.kind != EndingKind.CLOSED_DOWN:
        return None
    return CommandDispatch(
        parcours.decider, header.case, command=ending.AbandonUpdate("Cessation d’activité de la structure")
    )
