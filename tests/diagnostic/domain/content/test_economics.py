"""Economic figures of a fiscal year, in euro cents."""

from uuid import UUID

from diagnostic.domain.content.economics import (
    Perimeter,
    RecordEconomics,
)
from diagnostic.domain.content.employment import (
    Employment,
    EmploymentRecorded,
)
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.lifecycle import DiagnosisOpened
from shared.testing.scenarios import NOW, Scenarios

given = Scenarios(decider)


OPENED = DiagnosisOpened(UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=NOW, headcount=12)


EMPLOYMENT_RECORDED = EmploymentRecorded(Employment(9, 3, aided=2, fte=10.5))


def test_money_is_in_cents_and_told_with_the_definitions_that_follow_up_knows() -> None:
    command = RecordEconomics(2025, Perimeter.STRUCTURE, budget_cents=412_000_00, result_cents=-18_450_50)
    (recorded,) = given(OPENED).when(command).events
    content = given(OPENED, EMPLOYMENT_RECORDED, recorded).state.content
    assert content.baseline["budget_cents"] == 412_000_00
    assert content.baseline["result_cents"] == -18_450_50
    assert content.definitions.keys() == {"budget_cents", "result_cents"}
    assert "négatif pour une perte" in content.definitions["result_cents"]


def test_a_fiscal_year_has_begun_and_has_a_figure() -> None:
    given(OPENED).when(RecordEconomics(2027, Perimeter.STRUCTURE, budget_cents=1)).refused("absurd-date")
    given(OPENED).when(RecordEconomics(2025, Perimeter.STRUCTURE)).refused("no-figure")
