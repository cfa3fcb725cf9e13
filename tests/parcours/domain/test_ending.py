"""How and on which day a parcours ended: completed, abandoned, withdrawn from, or with the structure itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from parcours.domain import parcours
from parcours.domain.building.validation import ParcoursAdjusted
from parcours.domain.corrections import CorrectEnding, DebriefCorrected, ParcoursEndingCorrected
from parcours.domain.ending import (
    AbandonmentKind,
    AbandonParcours,
    ParcoursAbandoned,
    ParcoursCompleted,
    UpdateAbandoned,
)
from parcours.domain.lifecycle import ParcoursOpened
from parcours.domain.state import Parcours, ParcoursStatus, ReceivedPlan
from shared.kernel import Ending, EndingKind, Role, effective_time, start_of_day
from shared.testing.scenarios import NOW, UNIT, History, text

TODAY = NOW.date()
BEFORE = TODAY - timedelta(days=20)
ADMITTED = datetime(2025, 12, 2, 9, tzinfo=UTC)
PLAN = ReceivedPlan(UUID(int=8), UNIT, adviser="adviser-1", admitted_at=ADMITTED, axes=("finance",))
OPENED = ParcoursOpened(PLAN)
COMPLETED = ParcoursCompleted(PLAN, {}, debrief=text("Un vrai élan"), held_on=BEFORE)
WHY = "Le tribunal a prononcé la liquidation."
CLOSED_DOWN = ParcoursAbandoned(text(WHY), Ending(EndingKind.CLOSED_DOWN, BEFORE))


def given(*events: object) -> History[Parcours]:
    return History(parcours.decider, events)


@pytest.mark.parametrize(
    ("role", "kind", "ended_as"),
    [
        (Role.ADVISER, None, EndingKind.ABANDONED),
        (Role.MANAGER, None, EndingKind.ABANDONED),
        (Role.LEADER, None, EndingKind.WITHDRAWN),
        (Role.ADVISER, AbandonmentKind.WITHDRAWN, EndingKind.WITHDRAWN),
        (Role.LEADER, AbandonmentKind.CLOSED_DOWN, EndingKind.CLOSED_DOWN),
    ],
)
def test_a_parcours_that_stops_says_how_and_by_default_who_stops_it(
    role: Role, kind: AbandonmentKind | None, ended_as: EndingKind
) -> None:
    expected = ParcoursAbandoned(text(WHY), Ending(ended_as, TODAY))
    given(OPENED).when(AbandonParcours(WHY, kind), by=role).then(expected)
    ended = given(OPENED, expected).state
    assert (ended.status, ended.ending, ended.debrief) == (ParcoursStatus.ABANDONED, Ending(ended_as, TODAY), None)
    assert ended.abandon_reason == text(WHY)


def test_a_parcours_ended_on_the_day_of_the_structure_s_end_and_not_on_that_of_its_recording() -> None:
    given(OPENED).when(AbandonParcours(WHY, AbandonmentKind.CLOSED_DOWN, on=BEFORE)).then(CLOSED_DOWN)
    assert effective_time(CLOSED_DOWN) == start_of_day(BEFORE)


@pytest.mark.parametrize(
    ("on", "slug"),
    [(TODAY + timedelta(days=2), "absurd-date"), (date(2025, 11, 30), "before-admission")],
)
def test_the_end_is_between_the_admission_and_today(on: date, slug: str) -> None:
    given(OPENED).when(AbandonParcours(WHY, on=on)).refused(slug)
    given(OPENED, CLOSED_DOWN).when(CorrectEnding(WHY, on=on)).refused(slug)


def test_a_completed_parcours_ended_with_its_debrief_and_goes_on_while_it_is_updated() -> None:
    ended = Ending(EndingKind.COMPLETED, BEFORE)
    adjusted = ParcoursAdjusted(2, text("Un départ"))
    assert given(OPENED, COMPLETED).state.ending == ended
    assert given(OPENED, COMPLETED, adjusted).state.ending is None
    assert given(OPENED, COMPLETED, adjusted, UpdateAbandoned(text("Non"))).state.ending == ended


def test_the_end_follows_a_corrected_debrief_unless_an_update_goes_on() -> None:
    corrected = DebriefCorrected(text("Un vrai élan"), TODAY, reason=text(WHY))
    adjusted = ParcoursAdjusted(2, text("Un départ"))
    assert given(OPENED, COMPLETED, corrected).state.ending == Ending(EndingKind.COMPLETED, TODAY)
    updated = given(OPENED, COMPLETED, adjusted, corrected)
    assert updated.state.ending is None
    assert given(*updated.events, UpdateAbandoned(text("Non"))).state.ending == Ending(EndingKind.COMPLETED, TODAY)


@pytest.mark.parametrize("ending", [{"kind": AbandonmentKind.CLOSED_DOWN}, {"on": TODAY}])
def test_of_an_update_no_ending_is_said_for_the_follow_up_says_it(ending: dict[str, object]) -> None:
    updated = given(OPENED, COMPLETED, ParcoursAdjusted(2, text("Un départ")))
    updated.when(AbandonParcours(WHY, **ending)).refused("only-an-update")  # type: ignore[arg-type]
    updated.when(AbandonParcours(WHY)).then(UpdateAbandoned(text(WHY)))


def test_the_kind_and_the_day_of_an_ending_are_corrected_apart_with_a_reason() -> None:
    history = given(OPENED, CLOSED_DOWN)
    day = ParcoursEndingCorrected(Ending(EndingKind.CLOSED_DOWN, TODAY), text(WHY))
    kind = ParcoursEndingCorrected(Ending(EndingKind.WITHDRAWN, BEFORE), text(WHY))
    history.when(CorrectEnding(WHY, on=TODAY)).then(day)
    history.when(CorrectEnding(WHY, AbandonmentKind.WITHDRAWN)).then(kind)
    after = given(*history.events, day, kind).state
    assert (after.status, after.ending) == (ParcoursStatus.ABANDONED, kind.ending)


def test_an_ending_that_was_recorded_without_its_day_is_completed() -> None:
    history = given(OPENED, ParcoursAbandoned(text(WHY)))
    history.when(CorrectEnding(WHY, AbandonmentKind.CLOSED_DOWN)).refused("nothing-to-correct")
    known = ParcoursEndingCorrected(Ending(EndingKind.CLOSED_DOWN, BEFORE), text(WHY))
    history.when(CorrectEnding(WHY, AbandonmentKind.CLOSED_DOWN, on=BEFORE)).then(known)


@pytest.mark.parametrize(
    ("history", "command"),
    [
        ((OPENED,), CorrectEnding(WHY, on=TODAY)),
        ((OPENED, COMPLETED), CorrectEnding(WHY, on=TODAY)),
        ((OPENED, CLOSED_DOWN), CorrectEnding(WHY)),
        ((OPENED, CLOSED_DOWN), CorrectEnding(WHY, AbandonmentKind.CLOSED_DOWN, on=BEFORE)),
    ],
)
def test_there_is_nothing_to_correct_in_what_has_not_ended_or_does_not_change(
    history: tuple[object, ...], command: CorrectEnding
) -> None:
    given(*history).when(command).refused("nothing-to-correct")
