"""The intake service: its parts, and its command line."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import typer

from intake import caseload, projections
from intake.api import build_routers
from intake.bootstrap import Deployment
from intake.cli import add_commands
from intake.domain import erasure, personal_link, retention
from intake.domain.calendar_feed import calendar_feed_decider
from intake.domain.mail import mail_decider
from intake.domain.mail_preferences import mail_preferences_decider
from intake.integration_events import to_integration_event
from intake.mail.digests import DigestWorker
from intake.mail.due import outgoing_mails
from intake.mail.mailer import Mailer
from intake.mail.waiting_tasks import WaitingTasks
from intake.operations.erasure import repeat_erasure
from intake.operations.register_list import identities
from intake.operations.retention import archive_cases
from intake.ownership import find_protected_case, load_rights
from intake.reactions import reactions
from intake.settings import IntakeSettings
from shared.access import emergency_access, seal_decider
from shared.attachments.attachment import decider as attachment
from shared.contracts import intake as contracts
from shared.erasure.erasure import decider as key_erasure
from shared.eventlog import ServiceApplication
from shared.messaging import build_service_token
from shared.messaging.restored_publisher import decider as followed
from shared.names import name_decider
from shared.runtime import Service, Worker, command_line
from shared.settings import Settings, load_settings


def build_service(deployment: Deployment) -> Service:
    def archive_due_cases(app: ServiceApplication) -> list[UUID]:
        return archive_cases(app, deployment.settings.keep_closed_months)

    def mail_workers() -> list[Callable[[ServiceApplication], Worker]]:
        if deployment.post is None:
            return []
        settings = load_settings(Settings)
        addresses = {name: str(url) for name, url in settings.feeds.items()}
        tasks = WaitingTasks(
            caseload.caseload_of(deployment), addresses, token=build_service_token(settings), trusted=settings.trusted
        )
        return [
            partial(Mailer, post=deployment.post),
            partial(DigestWorker, tasks=tasks, hour=deployment.settings.digest_hour),
        ]

    return Service(
        name="intake",
        title="DLA — accueil",
        deciders=(
            deployment.requests,
            deployment.orientations,
            personal_link.decider,
            mail_decider,
            mail_preferences_decider,
            calendar_feed_decider,
            attachment,
            deployment.register,
            erasure.decider,
            retention.decider,
            name_decider,
            key_erasure,
            followed,
            emergency_access.decider,
            seal_decider,
        ),
        routers=build_routers(deployment),
        to_integration_event=to_integration_event,
        publishes=contracts.PUBLISHED_EVENTS,
        reactions=reactions,
        find_protected_case=find_protected_case,
        projections=(
            projections.requests,
            projections.chases,
            projections.derogations,
            caseload.projection,
            identities,
            outgoing_mails,
        ),
        own_settings=IntakeSettings,
        hourly=(archive_due_cases,),
        workers=mail_workers,
        prepare=deployment.read_reference,
        erases_again=repeat_erasure,
        load_rights=load_rights,
        tags={
            "requests": "Les demandes d’accompagnement, de l’accueil à leur suite.",
            "orientations": "Les orientations vers d’autres acteurs, avec l’accord de la structure.",
            "personal links": "Les liens personnels de dirigeant·es et de prestataires, chacun vers un seul dossier.",
            "mails": "Les courriels, le lien que l’on redemande, et la synthèse que chacun·e choisit de recevoir.",
            "register of rights": "Qui a quel droit, sur quoi, et depuis quand.",
            "people": "Ce que l’accueil détient d’une personne, et son effacement dans tous les services.",
            "retention": "Ce qui arrive au terme de sa conservation, et ce que le ou la DPO garde plus longtemps.",
            "reference": "Les données de référence\u00a0: communes, activités, critères, cibles d’orientation.",
            "prevention": "L’auto-diagnostic des signaux faibles, sans ouvrir de dossier.",
        },
        examples=Path(__file__).with_name("examples.json"),
        descriptions=Path(__file__).with_name("field_descriptions.toml"),
    )


def build_command_line(service: Service, deployment: Deployment) -> typer.Typer:
    cli = command_line(service)
    add_commands(cli, service, deployment)
    return cli


deployment = Deployment()
service = build_service(deployment)
cli = build_command_line(service, deployment)

if __name__ == "__main__":
    cli()
