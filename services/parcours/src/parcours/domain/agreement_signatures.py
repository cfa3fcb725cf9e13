"""Signatures of an agreement: who signed for each party, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from datetime import date
from uuid import UUID

from shared.kernel import LabelledEnum, PersonalData
from shared.kernel.frozen import frozen


class AgreementParty(LabelledEnum):
    """The three that sign an agreement; of a collective operation, each structure for itself."""

    STRUCTURE = "structure", "la structure"
    UNIT = "unit", "l’unité du DLA"
    PROVIDER = "provider", "le prestataire"


@frozen
class AgreementSignature:
    """Who signed for a party, an id and a name under that id's key, and when."""

    person: UUID
    name: PersonalData
    signed_on: date


@frozen
class AgreementSignatures:
    """What each of the three signed with; null: not yet. `structures`: of a collective operation, what each structure
    signed with, by its case, in place of `structure`."""

    structure: AgreementSignature | None = None
    unit: AgreementSignature | None = None
    provider: AgreementSignature | None = None
    structures: dict[UUID, AgreementSignature | None] = field(default_factory=dict)

    def __iter__(self) -> Iterator[AgreementSignature]:
        """Those that are there."""
        for signature in (self.structure, *self.structures.values(), self.unit, self.provider):
            if signature:
                yield signature

    def has_signed(self, party: AgreementParty) -> bool:
        match party:
            case AgreementParty.STRUCTURE:
                signed = self.structures and all(self.structures.values())
                return bool(self.structure or signed)
            case AgreementParty.UNIT:
                return self.unit is not None
            case AgreementParty.PROVIDER:
                return self.provider is not None

    @property
    def missing(self) -> list[AgreementParty]:
        return [party for party in AgreementParty if not self.has_signed(party)]

    @property
    def last_on(self) -> date:
        """The day of the last of them."""
        return max(signature.signed_on for signature in self)
