"""The diagnostic service: its parts, and its command line."""

from __future__ import annotations

from pathlib import Path

from diagnostic import inbox, projections
from diagnostic.api import routers
from diagnostic.caseload import caseload
from diagnostic.domain import diagnosis
from diagnostic.integration_events import to_integration_event
from diagnostic.ownership import find_protected_case
from diagnostic.reactions import reactions
from shared.contracts import diagnostic as contracts
from shared.runtime import SHARED_DECIDERS, Service, command_line

service = Service(
    name="diagnostic",
    title="DLA — diagnostic partagé",
    deciders=(diagnosis.decider, *SHARED_DECIDERS),
    routers=routers,
    to_integration_event=to_integration_event,
    publishes=contracts.PUBLISHED_EVENTS,
    reactions=reactions,
    find_protected_case=find_protected_case,
    projections=(projections.diagnoses, caseload.projection, inbox.shares, inbox.advice),
    tags={
        "diagnoses": "Les diagnostics partagés, jusqu’au plan d’accompagnement convenu.",
        "people": "Ce que ce service détient d’une personne, pour ses droits.",
    },
    examples=Path(__file__).with_name("examples.json"),
    descriptions=Path(__file__).with_name("field_descriptions.toml"),
)
cli = command_line(service)

if __name__ == "__main__":
    cli()
