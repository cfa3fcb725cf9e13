"""Signatures of an agreement or an amendment, as they are given in a command."""

from __future__ import annotations

from datetime import date

from parcours.domain.guards import SIGNATURE, require_since_admission
from parcours.domain.state import AgreementParty, AgreementSignature, AgreementSignatures, Parcours
from shared.kernel import Context, Day, PersonalLine, Refusal
from shared.kernel.events import command
from shared.kernel.frozen import replace

ALREADY_SIGNED = Refusal("already-signed", "Déjà signé")
NO_SIGNATURE = Refusal("no-signature", "Aucune signature", status=422)
MISSING_SIGNATURES = Refusal("missing-signatures", "Des signatures manquent", status=422)


@command
class GivenSignature:
    """The person who signed, by name, and the day on which they signed."""

    name: PersonalLine
    signed_on: Day


@command
class GivenSignatures:
    """By a leader of the structure, for the unit and by the provider; null: not yet."""

    structure: GivenSignature | None = None
    unit: GivenSignature | None = None
    provider: GivenSignature | None = None


def read_signatures(
    parcours: Parcours, given: GivenSignatures, context: Context, before: AgreementSignatures | None = None
) -> AgreementSignatures:
    """The given signatures, added to those that were there `before`. Raises without any, for a party that has signed
    already, and for a day before the admission or in the future."""
    signatures = before or AgreementSignatures()
    each = {
        AgreementParty.STRUCTURE: given.structure,
        AgreementParty.UNIT: given.unit,
        AgreementParty.PROVIDER: given.provider,
    }
    if not any(each.values()):
        raise NO_SIGNATURE("Dites qui a signé pour l’une des trois parties au moins, et quand.")
    for party, signature in each.items():
        if signature is None:
            continue
        if party in signatures.by_party:
            raise ALREADY_SIGNED(f"Cette convention est déjà signée par {party.label}.", party=party)
        require_since_admission(parcours, signature.signed_on, context.now, SIGNATURE)
        person = context.person(signature.name)
        assert not isinstance(person.key, str)
        signed = AgreementSignature(person.key, person, signed_on=signature.signed_on)
        signatures = replace(signatures, **{party.value: signed})
    return signatures


def require_all(signatures: AgreementSignatures) -> date:
    """The day of the last of the three. Raises while one is missing."""
    if missing := signatures.missing:
        raise MISSING_SIGNATURES(
            f"Il manque la signature de {', '.join(party.label for party in missing)}.", parties=missing
        )
    return signatures.last_on
