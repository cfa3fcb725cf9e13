"""Intake, put together."""

from __future__ import annotations

from pathlib import Path

from intake import bootstrap, certificates
from intake import cli as commands
from intake import projections as views
from intake.api import erasure as people
from intake.api import lookups
from intake.api import requests as api
from intake.api import retention as keeping
from intake.caseload import caseload
from intake.domain import personal_link
from intake.domain.erasure import decider as erasure
from intake.domain.retention import decider as retention
from intake.integration_events import published
from intake.operations.retention import archive
from intake.ownership import dossier
from intake.reactions import reactions
from intake.settings import Deployment
from shared.attachments.attachment import decider as attachment
from shared.contracts import intake as contracts
from shared.erasure.erasure import decider as forgetting
from shared.messaging.restored_publisher import decider as followed
from shared.runtime import Service, command_line

service = Service(
    name="intake",
    title="DLA — accueil",
    deciders=(
        bootstrap.requests,
        bootstrap.orientations,
        personal_link.decider,
        attachment,
        bootstrap.register,
        erasure,
        retention,
        forgetting,
        followed,
    ),
    routers=(
        api.router,
        api.orientations_router,
        api.links_router,
        api.request_attachments,
        api.identities_router,
        api.reference_router,
        api.self_checks_router,
        api.caseload_endpoints,
        people.router,
        certificates.router,
        keeping.router,
    ),
    to_integration_event=published,
    publishes=contracts.PUBLISHED_EVENTS,
    reactions=reactions,
    find_protected_case=dossier,
    projections=(views.requests, views.chases, caseload.view),
    own_settings=Deployment,
    hourly=(archive,),
    erases_again=people.erases_again,
    load_rights=lookups.rights,
    tags={
        "requests": "Les demandes d’accompagnement, de l’accueil à leur suite.",
        "orientations": "Les orientations vers d’autres acteurs, avec l’accord de la structure.",
        "personal links": "Les liens personnels de dirigeant·es et de prestataires, chacun vers un seul dossier.",
        "register of rights": "Qui a quel droit, sur quoi, et depuis quand.",
        "people": "Ce que l’accueil détient d’une personne, et son effacement dans tous les services.",
        "retention": "Ce qui arrive au terme de sa conservation, et ce que le ou la DPO garde plus longtemps.",
        "reference": "Les données de référence\u00a0: communes, activités, critères, cibles d’orientation.",
        "prevention": "L’auto-diagnostic des signaux faibles, sans ouvrir de dossier.",
    },
    examples=Path(__file__).with_name("examples.json"),
)
cli = command_line(service)
commands.install(cli, service)

if __name__ == "__main__":
    cli()
