"""Comparison of a review’s indicators with the baseline of the diagnosis."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.support.histories.follow_up_history import HELD, IN_SIX_MONTHS, OPENED, TODAY, given

from followup.domain.reviews.comparison import Comparability, ComparedIndicator, Measure, PerimeterChange
from followup.domain.reviews.reporting import CorrectReview
from shared.testing.scenarios import NOW, text


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


def test_a_merger_is_said_once_and_flags_every_indicator_and_the_later_reviews() -> None:
    merged = replace(
        HELD,
        perimeter_change=PerimeterChange.MERGER,
        perimeter_notes="Fusion avec Le Potager, au 1er janvier.",
        indicators={"fte": Measure(12), "members": Measure(80, "Adhésions à jour")},
    )
    (recorded,) = given(OPENED).when(merged).events
    flags = {code: each.comparability for code, each in recorded.report.indicators.items()}
    assert flags == {"fte": Comparability.OTHER_PERIMETER, "members": Comparability.NOT_IN_BASELINE}
    assert (recorded.report.perimeter_change, recorded.report.perimeter_notes) == (
        PerimeterChange.MERGER,
        text("Fusion avec Le Potager, au 1er janvier."),
    )
    later = replace(HELD, review="M6", held_on=IN_SIX_MONTHS, indicators={"fte": Measure(14)})
    (recorded,) = given(OPENED, recorded).when(later, at=NOW + timedelta(days=190)).events
    assert recorded.report.perimeter_change is PerimeterChange.MERGER
    assert recorded.report.indicators["fte"].comparability is Comparability.OTHER_PERIMETER


def test_a_merger_said_by_mistake_is_corrected() -> None:
    (mistaken,) = given(OPENED).when(replace(HELD, perimeter_change=PerimeterChange.MERGER)).events
    right = CorrectReview(
        "M0", TODAY, appropriation=4, summary="Bilan", reason="Aucune fusion", indicators={"fte": Measure(12)}
    )
    (corrected,) = given(OPENED, mistaken).when(right).events
    assert corrected.report.perimeter_change is None
    assert corrected.report.indicators["fte"].comparability is Comparability.COMPARABLE


@pytest.mark.parametrize("code", ["Mme Durand", "FTE", "2025", "fte\n", "_", "é"])
def test_the_code_of_an_indicator_has_no_room_for_a_name(code: str) -> None:
    given(OPENED).when(replace(HELD, indicators={code: Measure(12)})).refused("wrong-indicator-code")


def test_a_review_names_the_indicators_that_it_left_out() -> None:
    (recorded,) = given(OPENED).when(replace(HELD, indicators={"fte": Measure(12)})).events
    assert recorded.report.not_measured == ("cdi",)
