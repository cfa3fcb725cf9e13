"""Retention: a case past its term is destroyed unless its destruction is suspended."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from intake.domain.retention import (
    CaseDestroyed,
    DestroyCase,
    HoldCase,
    ReleaseCase,
    RetentionClass,
    RetentionHeld,
    RetentionReleased,
    decider,
)
from intake.operations.retention import Term
from shared.erasure import EraseCase, case_erasure_id
from shared.erasure import erasure as key_erasure
from shared.erasure.erasure import CaseErased
from shared.kernel import Role
from shared.testing.scenarios import CASE, Scenarios, context, text

given = Scenarios(decider)
given_erasure = Scenarios(key_erasure.decider)
REASON = "Contrôle de l’emploi des fonds en cours."
DUE, TODAY = date(2029, 3, 2), date(2029, 6, 1)
PERSON = UUID(int=9)
HOLD, RELEASE = HoldCase(REASON), ReleaseCase(REASON)
DESTROY = DestroyCase(RetentionClass.CLOSED, DUE, persons=(PERSON,), values=4)
HELD, RELEASED = RetentionHeld(text(REASON)), RetentionReleased(text(REASON))
GONE = CaseDestroyed(RetentionClass.CLOSED, DUE, persons=(PERSON,), values=4)


def test_a_dossier_is_destroyed_once_with_the_people_whom_nothing_else_tells_of() -> None:
    given().when(DESTROY, by=Role.OPS).then(GONE)
    given(GONE).when(DESTROY, by=Role.OPS).then()
    (companion,) = decider.companions(decider.initial, GONE, context())
    assert (companion.stream, companion.command) == (case_erasure_id(CASE), EraseCase(CASE, (PERSON,), values=4))
    given_erasure().when(companion.command, by=Role.OPS).then(erased := CaseErased(CASE, (PERSON,), values=4))
    given_erasure(erased).when(companion.command, by=Role.OPS).then()
    assert list(key_erasure.decider.destroyed_keys(erased)) == [CASE, PERSON]


def test_a_dossier_that_is_held_is_kept_beyond_its_term_until_it_is_released() -> None:
    given().when(HOLD, by=Role.DPO).then(HELD)
    given(HELD).when(HOLD, by=Role.DPO).then()
    given(HELD).when(DESTROY, by=Role.OPS).refused("retention-held")
    given(HELD).when(RELEASE, by=Role.DPO).then(RELEASED)
    given(RELEASED).when(RELEASE, by=Role.DPO).then()
    given(HELD, RELEASED).when(DESTROY, by=Role.OPS).then(GONE)


def test_what_is_destroyed_can_be_held_no_more() -> None:
    for command in (HOLD, RELEASE):
        given(GONE).when(command, by=Role.DPO).refused("case-destroyed")


@pytest.mark.parametrize(
    ("term", "then", "due"),
    [
        ((None, date(2029, 6, 2), None), "conservé", False),
        ((None, date(2029, 6, 1), None), "à détruire", True),
        ((date(2029, 6, 2), date(2036, 6, 1), None), "conservé", False),
        ((date(2029, 6, 1), date(2036, 6, 1), None), "en archive", False),
        ((None, date(2029, 1, 1), "destruction suspendue"), "gardé\u00a0: destruction suspendue", False),
    ],
)
def test_what_becomes_of_a_dossier_follows_from_its_days(
    term: tuple[date | None, date, str | None], then: str, due: bool
) -> None:
    archived_on, due_on, obstacle = term
    row = Term(
        CASE,
        "dla-44",
        retention_class=RetentionClass.CLOSED,
        last_on=date(2026, 3, 2),
        archived_on=archived_on,
        due_on=due_on,
        suspended=obstacle is not None,
        obstacle=obstacle,
    )
    assert (row.status(TODAY), row.is_due(TODAY)) == (then, due)
