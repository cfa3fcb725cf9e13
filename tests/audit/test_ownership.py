"""What audit takes for the beginning of a case, and so for a case."""

from __future__ import annotations

from audit.ownership import CASE_OPENINGS
from intake.domain.request.request import OPENING_EVENTS
from shared.kernel import event_name


def test_a_case_begins_as_intake_says() -> None:
    assert {event_name(each).name for each in OPENING_EVENTS} == CASE_OPENINGS
