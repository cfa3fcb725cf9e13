"""Attachments of a parcours: the unit's, the papers that leaders signed, and what providers hand in."""

from __future__ import annotations

from uuid import UUID

from parcours.api.parcours import endpoints
from parcours.domain import parcours
from parcours.domain.attachments import OF_LEADERS, OF_PROVIDERS, ParcoursAttachmentKind
from parcours.domain.guards import NOT_YOUR_ASSIGNMENT
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth import CASE_READERS, Caller
from shared.web.resources import Contribution, attachments_router


def check_own_assignment(app: ServiceApplication, case: UUID, caller: Caller) -> None:
    """Raises unless the caller is the provider of an agreement in force."""
    actions = app.load_existing(parcours.decider, case).state.actions.values()
    accounts = [action.retained.account for action in actions if action.retained and action.is_agreed]
    if caller.actor.id not in accounts:
        raise NOT_YOUR_ASSIGNMENT("Vous ajoutez des pièces une fois que la convention de votre prestation est signée.")


router = attachments_router(
    "/parcours",
    endpoints,
    ParcoursAttachmentKind,
    *CASE_READERS,
    contributions={
        Role.LEADER: Contribution(OF_LEADERS),
        Role.PROVIDER: Contribution(OF_PROVIDERS, check_own_assignment, may_refuse=(NOT_YOUR_ASSIGNMENT,)),
    },
)
