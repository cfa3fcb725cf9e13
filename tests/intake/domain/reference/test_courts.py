"""Which court hears a structure in difficulty: a hint by its legal form, with its source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.domain.reference.courts import BY_FORM, COURTS, hint_court
from intake.domain.reference.targets import TARGETS
from intake.domain.structure import LegalForm, Structure

GARDENS = Structure("Les Jardins", LegalForm.ASSOCIATION, department="44")


@pytest.mark.parametrize(
    ("form", "category", "court"),
    [
        (LegalForm.ASSOCIATION, None, "judicial_court"),
        (LegalForm.FOUNDATION, None, "judicial_court"),
        (LegalForm.MUTUAL, None, "judicial_court"),
        (LegalForm.ESS_COMPANY, None, "commercial_court"),
        (LegalForm.COOPERATIVE, None, None),
        (LegalForm.COOPERATIVE, "5458", "commercial_court"),  # SARL coopérative de production
        (LegalForm.COOPERATIVE, "6317", "judicial_court"),  # société coopérative agricole
        (LegalForm.SIAE, None, None),
        (LegalForm.SIAE, "9220", "judicial_court"),
    ],
)
def test_the_court_follows_from_the_legal_form_where_it_says_so(
    form: LegalForm, category: str | None, court: str | None
) -> None:
    hint = hint_court(replace(GARDENS, legal_form=form, legal_category=category))
    assert hint.target == court
    assert "L. 621-2" in hint.source
    assert "ne refuse rien" in hint.text


def test_each_court_is_a_target_of_orientations() -> None:
    assert {*BY_FORM.values()} == COURTS <= {target.code for target in TARGETS}
