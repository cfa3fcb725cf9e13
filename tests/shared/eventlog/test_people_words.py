"""One spelling for each name, mail address and telephone number, in the index and in a search."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.eventlog.people_words import searched_words, stored_words

NAME = st.text(st.sampled_from("aàâbcçdeéèêfghiîïjklłmnoôöøœpqrstuùûüvwxyÿzæ"), min_size=1, max_size=8)
DIGITS = st.text(st.sampled_from("0123456789"), min_size=8, max_size=8)
SEPARATOR = st.sampled_from(["", " ", ".", "-", "/", "\u00a0", "\u202f", "\u2011", "  "])
PREFIXES = ("0", "+33", "+33 ", "0033", "0033 ", "+33 (0)", "+33(0) ", "(+33) ", "33", "+33 0", "(0)", "")


def is_found(stored: str, searched: str) -> bool:
    return any(words <= stored_words(stored) for words in searched_words(searched))


def spelled(prefix: str, significant: str, separator: str) -> str:
    first, *rest = significant[0], *(significant[at : at + 2] for at in range(1, 9, 2))
    return f"{prefix}{first}{separator}{separator.join(rest)}"


@pytest.mark.parametrize(
    "searched", ["0240112233", "+33240112233", "0033240112233", "+33 (0)2 40 11 22 33", "240112233"]
)
def test_a_telephone_number_is_found_however_it_is_written(searched: str) -> None:
    assert is_found("02 40 11 22 33", searched)
    assert is_found("Tél. : 02.40.11.22.33 / 06.11.22.33.44", searched)
    assert is_found("\u202a+33 2 40 11 22 33\u202c", searched)
    assert not is_found("02 40 11 22 34", searched)


@given(
    st.sampled_from("12345679"),
    DIGITS,
    st.tuples(st.sampled_from(PREFIXES), SEPARATOR),
    st.tuples(st.sampled_from(PREFIXES), SEPARATOR),
)
def test_each_spelling_of_a_number_finds_each_other(
    first: str, rest: str, stored: tuple[str, str], searched: tuple[str, str]
) -> None:
    number = first + rest
    assert is_found(spelled(stored[0], number, stored[1]), spelled(searched[0], number, searched[1]))


@pytest.mark.parametrize(
    ("stored", "searched"),
    [
        ("0262 12 34 56", "+262 262 12 34 56"),
        ("+262262123456", "0262123456"),
        ("0590123456", "00590 590 12 34 56"),
        ("+32 2 123 45 67", "0032 21234567"),
        ("+44 (20) 7946 0958", "+442079460958"),
    ],
)
def test_numbers_overseas_and_abroad_have_one_spelling_too(stored: str, searched: str) -> None:
    assert is_found(stored, searched)
    assert is_found(searched, stored)


@pytest.mark.parametrize(
    ("stored", "searched"),
    [
        ("Soazig Le Bihan", "lebihan"),
        ("Soazig LeBihan", "le bihan soazig"),
        ("Yann L’Hostis", "l'hostis"),
        ("Yann L’Hostis", "LHOSTIS yann"),
        ("Anne‐Marie Bœuf", "anne marie boeuf"),
        ("Łucja Sørensen", "lucja sorensen"),
        ("m.kerdoncuff@example.org", "M.Kerdoncuff@EXAMPLE.ORG"),
        ("m.kerdoncuff@example.org", "kerdoncuff"),
        ("jean_marie@example.org", "jean marie"),
        ("Zoe\u0308 Cariou", "zoë"),
        ("02 40 11 22 33", "40 11 22"),
    ],
)
def test_names_and_mails_are_found_as_people_type_them(stored: str, searched: str) -> None:
    assert is_found(stored, searched)


def test_another_name_is_not_found() -> None:
    assert not is_found("Soazig Le Bihan", "Le Bihannic")
    assert not is_found("Soazig Le Bihan", "Soazig Le Goff")
    assert searched_words("?!") == []


@given(
    st.lists(NAME, min_size=1, max_size=4),
    st.sampled_from([" ", "-", "'", "’", "  ", "\u00a0", ""]),
    st.sampled_from([" ", "-", "'", "’", "\u2010", ""]),
    st.sampled_from(["NFC", "NFD"]),
    st.booleans(),
)
def test_a_name_is_found_whatever_its_accents_capitals_blanks_and_apostrophes(
    words: list[str], stored: str, searched: str, form: str, upper: bool
) -> None:
    query = unicodedata.normalize(form, searched.join(words))  # type: ignore[arg-type]
    assert is_found(stored.join(words), query.upper() if upper else query)
