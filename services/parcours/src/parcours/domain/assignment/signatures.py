"""Signatures of an agreement or an amendment, as they are given in a command."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from parcours.domain.agreement_signatures import AgreementParty, AgreementSignature, AgreementSignatures
from parcours.domain.collective.state import MAX_BENEFICIARIES, MissionView
from parcours.domain.guards import SIGNATURE, require_since_admission
from parcours.domain.state import Parcours
from shared.kernel import Context, Day, PersonalLine, Refusal
from shared.kernel.events import command
from shared.kernel.french import format_count
from shared.kernel.frozen import replace

ALREADY_SIGNED = Refusal("already-signed", "Déjà signé")
NO_SIGNATURE = Refusal("no-signature", "Aucune signature", status=422)
UNEXPECTED_SIGNATORY = Refusal("unexpected-signatory", "Signataire inattendu", status=422)
MISSING_SIGNATURES = Refusal("missing-signatures", "Des signatures manquent", status=422)


@command
class GivenSignature:
    """The person who signed, by name, and the day on which they signed."""

    name: PersonalLine
    signed_on: Day


@command
class GivenStructureSignature:
    """The person who signed for a structure of a collective operation, which its `case` names, and the day."""

    case: UUID
    name: PersonalLine
    signed_on: Day


@command
class GivenSignatures:
    """By a leader of the structure, for the unit and by the provider; null: not yet. In a collective operation, each
    structure signs for itself, under `structures`."""

    structure: GivenSignature | None = None
    unit: GivenSignature | None = None
    provider: GivenSignature | None = None
    structures: Annotated[tuple[GivenStructureSignature, ...], Len(0, MAX_BENEFICIARIES)] = ()


def read_signatures(
    parcours: Parcours, given: GivenSignatures, context: Context, before: AgreementSignatures | None = None
) -> AgreementSignatures:
    """The given signatures, added to those that were there `before`. Raises without any, for one that is not expected
    or is there already, and for a day before the admission or in the future."""
    signatures = before or awaited_signatures(parcours)
    _check_signatories(parcours, given, signatures)
    already_signed = _already_signed(parcours, signatures)
    each = {
        AgreementParty.STRUCTURE: given.structure,
        AgreementParty.UNIT: given.unit,
        AgreementParty.PROVIDER: given.provider,
    }
    if not any(each.values()) and not given.structures:
        raise NO_SIGNATURE("Dites qui a signé pour l’une des parties au moins, et quand.")
    for party, signature in each.items():
        if signature is None:
            continue
        if signatures.has_signed(party):
            raise already_signed(f"Cette convention est déjà signée par {party.label}.", party=party)
        signatures = _with_signature(signatures, party, _read_signature(parcours, signature, context))
    for by_structure in given.structures:
        if signatures.structures.get(by_structure.case):
            raise already_signed("Cette structure a déjà signé la convention.", case=str(by_structure.case))
        signature_read = _read_signature(parcours, by_structure, context)
        structures: dict[UUID, AgreementSignature | None] = {by_structure.case: signature_read}
        signatures = replace(signatures, structures=signatures.structures | structures)
    return signatures


def _already_signed(parcours: Parcours, signatures: AgreementSignatures) -> Refusal:
    """It depends on the body for as long as somebody else may sign: a structure that joined later, too."""
    present = parcours.signatories if isinstance(parcours, MissionView) else ()
    later = signatures.structure is None and any(signatures.structures.get(case) is None for case in present)
    return ALREADY_SIGNED.of_body(bool(signatures.missing) or later)


def awaited_signatures(parcours: Parcours, former: AgreementSignatures | None = None) -> AgreementSignatures:
    """Those of an agreement that nobody has signed yet: of a collective operation, of each of its structures. Where all
    are given anew in place of the `former` ones, of the structures that signed these."""
    if former and former.structures:
        return AgreementSignatures(structures=dict.fromkeys(former.structures))
    if isinstance(parcours, MissionView):
        return AgreementSignatures(structures=dict.fromkeys(parcours.signatories))
    return AgreementSignatures()


def _check_signatories(parcours: Parcours, given: GivenSignatures, before: AgreementSignatures) -> None:
    if not isinstance(parcours, MissionView):
        if given.structures:
            raise UNEXPECTED_SIGNATORY("Une seule structure signe cette convention\u00a0: donnez sa signature à part.")
        return
    if given.structure:
        raise UNEXPECTED_SIGNATORY(
            "Chaque structure de l’opération signe pour elle-même\u00a0: dites qui a signé pour chacune, et quand."
        )
    known = {*parcours.signatories, *before.structures}
    if unknown := [str(each.case) for each in given.structures if each.case not in known]:
        raise UNEXPECTED_SIGNATORY("Une structure qui signe est de l’opération.", cases=unknown)


def _with_signature(
    signatures: AgreementSignatures, party: AgreementParty, signature: AgreementSignature
) -> AgreementSignatures:
    match party:
        case AgreementParty.STRUCTURE:
            return replace(signatures, structure=signature)
        case AgreementParty.UNIT:
            return replace(signatures, unit=signature)
        case AgreementParty.PROVIDER:
            return replace(signatures, provider=signature)


def _read_signature(
    parcours: Parcours, given: GivenSignature | GivenStructureSignature, context: Context
) -> AgreementSignature:
    require_since_admission(parcours, given.signed_on, context.now, SIGNATURE)
    person = context.person(given.name)
    assert not isinstance(person.key, str)
    return AgreementSignature(person.key, person, signed_on=given.signed_on)


def require_all(signatures: AgreementSignatures) -> date:
    """The day of the last signature. Raises while one is missing."""
    if missing := signatures.missing:
        raise MISSING_SIGNATURES(
            f"Il manque la signature de {', '.join(_describe(party, signatures) for party in missing)}.",
            parties=missing,
        )
    return signatures.last_on


def _describe(party: AgreementParty, signatures: AgreementSignatures) -> str:
    """A party, or how many structures: the id of one may be hidden from who asks."""
    if party is AgreementParty.STRUCTURE and signatures.structures:
        return format_count(sum(each is None for each in signatures.structures.values()), "structure")
    return party.label
