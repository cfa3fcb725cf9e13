"""Employment figures: the headcount that follows from them, and what is impossible."""

from datetime import date
from uuid import UUID

from diagnostic.domain.content.employment import (
    RecordEmployment,
)
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened
from shared.testing.scenarios import NOW, Scenarios

given = Scenarios(decider)


OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)


def test_headcount_follows_from_the_contracts_and_optional_figures_are_told_when_known() -> None:
    command = RecordEmployment(9, 3, aided=2, fte=10.5, apprentices=1, volunteers=40, as_of=date(2025, 12, 31))
    (recorded,) = given(OPENED).when(command).events
    assert recorded.employment.headcount == 12
    baseline = given(OPENED, recorded).state.content.baseline
    assert baseline == {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5, "apprentices": 1, "volunteers": 40}


def test_nobody_has_a_kind_of_contract_without_being_employed() -> None:
    for wrong in (
        RecordEmployment(9, 3, aided=13, fte=10.5),
        RecordEmployment(9, 3, aided=0, fte=10.5, apprentices=13),
    ):
        given(OPENED).when(wrong).refused("impossible-employment")


def test_nobody_counts_for_more_than_their_time() -> None:
    given(OPENED).when(RecordEmployment(cdi=2, cdd=0, aided=0, fte=3.5)).refused("impossible-employment")
    given(OPENED).when(RecordEmployment(cdi=0, cdd=0, aided=0, fte=0.5)).refused("impossible-employment")
    assert given(OPENED).when(RecordEmployment(cdi=2, cdd=0, aided=0, fte=3.0)).events
