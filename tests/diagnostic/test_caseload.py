"""What is asked of a committee and of resource centres, as entries of the caseload, event by event."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.diagnostic.test_projections import OPENED
from tests.support.servers.integration import entry, recorded

from diagnostic.caseload import caseload
from diagnostic.domain.advice import AdviceReceived, AdviceRequested
from diagnostic.domain.committee import OpinionGiven, SharedWithCommittee, SharingAgreed, SharingWithdrawn, Tendency
from diagnostic.domain.content.content import DiagnosisSection
from diagnostic.domain.lifecycle import DiagnosisStopped
from shared.kernel import CommentAcknowledged, CommentAdded, Role
from shared.kernel.comments import Comment
from shared.projections import Row
from shared.testing.scenarios import NOW, text

AXES, ECONOMICS = DiagnosisSection.AXES, DiagnosisSection.ECONOMICS
SHARED = SharedWithCommittee(3, (AXES, ECONOMICS), until=date(2026, 5, 1))
OPINION = OpinionGiven(3, Tendency.RESERVED, comments=text("À creuser."))
CENTRE = "crdla-environnement"


def asked(number: int, unit: str | None = CENTRE) -> AdviceRequested:
    return AdviceRequested(UUID(int=number), text("CRDLA"), question=text("Quels financements ?"), unit=unit)


def received(number: int) -> AdviceReceived:
    return AdviceReceived(UUID(int=number), date(2026, 3, 2), answer=text("Le fonds vert."))


def row(*events: object) -> Row:
    document: Any = None
    for position, event in enumerate((OPENED, *events), 1):
        document = caseload.projection.after(document, entry(position), recorded(event))
    return dict(document)


def asked_of(role: Role, *events: object) -> list[tuple[str, str | None, str | None]]:
    """What, of which unit where it is not the case's own, and by which day where one is named."""
    due = row(*events)["due"].values()
    return [(each["what"], each.get("unit"), each["on"]) for each in due if each.get("role") == role]


def test_a_committee_is_asked_for_its_opinion_until_it_gives_one_or_the_sharing_ends() -> None:
    def waits(*events: object) -> list[tuple[str, str | None, str | None]]:
        return asked_of(Role.COMMITTEE, *events)

    assert waits() == []
    assert waits(SHARED) == [("opinion_to_give", None, "2026-05-01")]
    assert waits(SHARED, OPINION) == []
    assert waits(SHARED, OPINION, SHARED) == [("opinion_to_give", None, "2026-05-01")], "what is new is shared anew"
    assert waits(SHARED, SharingWithdrawn()) == []
    assert waits(SHARED, SharingAgreed((AXES,), date(2026, 4, 1))) == [("opinion_to_give", None, "2026-04-01")]
    assert waits(SHARED, SharingAgreed((AXES,), date(2026, 6, 1))) == [("opinion_to_give", None, "2026-05-01")]
    assert waits(SHARED, SharingAgreed((DiagnosisSection.EMPLOYMENT,), date(2026, 6, 1))) == []


def test_a_resource_centre_is_asked_for_each_advice_until_it_is_received() -> None:
    other = "crdla-culture"
    two = (asked(1), asked(2, other), asked(3, None))
    assert asked_of(Role.RESOURCE_CENTRE, *two) == [("advice_to_give", CENTRE, None), ("advice_to_give", other, None)]
    assert row(*two)["units"] == sorted({"unit-35", CENTRE, other})
    assert asked_of(Role.RESOURCE_CENTRE, *two, received(1)) == [("advice_to_give", other, None)]
    assert row(*two, received(1))["units"] == sorted({"unit-35", other}), "answered: the centre sees the case no more"
    assert asked_of(Role.RESOURCE_CENTRE, received(1), asked(1)) == [], "on a past day the answer can come first"


def test_what_others_are_asked_leaves_the_adviser_s_own_tasks_as_they_are() -> None:
    own = row()["due"]
    assert {key: row(SHARED, asked(1))["due"][key] for key in own} == own


def test_a_leader_s_comment_is_a_task_until_it_is_answered() -> None:
    def comment(role: Role) -> CommentAdded:
        return CommentAdded(Comment("somebody", role, text=text("Une remarque."), commented_at=NOW))

    def waits(*events: object) -> list[str | None]:
        return [each["item"] for each in row(*events)["due"].values() if each["what"] == "comment_to_answer"]

    leader, adviser = comment(Role.LEADER), comment(Role.ADVISER)
    assert waits(leader, leader) == ["1", "2"]
    assert waits(leader, leader, CommentAcknowledged(1)) == ["2"]
    assert waits(leader, leader, adviser) == []
    assert waits(leader, adviser, leader) == ["3"]


def test_nothing_waits_once_the_structure_gave_up() -> None:
    assert row(SHARED, asked(1))["due"], "there was something"
    assert row(SHARED, asked(1), DiagnosisStopped(date(2026, 3, 9)))["due"] == {}
