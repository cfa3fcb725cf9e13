"""What differs at a hub: from whom audit receives, what it serves, and that nobody has a right there.

A right comes from the register of one region, and must not open the others: nobody reads a case at the hub."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from audit.api import tlog
from audit.hub.statistics import statistics_router
from audit.reactions import reactions_to
from shared.eventlog import ServiceApplication
from shared.kernel import Right
from shared.messaging import regional_publishers
from shared.runtime import Service
from shared.web.auth import no_protected_case


def deployed(service: Service, regions: tuple[str, ...]) -> Service:
    """The service as it is, or as it is at the hub of these regions."""
    if not regions:
        return service
    return replace(
        service,
        title="DLA — audit national",
        reactions=reactions_to(regional_publishers(regions)),
        routers=(tlog.router, statistics_router(regions)),
        load_rights=no_rights,
        find_protected_case=no_protected_case,
        tags={
            "ledger": "Le registre national, qui engage chaque événement de chaque région.",
            "statistics": "Les statistiques publiées par les régions, additionnées.",
        },
    )


def no_rights(_app: ServiceApplication, _identity: UUID) -> tuple[Right, ...]:
    return ()
