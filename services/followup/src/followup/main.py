"""Followup, put together."""

from __future__ import annotations

from followup import api, views
from followup.domain import follow_up
from followup.published import published
from followup.reactions import reactions
from shared.contracts import followup as contracts
from shared.program import command_line
from shared.service import Service

service = Service(
    name="followup",
    title="DLA — suivi et consolidation",
    deciders=(follow_up.decider,),
    routers=(api.router,),
    published=published,
    told=contracts.TOLD,
    reactions=reactions,
    views=(views.follow_ups,),
)
cli = command_line(service)

if __name__ == "__main__":
    cli()
