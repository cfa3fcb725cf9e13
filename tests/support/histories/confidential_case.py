"""A case that intake said to be confidential, in a service that received this."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace
from tests.support.generated.golden_samples import service
from tests.support.histories.audit_events import commit_to_ledger, header
from tests.support.servers.reconciled_intake import receive_messages
from tests.support.servers.served_service import Served

from shared.access.case_access import ReplicateCaseAccess, decider
from shared.contracts.intake import CaseAccessChanged
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, uuid7_after
from shared.messaging import Message, messages_of

CASES = tuple(f"/api/v1/{each}/{{}}" for each in ("requests", "diagnoses", "parcours", "follow-ups", "cases"))
"""Where a dossier stands in each service."""
REASONS = {"ground": "mandat_ad_hoc", "reason": "Un mandataire ad hoc est désigné."}


def replicate_case_access(
    app: ServiceApplication, case: UUID | str, adviser: str | None, confidential: bool = True
) -> None:
    case = UUID(str(case))
    context = app.context(case, Actor("service:intake", Role.SERVICE))
    app.handle(decider, uuid7_after(case, "in-charge"), ReplicateCaseAccess(adviser, confidential), context)


def make_confidential(running: Served, name: str, case: str, adviser: str) -> None:
    """By its adviser at intake, elsewhere as received from intake."""
    if name == "intake":
        path = f"/api/v1/requests/{case}/confidentiality"
        assert running.by("adviser", subject=adviser).post(path, REASONS).status_code == 200
    elif name == "audit":
        contract = CaseAccessChanged(adviser=Served.id_of(adviser), confidential=True)
        changed = replace(header(1000, case=UUID(case)), event="case-made-confidential")
        receive_messages(
            running.application,
            [Message.of(changed, contract.topic(), contract.model_dump(mode="json"), "Un événement")],
        )
    else:
        replicate_case_access(running.application, case, Served.id_of(adviser))


def relay_case(source: Served, case: UUID | str, target: str, app: ServiceApplication) -> None:
    """What `source` publishes of a case, as the reactions of the service `target` receive it."""
    log, reactions = source.application, service(target).reactions
    entries = log.recorder.entries_of_case(UUID(str(case)))
    for message in messages_of(log, service("intake").to_integration_event, entries):
        if to := reactions.command_for(message, app):
            context = app.context(to.case or message.header.case, Actor(f"service:{target}", Role.SERVICE))
            app.handle(to.decider, to.stream, to.command, context)
    commit_to_ledger(app)
