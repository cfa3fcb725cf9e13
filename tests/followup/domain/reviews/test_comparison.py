"""Comparison of a review’s indicators with the baseline of the diagnosis."""

from dataclasses import replace

import pytest
from tests.support.histories.follow_up_history import HELD, OPENED, given

from followup.domain.reviews.comparison import Comparability, ComparedIndicator, Measure
from shared.testing.scenarios import text


@pytest.mark.parametrize(
    ("code", "definition", "comparability"),
    [
        ("fte", None, Comparability.COMPARABLE),
        ("fte", "etp au 31  décembre", Comparability.COMPARABLE),
        ("fte", "ETP moyens de l’année", Comparability.OTHER_DEFINITION),
        ("cdi", "CDI hors aidés", Comparability.OTHER_DEFINITION),
        ("members", "Adhésions à jour", Comparability.NOT_IN_BASELINE),
    ],
)
def test_an_indicator_is_comparable_only_by_the_definition_of_the_diagnosis(
    code: str, definition: str | None, comparability: Comparability
) -> None:
    (recorded,) = given(OPENED).when(replace(HELD, indicators={code: Measure(12, definition)})).events
    assert recorded.report.indicators[code] == ComparedIndicator(
        12, comparability, definition=text(definition) if definition else None
    )


@pytest.mark.parametrize("code", ["Mme Durand", "FTE", "2025", "fte\n", "_", "é"])
def test_the_code_of_an_indicator_has_no_room_for_a_name(code: str) -> None:
    given(OPENED).when(replace(HELD, indicators={code: Measure(12)})).refused("wrong-indicator-code")


def test_a_review_names_the_indicators_that_it_left_out() -> None:
    (recorded,) = given(OPENED).when(replace(HELD, indicators={"fte": Measure(12)})).events
    assert recorded.report.not_measured == ("cdi",)
