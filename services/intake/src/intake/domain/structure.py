"""Who asks for help: a structure, told apart by its official numbers, and the person who speaks for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from annotated_types import Len
from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.fr import siret as siret_numbers

from intake.domain.nomenclature import LEGAL_CATEGORIES, section_of
from shared.decider import Context, Refusal
from shared.events import command
from shared.fields import Count, FullTimeEquivalents, Line
from shared.frozen import replace
from shared.sealed import Sealed

WRONG_NUMBER = Refusal("wrong-number", "Numéro d’identification invalide", status=422)
UNKNOWN_DEPARTMENT = Refusal("unknown-department", "Département inconnu", status=422)
ANOTHER_STRUCTURE = Refusal("another-structure", "Une autre structure")
UNKNOWN_CODE = Refusal("unknown-code", "Code inconnu", status=422)
MAINLAND = {f"{n:02}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
NOBODYS = "000000000"
"""Its sum is right, and yet no SIREN is made of zeros."""
OVERSEAS = {"971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"}


class LegalForm(StrEnum):
    ASSOCIATION = "association"
    COOPERATIVE = "cooperative"
    MUTUAL = "mutual"
    FOUNDATION = "foundation"
    ESS_COMPANY = "ess_company"
    SIAE = "siae"
    OTHER = "other"


class Scope(StrEnum):
    """`regional`: of several departments, a network or a federation; it goes to the regional DLA."""

    LOCAL = "local"
    REGIONAL = "regional"


@command
class Structure:
    """`siret` 14 digits or `rna` (W and 9 characters): at least one. `department`: its INSEE code, 2A and 971 included.

    `headcount` null means that it was not asked yet, never that there is nobody. INSEE codes: `commune_code` 5
    characters (COG), `naf` as 88.99B, `legal_category` 4 digits."""

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

    @property
    def number(self) -> str:
        """What makes it the same structure from one request to the next: its SIREN, or its RNA number."""
        return self.siret[:9] if self.siret else str(self.rna)


@dataclass(frozen=True, slots=True)
class Prefill:
    """What a public directory said of the structure, and when: hints, that refuse nobody (ESUS companies are missing).

    `headcount_band`: INSEE's code; NN and 00 mean that it must be asked."""

    source: str
    read_at: datetime
    legal_category: str | None = None
    naf: str | None = None
    commune_code: str | None = None
    headcount_band: str | None = None
    is_ess: bool | None = None
    is_association: bool | None = None
    is_siae: bool | None = None


@command
class Contact:
    """The person who speaks for the structure, as typed in."""

    name: Line
    function: Line | None = None
    email: Line | None = None
    phone: Line | None = None


@dataclass(frozen=True, slots=True)
class SealedContact:
    """The same person as the log knows them: an id, and values under that id's key."""

    person: str
    name: Sealed
    function: Sealed | None = None
    email: Sealed | None = None
    phone: Sealed | None = None


def checked(structure: Structure) -> Structure:
    """The structure with its numbers and codes in compact form. Refuses those that cannot exist."""
    if not structure.siret and not structure.rna:
        raise WRONG_NUMBER("Un SIRET ou un numéro RNA est attendu.")
    siret = _siret(structure.siret) if structure.siret else None
    rna = _rna(structure.rna) if structure.rna else None
    department = _department(structure.department)
    return replace(
        structure,
        department=department,
        siret=siret,
        rna=rna,
        commune_code=_commune(structure.commune_code, department) if structure.commune_code else None,
        naf=_naf(structure.naf) if structure.naf else None,
        legal_category=_legal_category(structure.legal_category) if structure.legal_category else None,
    )


def sealed(contact: Contact, context: Context) -> SealedContact:
    person = context.new_id()

    def under_their_key(value: str | None) -> Sealed | None:
        return Sealed(person, value) if value else None

    return SealedContact(
        str(person),
        Sealed(person, contact.name),
        under_their_key(contact.function),
        under_their_key(contact.email),
        under_their_key(contact.phone),
    )


def _siret(number: str) -> str:
    """python-stdnum knows the Luhn sums, and La Poste's exception to them."""
    try:
        compact: str = siret_numbers.validate(number)
        if compact.startswith(NOBODYS):
            raise InvalidComponent
    except ValidationError:
        raise WRONG_NUMBER("Ce SIRET n’existe pas\u202f: vérifiez ses 14 chiffres.") from None
    return compact


def _rna(number: str) -> str:
    compact = number.replace(" ", "").upper()
    if not re.fullmatch(r"W[0-9][0-9A-Z][0-9]{7}", compact):
        raise WRONG_NUMBER("Un numéro RNA s’écrit W suivi de neuf caractères, comme W442000123.")
    return compact


def _department(code: str) -> str:
    code = code.upper()
    if code not in MAINLAND | OVERSEAS:
        raise UNKNOWN_DEPARTMENT("Aucun département ne porte ce code.")
    return code


def _commune(code: str, department: str) -> str:
    """Only its shape is known here, and that it lies in the department."""
    code = code.upper()
    if not re.fullmatch(r"[0-9][0-9AB][0-9]{3}", code) or not code.startswith(department):
        raise UNKNOWN_CODE("Le code INSEE d’une commune a cinq caractères, et commence par celui de son département.")
    return code


def _naf(code: str) -> str:
    found = re.fullmatch(r"([0-9]{2})\.?([0-9]{2})([A-Z])", code.strip().upper())
    if not found or section_of(found[1]) is None:
        raise UNKNOWN_CODE("Un code NAF s’écrit comme 88.99B.")
    return f"{found[1]}.{found[2]}{found[3]}"


def _legal_category(code: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", code) or code[0] not in LEGAL_CATEGORIES:
        raise UNKNOWN_CODE(
            "Une catégorie juridique de l’INSEE a quatre chiffres, comme 9220 pour une association déclarée."
        )
    return code


def corrected(before: Structure, after: Structure) -> Structure:
    """What was wrong is put right, and a number that was missing is added; another number is another structure."""
    after = checked(after)
    if (before.siret and before.number != after.number) or (before.rna and after.rna not in (None, before.rna)):
        raise ANOTHER_STRUCTURE("Ce numéro est celui d’une autre structure\u202f: ouvrez-lui sa propre demande.")
    return after
