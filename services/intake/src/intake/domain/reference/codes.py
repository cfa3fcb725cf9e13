"""Checks of official numbers and codes: whether they exist, and agree with one another."""

from __future__ import annotations

import re

from stdnum.exceptions import InvalidComponent, ValidationError
from stdnum.fr import siret as siret_numbers

from intake.domain.reference.communes import Commune, Communes
from intake.domain.reference.nomenclature import LEGAL_CATEGORIES, section_of
from intake.domain.reference.reference import ReferenceData
from shared.kernel import Refusal, compact_code

WRONG_NUMBER = Refusal("wrong-number", "Numéro d’identification invalide", status=422)
UNKNOWN_DEPARTMENT = Refusal("unknown-department", "Département inconnu", status=422)
UNKNOWN_CODE = Refusal("unknown-code", "Code inconnu", status=422)
OTHER_DEPARTMENT = Refusal("another-department", "Codes de départements différents", status=422)
MAINLAND = {f"{n:02}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
OVERSEAS = {"971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"}
COMMUNE = re.compile(r"(2[AB]|[013-9][0-9]|2[1-9])[0-9]{3}")
LETTERS_OF_2025 = "GHIJKLMNOPQRSTUVWXY"
"""The last letters of the sub-classes of the NAF of 2025. A single sub-class of its class has a Y."""
DIVISIONS_ENDED_IN_2025 = {"45"}
ALL_ZEROS = "000000000"
"""Its checksum is right, but no SIREN consists of zeros."""


def siret(number: str) -> str:
    """python-stdnum checks the Luhn sums, with La Poste's exception."""
    try:
        compact: str = siret_numbers.validate(compact_code(number))
        if compact.startswith(ALL_ZEROS):
            raise InvalidComponent
    except ValidationError:
        raise WRONG_NUMBER("Ce numéro ne peut être un SIRET\u00a0: vérifiez ses 14 chiffres.") from None
    return compact


def rna(number: str) -> str:
    compact = compact_code(number)
    if not re.fullmatch(r"W[0-9][0-9A-Z][0-9]{7}", compact):
        raise WRONG_NUMBER("Un numéro RNA s’écrit W suivi de neuf caractères, comme W442000123.")
    return compact


def department(code: str) -> str:
    code = compact_code(code)
    if code not in MAINLAND | OVERSEAS:
        raise UNKNOWN_DEPARTMENT("Aucun département ne porte ce code\u00a0: par exemple 44, 2A ou 971.")
    return code


def commune(code: str, department: str, communes: Communes) -> Commune | None:
    """None without a list of communes: then only the shape of the code and its department are checked."""
    code = compact_code(code)
    if not COMMUNE.fullmatch(code):
        raise UNKNOWN_CODE(
            "Le code INSEE d’une commune a cinq caractères, comme 44109 ou 2A004\u202f; ce n’est pas le code postal."
        )
    listed = communes.by_code.get(code)
    if department not in (listed.department if listed else None, department_in(code)):
        raise OTHER_DEPARTMENT(
            f"La commune {code} n’est pas du département {department}\u00a0: corrigez l’un ou l’autre."
        )
    if communes.by_code and listed is None:
        raise UNKNOWN_CODE(
            f"Aucune commune ne porte le code INSEE {code}\u00a0: vérifiez-le (ce n’est pas le code postal), ou "
            "laissez-le vide."
        )
    return listed


def department_in(commune_code: str) -> str:
    return commune_code[:3] if commune_code[:2] in ("97", "98") else commune_code[:2]


def postcode(text: str, department: str, communes: Communes) -> str:
    """A postcode is of the department, except the few whose post office is across its border."""
    compact = compact_code(text)
    if not re.fullmatch(r"[0-9]{5}", compact):
        raise UNKNOWN_CODE("Un code postal a cinq chiffres, comme 44000.")
    if not communes.serves(compact, department):
        raise OTHER_DEPARTMENT(
            f"Le code postal {compact} n’est pas du département {department}\u00a0: corrigez l’un ou l’autre."
        )
    return compact


def activity(code: str, reference: ReferenceData) -> str:
    """A sub-class of the NAF: of a section that exists, and listed if it is of the revision that is listed.

    Those of the revision of 2025, compulsory from 2027 on, end with a letter from G to Y; none of the revision 2 does.
    Their list is not shipped: without a deployment's own, their division is checked."""
    match = re.fullmatch(r"([0-9]{2})([0-9]{2})([A-Z])", compact_code(code))
    if not match or section_of(match[1]) is None:
        raise UNKNOWN_CODE("Un code NAF s’écrit comme 88.99B.")
    formatted = f"{match[1]}.{match[2]}{match[3]}"
    of_2025 = match[3] in LETTERS_OF_2025 and match[1] not in DIVISIONS_ENDED_IN_2025
    if reference.activities and formatted not in reference.activities and not of_2025:
        raise UNKNOWN_CODE(f"La NAF n’a pas d’activité {formatted}\u00a0: vérifiez le code, ou laissez-le vide.")
    return formatted


def legal_category(code: str) -> str:
    code = compact_code(code)
    if not re.fullmatch(r"[0-9]{4}", code) or code[0] not in LEGAL_CATEGORIES:
        raise UNKNOWN_CODE(
            "Une catégorie juridique de l’INSEE a quatre chiffres, comme 9220 pour une association déclarée."
        )
    return code
