"""Indicators of the structure’s own: their codes and their number."""

from dataclasses import replace

import pytest
from tests.support.histories.diagnosis_history import INDICATOR, OPENED, given

from diagnostic.domain.content.indicators import RecordIndicator


@pytest.mark.parametrize("code", ["Chiffre", "chiffre d’affaires", "2025_ventes", "Maëlle", "", "ventes\n"])
def test_an_indicator_s_code_has_no_room_for_a_name(code: str) -> None:
    given(OPENED).when(replace(INDICATOR, code=code)).refused("wrong-indicator-code")


@pytest.mark.parametrize("code", ["cdi", "cdd", "aided", "fte", "apprentices", "budget_cents", "cash_cents"])
def test_what_has_a_standard_code_is_not_counted_twice(code: str) -> None:
    given(OPENED).when(replace(INDICATOR, code=code)).refused("wrong-indicator-code")


def test_a_diagnosis_counts_a_hundred_indicators_at_most() -> None:
    counted = [given(OPENED).when(RecordIndicator(f"i{n}", "Nombre de paniers", value=n)).events[0] for n in range(100)]
    given(OPENED, *counted).when(RecordIndicator("one_more", "Nombre de paniers", value=1)).refused(
        "too-many-indicators"
    )
    assert given(OPENED, *counted).when(RecordIndicator("i7", "Nombre de paniers", value=8)).events
