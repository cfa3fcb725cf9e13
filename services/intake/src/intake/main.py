"""Intake, put together."""

from __future__ import annotations

from intake import api, views
from intake.domain import orientation, request
from intake.published import published
from intake.reactions import reactions
from shared.attachments.attachment import decider as attachment
from shared.contracts import intake as contracts
from shared.program import command_line
from shared.service import Service

service = Service(
    name="intake",
    title="DLA — accueil",
    deciders=(request.decider, orientation.decider, attachment),
    routers=(
        api.router,
        api.orientations_router,
        api.request_attachments,
        api.reference_router,
        api.self_checks_router,
    ),
    published=published,
    told=contracts.TOLD,
    reactions=reactions,
    views=(views.requests, views.chases),
)
cli = command_line(service)

if __name__ == "__main__":
    cli()
