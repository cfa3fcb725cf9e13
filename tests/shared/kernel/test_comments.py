"""Comments: a leader says what they think of a phase's work, and decides nothing by it; each waits to be answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.support.histories.follow_up_history import OPENED as FOLLOW_UP_OPENED

from diagnostic.domain import diagnosis
from diagnostic.domain.comments import AcknowledgeDiagnosisComment, CommentDiagnosis
from diagnostic.domain.lifecycle import DiagnosisOpened
from followup.domain import follow_up
from followup.domain.comments import AcknowledgeFollowUpComment, CommentFollowUp
from parcours.domain import parcours
from parcours.domain.comments import AcknowledgeParcoursComment, CommentParcours
from parcours.domain.ending import ParcoursAbandoned
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.state import NO_PLAN
from shared.kernel import AcknowledgeComment, AddComment, Comment, CommentAcknowledged, CommentAdded, Role
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

ACKNOWLEDGE: dict[type[AddComment], type[AcknowledgeComment]] = {
    CommentDiagnosis: AcknowledgeDiagnosisComment,
    CommentParcours: AcknowledgeParcoursComment,
    CommentFollowUp: AcknowledgeFollowUpComment,
}


def written_by(role: Role) -> CommentAdded:
    return CommentAdded(Comment("somebody", role, text=text("Une remarque."), commented_at=NOW))


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
    others = [name for name in before.__dataclass_fields__ if "comments" not in name]
    assert [getattr(after, name) for name in others] == [getattr(before, name) for name in others]


@pytest.mark.parametrize("phase", HISTORIES)
def test_there_is_nothing_to_comment_on_before_a_phase_opens(phase: str) -> None:
    decider, command_type, _ = HISTORIES[phase]
    assert Scenarios(decider)().when(command_type("Bonjour."), by=Role.LEADER).refused_as is not None
    assert command_type not in set(decider.available_commands(decider.initial))


@pytest.mark.parametrize("phase", HISTORIES)
def test_a_comment_of_a_leader_waits_until_the_staff_answers_or_takes_note_of_it(phase: str) -> None:
    decider, command_type, history = HISTORIES[phase]
    given, acknowledge = Scenarios(decider), ACKNOWLEDGE[command_type]
    waiting = (*history, written_by(Role.LEADER), written_by(Role.LEADER))
    assert given(*waiting).state.unanswered_comments == (1, 2)
    assert acknowledge in set(decider.available_commands(given(*waiting).state))

    noted = given(*waiting).when(acknowledge(1), by=Role.ADVISER)
    assert noted.events == (CommentAcknowledged(1),)
    assert given(*waiting, *noted.events).state.unanswered_comments == (2,)

    answered = given(*waiting, written_by(Role.MANAGER)).state
    assert (len(answered.comments), answered.unanswered_comments) == (3, ())
    assert acknowledge not in set(decider.available_commands(answered))
    assert given(*waiting, written_by(Role.ADVISER), written_by(Role.LEADER)).state.unanswered_comments == (4,)


@pytest.mark.parametrize("phase", HISTORIES)
def test_what_waits_for_no_answer_is_not_taken_note_of(phase: str) -> None:
    decider, command_type, history = HISTORIES[phase]
    given, acknowledge = Scenarios(decider), ACKNOWLEDGE[command_type]
    written = (*history, written_by(Role.LEADER), written_by(Role.ADVISER))
    for number in (1, 2):
        given(*written).when(acknowledge(number), by=Role.ADVISER).refused("comment-already-answered")
    given(*written).when(acknowledge(3), by=Role.ADVISER).refused("unknown-comment")
