"""CSV tables: a spreadsheet opens them as they are meant, and takes no text for a formula."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.documents import write_csv
from shared.documents.csv_table import FORMULA_PREFIXES

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.sampled_from(
        ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("http://x")', 'a";=1', "a\r\n=1"]
    ),
)


def read(written: bytes) -> list[list[str]]:
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";"))


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_no_text_is_taken_for_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    _, *found = read(write_csv(["un", "deux"], rows))
    for cells, meant in zip(found, rows, strict=True):
        assert not [cell for cell in cells if cell.startswith(FORMULA_PREFIXES)]
        assert [cell[1:] if cell == f"'{text}" else cell for cell, text in zip(cells, meant, strict=True)] == meant


@pytest.mark.parametrize("prefix", FORMULA_PREFIXES)
def test_each_prefix_of_a_formula_is_guarded_in_a_cell_and_in_a_heading(prefix: str) -> None:
    assert read(write_csv([f"{prefix}1+1"], [[f"{prefix}1+1"]])) == [[f"'{prefix}1+1"]] * 2


def test_numbers_are_numbers_as_they_are_written_in_french() -> None:
    [_, cells] = read(write_csv(["a", "b", "c", "d", "e"], [[-1.5, 3, 0.25, 2_000_000_000_00, None]]))
    assert cells == ["-1,5", "3", "0,25", "200000000000", ""]


def test_an_instant_is_the_date_and_hour_in_paris_and_a_day_a_date() -> None:
    at = datetime(2026, 11, 29, 7, 0, 36, 536898, tzinfo=UTC)
    late = datetime(2027, 6, 30, 22, 30, tzinfo=UTC)
    [_, cells] = read(write_csv(["a", "b", "c"], [[at, late, date(2027, 7, 1)]]))
    assert cells == ["29/11/2026 08:00", "01/07/2027 00:30", "01/07/2027"]
