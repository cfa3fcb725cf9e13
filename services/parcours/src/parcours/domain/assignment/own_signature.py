"""Signatures that leaders and providers give themselves on a screen: for their own party, on the text they read."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from parcours.domain.agreement_signatures import AgreementParty
from parcours.domain.assignment.agreement import AgreementCountersigned, Event, require_recorded_agreement, sign
from parcours.domain.assignment.agreement_text import agreement_hash
from parcours.domain.assignment.signatures import ALREADY_SIGNED, GivenSignature, GivenSignatures
from parcours.domain.funding.payments import FundsReleased
from parcours.domain.guards import (
    NO_AGREEMENT,
    NOT_YOUR_ASSIGNMENT,
    REQUIRES_CONSULTING,
    REQUIRES_VALIDATED_ACTION,
    require_consulting_action,
    require_retained,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import Action, Parcours
from shared.kernel import Context, PersonalLine, paris_date
from shared.kernel.events import command
from shared.kernel.vocabulary.validation import LEADERS_ONLY, STALE_CONTENT, ContentHash, require_leader

MAY_REFUSE = (
    *REQUIRES_OPEN,
    *REQUIRES_VALIDATED_ACTION,
    *REQUIRES_CONSULTING,
    NO_AGREEMENT,
    ALREADY_SIGNED,
    STALE_CONTENT,
)


@command(
    title="Signer la convention pour la structure",
    leads_to=(AgreementCountersigned, FundsReleased),
    may_refuse=(*MAY_REFUSE, LEADERS_ONLY),
)
class SignForStructure:
    """A leader signs the agreement for the structure, today. `content_hash`: of the text that they have read. `name`:
    theirs, written out as one signs."""

    action: UUID
    content_hash: ContentHash
    name: PersonalLine


@command(
    title="Signer la convention en tant que prestataire",
    leads_to=(AgreementCountersigned, FundsReleased),
    may_refuse=(*MAY_REFUSE, NOT_YOUR_ASSIGNMENT),
)
class SignAsProvider:
    """The chosen provider signs the agreement for itself, today. `content_hash` and `name`: see `SignForStructure`."""

    action: UUID
    content_hash: ContentHash
    name: PersonalLine


Command = SignForStructure | SignAsProvider


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | FundsReleased]:
    """Nobody signs for another party, nor a text that they have not read."""
    require_consulting_action(parcours, command.action)
    action = require_recorded_agreement(parcours, command.action)
    signature = GivenSignature(command.name, paris_date(context.now))
    match command:
        case SignForStructure():
            require_leader(context, "Seul·e un·e dirigeant·e de la structure signe pour elle.")
            party, given = AgreementParty.STRUCTURE, GivenSignatures(structure=signature)
        case SignAsProvider():
            if require_retained(action).account != context.actor.id:
                raise NOT_YOUR_ASSIGNMENT("Vous ne signez que la convention de votre propre intervention.")
            party, given = AgreementParty.PROVIDER, GivenSignatures(provider=signature)
    if has_signed(action, party):
        raise ALREADY_SIGNED(f"Cette convention est déjà signée par {party.label}.", party=party)
    if command.content_hash != agreement_hash(command.action, action):
        raise STALE_CONTENT("Le texte de la convention n’est plus celui que vous avez lu\u00a0: relisez-le d’abord.")
    return sign(parcours, command.action, given, context, content_hash=command.content_hash)


def available_commands(action: Action) -> Iterator[type]:
    """Of an action that is not over: for each party that has still to sign its agreement."""
    if action.agreement is None or action.operation is not None:
        return
    if not has_signed(action, AgreementParty.STRUCTURE):
        yield SignForStructure
    if not has_signed(action, AgreementParty.PROVIDER):
        yield SignAsProvider


def has_signed(action: Action, party: AgreementParty) -> bool:
    return action.agreement is not None and action.agreement.signatures.has_signed(party)
