"""Comments: a leader says what they think of a phase's work, and decides nothing by it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.support.histories.follow_up_history import OPENED as FOLLOW_UP_OPENED

from diagnostic.domain import diagnosis
from diagnostic.domain.comments import CommentDiagnosis
from diagnostic.domain.lifecycle import DiagnosisOpened
from followup.domain import follow_up
from followup.domain.comments import CommentFollowUp
from parcours.domain import parcours
from parcours.domain.comments import CommentParcours
from parcours.domain.ending import ParcoursAbandoned
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.state import NO_PLAN
from shared.kernel import AddComment, Comment, CommentAdded, Role
from shared.testing.scenarios import NOW, Scenarios, text

OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)
HISTORIES: dict[str, tuple[Any, type[AddComment], tuple[Any, ...]]] = {
    "diagnosis": (diagnosis.decider, CommentDiagnosis, (OPENED,)),
    "parcours": (parcours.decider, CommentParcours, (ParcoursOpened(NO_PLAN),)),
    "an abandoned parcours": (
        parcours.decider,
        CommentParcours,
        (ParcoursOpened(NO_PLAN), ParcoursAbandoned(text("Plus le temps"))),
    ),
    "follow-up": (follow_up.decider, CommentFollowUp, (FOLLOW_UP_OPENED,)),
}


@pytest.mark.parametrize("phase", HISTORIES)
def test_a_leader_comments_and_nothing_else_changes(phase: str) -> None:
    decider, command_type, history = HISTORIES[phase]
    given: Any = Scenarios(decider)
    command = command_type("Le calendrier nous paraît serré.", about_version=2)
    (added,) = given(*history).when(command, by=Role.LEADER).events
    expected = Comment(
        "some-leader",
        Role.LEADER,
        text=text("Le calendrier nous paraît serré."),
        commented_at=NOW,
        about_version=2,
    )
    assert added == CommentAdded(expected)
    before, after = given(*history).state, given(*history, added).state
    assert after.comments == (expected,) and command_type in set(decider.available_commands(after))
    assert {name: getattr(after, name) for name in before.__dataclass_fields__ if name != "comments"} == {
        name: getattr(before, name) for name in before.__dataclass_fields__ if name != "comments"
    }


@pytest.mark.parametrize("phase", HISTORIES)
def test_there_is_nothing_to_comment_on_before_a_phase_opens(phase: str) -> None:
    decider, command_type, _ = HISTORIES[phase]
    assert Scenarios(decider)().when(command_type("Bonjour."), by=Role.LEADER).refused_as is not None
    assert command_type not in set(decider.available_commands(decider.initial))
