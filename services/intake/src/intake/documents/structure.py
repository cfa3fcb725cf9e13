"""The structure and its contact person, as every document of intake shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from intake.domain.reference.nomenclature import LEGAL_CATEGORIES, SECTIONS, section_of
from intake.domain.structure import EncryptedContact, Structure
from shared.documents import Block, DocumentSource, Facts, Heading
from shared.kernel import capitalize_first, format_number
from shared.kernel.french import format_count


def structure_facts(structure: Structure) -> Iterator[tuple[str, str]]:
    yield "Nom", structure.name
    yield "Forme", capitalize_first(structure.legal_form.label)
    if structure.siret:
        yield "SIRET", _format_siret(structure.siret)
    if structure.rna:
        yield "Numéro RNA", structure.rna
    place = f"{structure.commune} ({structure.department})" if structure.commune else structure.department
    yield "Commune" if structure.commune else "Département", place
    if structure.naf:
        section = section_of(structure.naf)
        yield "Activité (NAF)", f"{structure.naf}{f' – {SECTIONS[section][0]}' if section else ''}"
    if structure.legal_category:
        name = LEGAL_CATEGORIES[structure.legal_category[0]]
        yield "Catégorie juridique", f"{structure.legal_category} – {name}"
    yield "Effectif", "à demander" if structure.headcount is None else format_count(structure.headcount, "personne")
    if structure.fte is not None:
        yield "Équivalents temps plein", format_number(structure.fte)
    if structure.scope:
        yield "Portée", capitalize_first(structure.scope.label)


def contact_blocks(source: DocumentSource[Any], person: EncryptedContact | None) -> Iterator[Block]:
    if person is None:
        return
    lines = (
        ("Nom", person.name),
        ("Fonction", person.function),
        ("Courriel", person.email),
        ("Téléphone", person.phone),
    )
    yield Heading("La personne à qui parler")
    yield Facts(tuple((label, source.decrypt(value)) for label, value in lines if value))


def _format_siret(digits: str) -> str:
    return "\u00a0".join((digits[:3], digits[3:6], digits[6:9], digits[9:]))
