"""Audit, put together."""

from __future__ import annotations

from audit import api, domain
from audit.published import published
from audit.reactions import reactions
from shared.program import command_line
from shared.service import Service

service = Service(
    name="audit",
    title="DLA — audit",
    deciders=(domain.decider,),
    routers=(api.router,),
    published=published,
    told=(),
    reactions=reactions,
)
cli = command_line(service)

if __name__ == "__main__":
    cli()
