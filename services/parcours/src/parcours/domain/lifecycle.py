"""Opening of a parcours, and the refusals of one that is not open or has ended."""

from __future__ import annotations

from parcours.domain.state import ReceivedPlan
from shared.kernel import Refusal, event
from shared.kernel.events import command

PARCOURS_NOT_OPEN = Refusal("parcours-not-open", "Le parcours n’est pas ouvert")
PARCOURS_ENDED = Refusal("parcours-ended", "Le parcours a pris fin")
REQUIRES_OPEN = (PARCOURS_NOT_OPEN, PARCOURS_ENDED)
"""What refuses any command that takes an open parcours."""


@event("parcours-opened", label="Élaboration du parcours ouverte")
class ParcoursOpened:
    plan: ReceivedPlan


@command(leads_to=(ParcoursOpened,))
class OpenParcours:
    """The plan is agreed: adviser and structure can build their parcours."""

    plan: ReceivedPlan
