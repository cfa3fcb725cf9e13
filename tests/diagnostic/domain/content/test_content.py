"""The content of a diagnosis: each section is recorded, and each edit makes a new version."""

from typing import Any

from tests.support.histories.diagnosis_history import COMPLETE, EDITS, OPENED, SESSION_HELD, every_edit, given

from diagnostic.domain.content.axes import Assessment, AxisAssessed
from shared.kernel import Axis
from shared.testing.scenarios import text


@every_edit
def test_what_is_found_is_recorded(edit: Any, edited: Any) -> None:
    given(OPENED).when(edit).then(edited)


def test_an_axis_assessed_again_replaces_what_was_said_and_a_session_adds_to_those_before() -> None:
    second_look = AxisAssessed(Axis.BUSINESS_MODEL, Assessment(3, text("Deux subventions.")))
    other_axis = AxisAssessed(Axis.DIGITAL, Assessment(4, text("Un site récent.")))
    content = given(*COMPLETE, other_axis, second_look, SESSION_HELD).state.content
    assert content.axes == {
        Axis.BUSINESS_MODEL: Assessment(3, text("Deux subventions.")),
        Axis.DIGITAL: Assessment(4, text("Un site récent.")),
    }
    assert len(content.sessions) == 2


def test_every_edit_makes_a_new_version() -> None:
    history = (OPENED, *(edited for _, edited in EDITS))
    assert [given(*history[:n]).state.content_version for n in range(1, len(history) + 1)] == [*range(1 + len(EDITS))]
