"""Endpoint of an agreement as its parties read and sign it: the text, its hash, who has signed and who has not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from parcours.documents.agreement import agreement
from parcours.domain import parcours
from parcours.domain.agreement_signatures import AgreementParty, AgreementSignature
from parcours.domain.assignment.agreement_text import agreement_hash
from parcours.domain.assignment.own_signature import SignAsProvider, SignForStructure, available_commands
from parcours.domain.guards import NO_AGREEMENT, NOT_YOUR_ASSIGNMENT, require_action
from parcours.domain.state import OPEN_STATUSES, Action
from shared.documents import rendering
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.temporal import PRESENT
from shared.web.auth import CASE_READERS, Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import Shape
from shared.web.requests import AppDep, RecordedPointDep, case_router
from shared.web.resources import load_source

READERS = frozenset({*CASE_READERS, Role.PROVIDER})
OWN_SIGNATURES = {Role.LEADER: (SignForStructure, "structure"), Role.PROVIDER: (SignAsProvider, "provider")}
"""The command by which each role signs for itself, and the end of its address."""
router = case_router("/parcours", "parcours")


@dataclass(frozen=True, slots=True)
class SignatureOfParty:
    """What a party has signed with; `name` and `signed_on` are null until it has."""

    party: AgreementParty
    party_label: str
    name: str | None
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class AgreementToRead:
    """`content_hash`: what a signature names. `sign`: where the caller signs it for their own party; null where they
    have, cannot, or read a past text. `document`: its title and blocks, as in the JSON of a document."""

    action: UUID
    content_hash: str
    in_force: bool
    signatures: list[SignatureOfParty]
    sign: str | None
    document: Annotated[dict[str, Any], Shape(rendering.DocumentData)]


@router.get("/{id}/actions/{action}/agreement", summary="Read an agreement before signing it")
def read_agreement(
    id: UUID,  # noqa: A002
    action: UUID,
    app: AppDep,
    caller: Annotated[Caller, requires(*READERS)],
    at: RecordedPointDep,
    response: Response,
) -> AgreementToRead:
    """Once it is recorded. A provider reads its own and no other; in the past, what was its own then and is today. Only
    the text of today is signed."""
    authorize(caller, id, parcours.decider.name)
    then = load_case_for_response(app, parcours.decider, id, at, response)
    source = load_source(app, parcours.decider, None, case=id, stream=id, version=then.version)
    state = require_action(source.state, action)
    today = require_action(app.load_existing(parcours.decider, id).state, action)
    for each in (today, state):
        check_own(caller, each)
    if state.agreement is None:
        raise NO_AGREEMENT("La convention de cette prestation n’est pas encore enregistrée.")
    return AgreementToRead(
        action,
        agreement_hash(action, state),
        in_force=state.is_agreed,
        signatures=_signatures(app, state),
        sign=_signing_address(caller, id, action, state) if at == PRESENT else None,
        document={**rendering.render_data(agreement(source, action))},
    )


def check_own(caller: Caller, action: Action) -> None:
    """Raises for a provider that was not chosen for the action, or does not know yet that it was."""
    if caller.actor.role is not Role.PROVIDER:
        return
    retained = action.retained
    if retained is None or retained.account != caller.actor.id or action.agreement is None:
        raise NOT_YOUR_ASSIGNMENT("Vous ne lisez que la convention de votre propre intervention.")


def _signatures(app: ServiceApplication, action: Action) -> list[SignatureOfParty]:
    assert action.agreement is not None
    given = action.agreement.signatures
    by_party: dict[AgreementParty, AgreementSignature | None] = {
        AgreementParty.STRUCTURE: given.structure,
        AgreementParty.UNIT: given.unit,
        AgreementParty.PROVIDER: given.provider,
    }
    return [
        SignatureOfParty(
            party,
            party.label,
            name=app.key_store.display_text(signature.name) if signature else None,
            signed_on=signature.signed_on if signature else None,
        )
        for party, signature in by_party.items()
    ]


def _signing_address(caller: Caller, case: UUID, key: UUID, action: Action) -> str | None:
    """Of the caller's own signature, while it is awaited."""
    command, end = OWN_SIGNATURES.get(caller.actor.role, (None, ""))
    if command is None or action.status not in OPEN_STATUSES or command not in set(available_commands(action)):
        return None
    return f"/api/v1/parcours/{case}/actions/{key}/agreement/signatures/{end}"
