"""The radar of a diagnosis: where each rating stands on its spoke."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.presentation.radar import CENTRE, LEVELS, RADIUS, draw_radar

RATINGS = st.dictionaries(st.text(min_size=1, max_size=8), st.integers(1, LEVELS), min_size=3, max_size=12)


def test_the_first_axis_points_up_and_the_others_follow_clockwise() -> None:
    drawn = draw_radar({"a": 5, "b": 1, "c": 3, "d": 5})
    assert drawn is not None
    assert [spoke.rated_at for spoke in drawn.spokes] == [(150, 30), (174, 150), (150, 222), (30, 150)]
    assert drawn.shape == "150,30 174,150 150,222 30,150"
    assert [spoke.number for spoke in drawn.spokes] == [1, 2, 3, 4]


def test_two_axes_enclose_nothing() -> None:
    assert draw_radar({"a": 5, "b": 1}) is None
    assert draw_radar({}) is None


@given(RATINGS)
def test_a_rating_is_as_far_from_the_centre_as_it_is_high(ratings: dict[str, int]) -> None:
    drawn = draw_radar(ratings)
    assert drawn is not None
    for spoke in drawn.spokes:
        x, y = spoke.rated_at
        distance = ((x - CENTRE) ** 2 + (y - CENTRE) ** 2) ** 0.5
        assert abs(distance - RADIUS * ratings[spoke.code] / LEVELS) < 0.2
    assert [spoke.code for spoke in drawn.spokes] == list(ratings)
