"""The followup service: its parts, and its command line."""

from __future__ import annotations

from pathlib import Path

from followup import projections
from followup.api import routers
from followup.caseload import caseload
from followup.cli import add_commands
from followup.domain import follow_up
from followup.domain.sheets import sheet
from followup.integration_events import to_integration_event
from followup.ownership import find_protected_case
from followup.reactions import reactions
from followup.settings import FollowUpSettings
from shared.contracts import followup as contracts
from shared.runtime import SHARED_DECIDERS, Service, command_line

service = Service(
    name="followup",
    title="DLA — suivi et consolidation",
    deciders=(follow_up.decider, sheet.decider, *SHARED_DECIDERS),
    routers=routers,
    to_integration_event=to_integration_event,
    publishes=contracts.PUBLISHED_EVENTS,
    reactions=reactions,
    find_protected_case=find_protected_case,
    own_settings=FollowUpSettings,
    projections=(projections.follow_ups, projections.sheets, caseload.projection),
    tags={
        "follow-ups": "Le suivi des structures\u00a0: bilans, nouveaux besoins, chiffres de l’unité.",
        "sheets": "Les fiches de capitalisation, partagées entre chargé·es d’accompagnement.",
        "people": "Ce que ce service détient d’une personne, pour ses droits.",
    },
    examples=Path(__file__).with_name("examples.json"),
    descriptions=Path(__file__).with_name("field_descriptions.toml"),
)
cli = command_line(service)
add_commands(cli, service)

if __name__ == "__main__":
    cli()
