"""What followup does when the other services tell something."""

from __future__ import annotations

from followup.domain import commands, follow_up
from shared.contracts.parcours import ParcoursCompleted
from shared.transport.inbox import Reactions, To
from shared.transport.wire import Header

reactions = Reactions("followup")


@reactions.on(ParcoursCompleted)
def open_follow_up(event: ParcoursCompleted, header: Header) -> To:
    """The parcours is over: its follow-up begins, or goes on when it had begun before an update of the parcours."""
    command = commands.OpenFollowUp(
        header.id,
        header.recorded_at,
        event.structure,
        event.unit,
        event.adviser,
        event.baseline,
        event.definitions,
    )
    return To(follow_up.decider, header.case, command)
