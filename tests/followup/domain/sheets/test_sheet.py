"""Capitalisation sheets: submitted, read over by a resource centre, published without naming anybody."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from followup.domain.sheets.anonymity import find_identifiers
from followup.domain.sheets.sheet import (
    Lesson,
    PublishSheet,
    ReturnSheet,
    SheetPublished,
    SheetReturned,
    SheetStatus,
    SheetSubmitted,
    SubmitSheet,
    decider,
)
from shared.kernel import Axis
from shared.testing.scenarios import MemoryLog, Scenarios, text

given = Scenarios(decider)


LESSON = Lesson(
    "Mutualiser une fonction d’employeur",
    Axis.HUMAN_RESOURCES,
    context="Trois associations rurales, neuf salariés en tout.",
    what_worked="Un groupement d’employeurs préparé dès le diagnostic.",
    limits="Il faut un an avant que chacun s’y retrouve.",
)


NAMES = ("Les Jardins de l’Érdre", "Maëlle Kerdoncuff")


WORDS = (LESSON.title, LESSON.context, LESSON.what_worked, LESSON.limits)


SUBMITTED = SheetSubmitted(LESSON.theme, *map(text, WORDS))


PUBLISHED = SheetPublished(LESSON.theme, *WORDS)


def test_a_sheet_is_submitted_read_over_and_published() -> None:
    given().when(SubmitSheet(LESSON, NAMES)).then(SUBMITTED)
    given(SUBMITTED).when(PublishSheet(LESSON, NAMES)).then(PUBLISHED)
    assert given(SUBMITTED, PUBLISHED).state.status is SheetStatus.PUBLISHED


def test_the_resource_centre_may_return_a_sheet_with_advice_and_read_the_next_draft() -> None:
    returned = SheetReturned(text("Dites ce qui n’a pas marché."))
    given(SUBMITTED).when(ReturnSheet("Dites ce qui n’a pas marché.")).then(returned)
    given(SUBMITTED, returned).when(PublishSheet(LESSON)).refused("sheet-not-submitted")
    given(SUBMITTED, returned).when(SubmitSheet(LESSON, NAMES)).then(SUBMITTED)


@pytest.mark.parametrize("command", [SubmitSheet(LESSON, NAMES), ReturnSheet("Encore."), PublishSheet(LESSON)])
def test_a_published_sheet_does_not_change(command: object) -> None:
    given(SUBMITTED, PUBLISHED).when(command).refused("sheet-already-published")


LESSONS = st.just(LESSON) | st.builds(Lesson)


COMMANDS = st.one_of(
    st.builds(SubmitSheet, lesson=LESSONS, names=st.just(NAMES)),
    st.builds(ReturnSheet),
    st.builds(PublishSheet, lesson=LESSONS, names=st.just(NAMES)),
)


@for_all(st.lists(COMMANDS, max_size=8))
def test_whatever_is_asked_only_what_was_submitted_is_published_and_it_names_nobody(commands: list[object]) -> None:
    log = MemoryLog(decider)
    for command in commands:
        log.do(command)
    assert log.from_snapshot() == log.state
    if published := log.state.published:
        assert any(isinstance(event, SheetSubmitted) for event in log.events)
        assert log.state.submitted is None, "what it said before is no longer shown"
        texts = (published.title, published.context, published.what_worked, published.limits)
        assert find_identifiers(texts, NAMES) == ()
