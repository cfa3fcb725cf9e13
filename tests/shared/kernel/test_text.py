"""Text as people type and paste it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import clean_line, clean_text, compact_code, fold_text, squeeze_blanks
from shared.projections import Projection, sort_keys


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  Atelier  ", "Atelier"),
        ("A\r\nB\rC\u2028D\x85E", "A\nB\nC\nD\nE"),
        ("A\x1bB\x07C\tD\x7fE", "A B C D E"),
        ("budget\u00a0: 12\u202f000\u00a0€", "budget\u00a0: 12\u202f000\u00a0€"),
        ("\u202a02 40 11 22 33\u202c", "02 40 11 22 33"),
        ("\ufeffÉ\u200bveil", "Éveil"),
        ("E\u0301veil", "Éveil"),
        ("👩\u200d🌾 et क\u094d\u200dष", "👩\u200d🌾 et क\u094d\u200dष"),
        ("\u200b\u200d \u00a0", ""),
    ],
)
def test_what_nobody_sees_is_cleaned_and_what_is_written_stays(typed: str, expected: str) -> None:
    assert clean_text(typed) == expected


def test_a_line_has_no_line_break_and_no_word_is_glued_to_the_next() -> None:
    assert clean_line("Procès-verbal\u00a0n°\u202f3\nsuite") == "Procès-verbal\u00a0n°\u202f3 suite"
    assert squeeze_blanks("Contrôle\u00a0annuel\u202f \n de la région") == "Contrôle annuel de la région"


@pytest.mark.parametrize(
    ("name", "searched"),
    [
        ("L’Œuvre des Pins", "oeuvre"),
        ("L’Atelier d’Éveil", "l'atelier d'eveil"),
        ("Łódź", "lodz"),
        ("Øresund", "oresund"),
        ("Vandœuvre-lès-Nancy", "vandoeuvre-les-nancy"),
        ("Đặng Þór Straße", "dang thor strasse"),
        ("Saint‑Nazaire", "saint-nazaire"),
        ("12\u202f000\u00a0€", "12 000 €"),
        ("co\u00adopérative", "cooperative"),
        ("Ǿ", "o"),
    ],
)
def test_a_search_finds_whatever_the_accents_the_ligatures_and_the_apostrophes(name: str, searched: str) -> None:
    assert searched in fold_text(name)
    assert fold_text(searched) == searched


@given(st.text())
def test_folding_and_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)
    assert clean_text(clean_text(text)) == clean_text(text)
    assert compact_code(compact_code(text)) == compact_code(text)


def test_a_list_sorts_as_the_search_folds() -> None:
    names = Projection("names:v1", lambda row, _entry, _event: row, sorts=("name",))
    rows = [{"name": name} for name in ("Zinc", "Łódź", "L’Abri", "Øresund", "Œuvre")]
    ordered = sorted(rows, key=lambda row: sort_keys(names, row)["name"])
    assert [row["name"] for row in ordered] == ["L’Abri", "Łódź", "Œuvre", "Øresund", "Zinc"]
