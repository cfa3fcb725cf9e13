"""Parcours, put together."""

from __future__ import annotations

from pathlib import Path

from parcours import api, views
from parcours.caseload import caseload
from parcours.domain import fund, operation, parcours
from parcours.domain.consultation import consultation
from parcours.dossier import dossier
from parcours.published import published
from parcours.reactions import reactions
from shared.access.case_access import decider as in_charge
from shared.access.replicated_rights import decider as rights
from shared.attachments.attachment import decider as attachment
from shared.contracts import parcours as contracts
from shared.erasure.erasure import decider as forgetting
from shared.messaging.restored_publisher import decider as followed
from shared.runtime import Service, command_line
from shared.web.standard import people_router

service = Service(
    name="parcours",
    title="DLA — parcours d’accompagnement",
    deciders=(
        parcours.decider,
        fund.decider,
        consultation.decider,
        operation.decider,
        attachment,
        rights,
        in_charge,
        forgetting,
        followed,
    ),
    routers=(
        api.router,
        api.parcours_attachments,
        api.consultations_router,
        api.funds_router,
        api.operations_router,
        api.caseload_endpoints,
        people_router(),
    ),
    to_integration_event=published,
    publishes=contracts.PUBLISHED_EVENTS,
    reactions=reactions,
    find_protected_case=dossier,
    projections=(views.parcours_list, views.funds, views.operations, caseload.view),
    tags={
        "parcours": "Les parcours\u00a0: construits, validés, coordonnés, terminés.",
        "consultations": "Les consultations de prestataires, des besoins à la convention.",
        "funds": "Les fonds d’ingénierie des unités, année par année.",
        "operations": "Les opérations collectives, à deux structures au moins.",
        "people": "Ce que ce service détient d’une personne, pour ses droits.",
    },
    examples=Path(__file__).with_name("examples.json"),
)
cli = command_line(service)

if __name__ == "__main__":
    cli()
