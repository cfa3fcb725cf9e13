"""The structure that asks for help, identified by its official numbers, and the person who speaks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from annotated_types import Len

from intake.domain.reference import codes
from intake.domain.reference.codes import WRONG_NUMBER
from intake.domain.reference.reference import SHIPPED_REFERENCE, ReferenceData
from shared.kernel import (
    Context,
    Count,
    FullTimeEquivalents,
    LabelledEnum,
    Line,
    PersonalData,
    PersonalLine,
    Refusal,
    compact_code,
)
from shared.kernel.events import command
from shared.kernel.frozen import frozen

OTHER_STRUCTURE = Refusal("another-structure", "Une autre structure")


class LegalForm(LabelledEnum):
    ASSOCIATION = "association", "association"
    COOPERATIVE = "cooperative", "coopérative"
    MUTUAL = "mutual", "mutuelle"
    FOUNDATION = "foundation", "fondation"
    ESS_COMPANY = "ess_company", "société commerciale de l’économie sociale et solidaire"
    SIAE = "siae", "structure d’insertion par l’activité économique"
    OTHER = "other", "autre forme"


class Scope(LabelledEnum):
    """`regional`: several departments, a network or a federation, for the regional DLA."""

    LOCAL = "local", "locale"
    REGIONAL = "regional", "plusieurs départements, réseau ou fédération"


@command
class Structure:
    """`siret` 14 digits or `rna` (W and 9 characters): at least one. `department`: its INSEE code, 2A and 971 included.

    `headcount` null means that it is not known yet, never zero. INSEE codes: `commune_code` 5
    characters (COG), `naf` as 88.99B, `legal_category` 4 digits. `postcode`: in the department, CEDEX ones too."""

    name: Line
    legal_form: LegalForm
    department: Annotated[str, Len(2, 3)]
    siret: str | None = None
    rna: str | None = None
    commune: Line | None = None
    headcount: Count | None = None
    fte: FullTimeEquivalents | None = None
    scope: Scope | None = None
    commune_code: str | None = None
    naf: str | None = None
    legal_category: str | None = None
    postcode: str | None = None

    @property
    def number(self) -> str:
        """Identifies the structure from one request to the next: its SIREN, or its RNA number."""
        return self.siren or str(self.rna)

    @property
    def siren(self) -> str | None:
        return self.siret[:9] if self.siret else None

    @property
    def numbers(self) -> tuple[str, ...]:
        """Every number that identifies the structure: its SIREN and its RNA number, those that are known."""
        return tuple(filter(None, (self.siren, self.rna)))


@frozen
class Prefill:
    """Hints from a public directory, with their time. They refuse nobody (the directory lacks ESUS companies).

    `headcount_band`: INSEE's code; NN and 00 mean that it must be asked. `is_closed`: the company has ceased, or its
    seat is closed."""

    source: str
    read_at: datetime
    legal_category: str | None = None
    naf: str | None = None
    commune_code: str | None = None
    headcount_band: str | None = None
    is_ess: bool | None = None
    is_association: bool | None = None
    is_siae: bool | None = None
    is_closed: bool | None = None


@command
class Contact:
    """The person who speaks for the structure, as in a request body."""

    name: PersonalLine
    function: PersonalLine | None = None
    email: PersonalLine | None = None
    phone: PersonalLine | None = None


@frozen
class EncryptedContact:
    """The contact as the log stores them: an id, and values encrypted with that id's key."""

    person: str
    name: PersonalData
    function: PersonalData | None = None
    email: PersonalData | None = None
    phone: PersonalData | None = None


def normalize_structure(structure: Structure, reference: ReferenceData = SHIPPED_REFERENCE) -> Structure:
    """The structure with its numbers and codes in compact form. Raises Refused for codes that do not exist or agree."""
    if not structure.siret and not structure.rna:
        raise WRONG_NUMBER("Un SIRET ou un numéro RNA est attendu.")
    siret = codes.siret(structure.siret) if structure.siret else None
    rna = codes.rna(structure.rna) if structure.rna else None
    department, code, communes = codes.department(structure.department), structure.commune_code, reference.communes
    commune = codes.commune(code, department, communes) if code else None
    return replace(
        structure,
        department=department,
        siret=siret,
        rna=rna,
        commune=structure.commune or (commune.name if commune else None),
        commune_code=compact_code(code) if code else None,
        postcode=codes.postcode(structure.postcode, department, communes) if structure.postcode else None,
        naf=codes.activity(structure.naf, reference) if structure.naf else None,
        legal_category=codes.legal_category(structure.legal_category) if structure.legal_category else None,
    )


def encrypt_contact(contact: Contact, context: Context) -> EncryptedContact:
    name = context.person(contact.name)

    def under_their_key(value: str | None) -> PersonalData | None:
        return PersonalData(name.key, value) if value else None

    return EncryptedContact(
        str(name.key),
        name,
        function=under_their_key(contact.function),
        email=under_their_key(contact.email),
        phone=under_their_key(contact.phone),
    )


def apply_correction(before: Structure, after: Structure, reference: ReferenceData = SHIPPED_REFERENCE) -> Structure:
    """A missing number may be added; another number is another structure, and so is one that replaces the only number
    known. Raises Refused."""
    after = normalize_structure(after, reference)
    other_rna = before.rna and after.rna != before.rna and (after.rna is not None or before.siret is None)
    if other_rna or (before.siret and before.number != after.number):
        raise OTHER_STRUCTURE("Ce numéro est celui d’une autre structure\u00a0: ouvrez-lui sa propre demande.")
    return after
