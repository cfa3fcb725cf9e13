"""The least command that a guard is tried with: of the day, or of the instant where a field of it is one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from shared.kernel import Actor, Context, Role, command
from shared.web.resources.guards import least_command, trial_context

EVENING = datetime(2026, 3, 31, 21, 59, tzinfo=UTC)
"""In Paris, the last minute of 31 March: two hours ahead since the 29th."""


@command
class Dated:
    on: date
    why: str


@command
class Timed:
    until: datetime


def test_a_day_is_that_of_paris_on_each_day() -> None:
    assert least_command(Dated, {}, EVENING).on == date(2026, 3, 31)
    assert least_command(Dated, {}, EVENING + timedelta(minutes=1)).on == date(2026, 4, 1)


def test_an_instant_is_a_day_after_each_instant() -> None:
    for now in (EVENING, EVENING + timedelta(seconds=1)):
        assert least_command(Timed, {}, now) == Timed(now + timedelta(days=1))


def test_a_command_of_the_day_is_made_once() -> None:
    assert least_command(Dated, {}, EVENING) is least_command(Dated, {}, EVENING - timedelta(hours=5))


def test_what_stands_in_the_address_stays() -> None:
    assert least_command(Dated, {"why": "fin", "case": "x"}, EVENING) == Dated(date(2026, 3, 31), why="fin")


def test_a_trial_uses_no_id_of_its_context() -> None:
    own = [UUID(int=8), UUID(int=9)]
    context = Context(UUID(int=7), EVENING, actor=Actor("adviser-1", Role.ADVISER, unit="dla-44"), ids=iter(own))
    trial = trial_context(context)
    assert trial.new_id() != trial.new_id() and not context.new_ids
    assert [*context.ids] == own
