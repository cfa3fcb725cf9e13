"""Structures: official numbers, and the encryption of their contact person."""

from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from intake.domain.structure import (
    Contact,
    EncryptedContact,
    LegalForm,
    Structure,
    encrypt_contact,
    normalize_structure,
)
from shared.kernel import PersonalData, Refused
from shared.testing.scenarios import context, new_id

GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
ASSOCIATION = replace(GARDENS, siret=None, rna="W442000123")


def slug_of_refusal(structure: Structure) -> str:
    with pytest.raises(Refused) as refused:
        normalize_structure(structure)
    return refused.value.slug


@pytest.mark.parametrize(
    ("typed", "normalized"),
    [
        ("73282932000074", "73282932000074"),
        ("732 829 320 00074", "73282932000074"),
        ("35600000000048", "35600000000048"),  # La Poste's head office: Luhn's sum
        ("35600000049837", "35600000049837"),  # one of its post offices: a sum of digits that is a multiple of five
    ],
)
def test_a_siret_is_kept_in_compact_form(typed: str, normalized: str) -> None:
    assert normalize_structure(replace(GARDENS, siret=typed)).siret == normalized


@pytest.mark.parametrize(
    "siret",
    [
        "73282932000075",
        "35600000049838",
        "7328293200007",
        "732829320000740",
        "7328293200007A",
        "７３２８２９３２０００００７４",
        "00000000000000",
        "-",
    ],
)
def test_a_siret_that_cannot_exist_is_refused(siret: str) -> None:
    assert slug_of_refusal(replace(GARDENS, siret=siret)) == "wrong-number"


@for_all(st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_in_a_siret_shows(place: int, shift: int) -> None:
    digits = list("73282932000074")
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert slug_of_refusal(replace(GARDENS, siret="".join(digits))) == "wrong-number"


@pytest.mark.parametrize(
    ("typed", "normalized"),
    [("W442000123", "W442000123"), ("w 442 000 123", "W442000123"), ("W2A1000123", "W2A1000123"), ("W9R1000123",) * 2],
)
def test_an_rna_number_is_kept_in_compact_form(typed: str, normalized: str) -> None:
    assert normalize_structure(replace(ASSOCIATION, rna=typed)).rna == normalized


@pytest.mark.parametrize("rna", ["442000123", "W44200012", "W4420001234", "X442000123", "W75²0000²1", "Wéé1234567"])
def test_an_rna_number_that_cannot_exist_is_refused(rna: str) -> None:
    assert slug_of_refusal(replace(ASSOCIATION, rna=rna)) == "wrong-number"


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_structure_has_at_least_one_number(nothing: str | None) -> None:
    assert slug_of_refusal(replace(GARDENS, siret=nothing, rna=nothing)) == "wrong-number"


def test_it_is_the_same_structure_by_its_siren_or_else_by_its_rna_number() -> None:
    assert normalize_structure(replace(GARDENS, rna="W442000123")).number == "732829320"
    assert normalize_structure(ASSOCIATION).number == "W442000123"


@pytest.mark.parametrize(
    ("typed", "normalized"),
    [
        ("44", "44"),
        ("01", "01"),
        ("95", "95"),
        ("2A", "2A"),
        ("2b", "2B"),
        ("971", "971"),
        ("976", "976"),
        ("988",) * 2,
    ],
)
def test_a_department_is_known_by_its_code(typed: str, normalized: str) -> None:
    assert normalize_structure(replace(GARDENS, department=typed)).department == normalized


@pytest.mark.parametrize("code", ["20", "00", "96", "1", "2C", "97", "970", "979", "999", "٤٤"])
def test_a_department_that_is_not_one_is_refused(code: str) -> None:
    assert slug_of_refusal(replace(GARDENS, department=code)) == "unknown-department"


def test_what_is_known_of_a_person_is_sealed_under_a_key_of_their_own() -> None:
    person = new_id(1)
    contact = Contact("Maëlle Kerdoncuff", "Présidente", email="maelle@example.org")
    assert encrypt_contact(contact, context()) == EncryptedContact(
        str(person),
        PersonalData(person, "Maëlle Kerdoncuff"),
        function=PersonalData(person, "Présidente"),
        email=PersonalData(person, "maelle@example.org"),
    )
