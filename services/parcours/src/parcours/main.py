"""The parcours service: its deciders, routers, reactions, projections and settings."""

from __future__ import annotations

from pathlib import Path

from parcours import projections
from parcours.api import agreement_texts, attachments, derogations, funds, operations, provider, provider_cases, tenders
from parcours.api import parcours as api
from parcours.caseload import caseload
from parcours.domain import parcours
from parcours.domain.collective import operation
from parcours.domain.funding import fund
from parcours.domain.tender import tender
from parcours.integration_events import to_integration_event
from parcours.ownership import find_protected_case
from parcours.reactions import reactions
from parcours.settings import ParcoursSettings
from shared.contracts import parcours as contracts
from shared.runtime import SHARED_DECIDERS, Service, command_line
from shared.web.standard import people_router

api.endpoints.get_with_parts()  # once its tenders and attachments are declared

service = Service(
    name="parcours",
    title="DLA — parcours d’accompagnement",
    deciders=(
        parcours.decider,
        fund.decider,
        tender.decider,
        operation.decider,
        *SHARED_DECIDERS,
    ),
    routers=(
        derogations.router,
        api.router,
        agreement_texts.router,
        provider.router,
        provider_cases.router,
        attachments.router,
        tenders.router,
        funds.router,
        operations.router,
        operations.attachments,
        tenders.operation_router,
        api.caseload_endpoints,
        people_router(),
    ),
    to_integration_event=to_integration_event,
    publishes=contracts.PUBLISHED_EVENTS,
    reactions=reactions,
    find_protected_case=find_protected_case,
    own_settings=ParcoursSettings,
    projections=(
        projections.parcours_list,
        projections.derogations,
        projections.funds,
        projections.operations,
        caseload.projection,
    ),
    tags={
        "parcours": "Les parcours\u00a0: construits, validés, coordonnés, terminés.",
        "provider cases": "Ce qui revient à un prestataire, tous dossiers confondus.",
        "tenders": "Les consultations de prestataires, des besoins à la convention.",
        "funds": "Les fonds d’ingénierie des unités, année par année.",
        "operations": "Les opérations collectives, à deux structures au moins.",
        "operation-attachments": "Les pièces jointes d’une opération collective.",
        "operation-tenders": "Les consultations menées une fois pour toutes les structures d’une opération.",
        "people": "Ce que ce service détient d’une personne, pour ses droits.",
    },
    examples=Path(__file__).with_name("examples.json"),
    descriptions=Path(__file__).with_name("field_descriptions.toml"),
)
cli = command_line(service)

if __name__ == "__main__":
    cli()
