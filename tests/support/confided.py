"""A case that intake said to be confidential, in a service that heard of it."""

from __future__ import annotations

from uuid import UUID

from heard import committed
from samples import service
from serving import Served

from shared.decider import Actor, Role
from shared.eventlog.application import ServiceApplication
from shared.ids import uuid7_after
from shared.rights.in_charge import HearInCharge, decider
from shared.transport.wire import messages_of

REASONS = {"reason": "mandat_ad_hoc", "motive": "Un mandataire ad hoc est désigné."}


def heard(app: ServiceApplication, case: UUID | str, adviser: str | None, confidential: bool = True) -> None:
    case = UUID(str(case))
    context = app.context(case, Actor("service:intake", Role.SERVICE))
    app.handle(decider, uuid7_after(case, "in-charge"), HearInCharge(adviser, confidential), context)


def carried(told_by: Served, case: UUID | str, hears: str, app: ServiceApplication) -> None:
    """What intake tells of a case, as the reactions of another service hear it."""
    log, reactions = told_by.application, service(hears).reactions
    entries = log.recorder.entries_of_case(UUID(str(case)))
    for message in messages_of(log, service("intake").published, entries):
        if to := reactions.to(message, app):
            context = app.context(to.case or message.header.case, Actor(f"service:{hears}", Role.SERVICE))
            app.handle(to.decider, to.stream, to.command, context)
    committed(app)
