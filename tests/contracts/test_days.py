"""Days are days of Paris. From an instant to its day there is one way, `paris_date`; others would count by UTC.

An event that holds the day on which it happened declares it as its valid time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from tests.support.generated import golden_samples

from shared.kernel import event, event_name, paris_date, start_of_day

ROOT = Path(__file__).parents[2]
MODULES = sorted([*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("shared/src/**/*.py")])
SQL_DAY = re.compile(r"::date\b|date_trunc|current_date|to_char\(", re.IGNORECASE)
ALLOWED = {
    "shared/src/shared/kernel/dates.py": "the one way",
    "shared/src/shared/kernel/french.py": "the instant was moved to Paris on the line before",
    "services/console/src/console/presentation/labels.py": "the instant was moved to Paris on the line before",
    "services/audit/src/audit/bundle/page.py": "a proof, in UTC throughout, and it says so",
    "services/intake/src/intake/cli.py": "a day typed at the command line, without an hour",
    "services/followup/src/followup/cli.py": "a day typed at the command line, without an hour",
    "shared/src/shared/queries/caseload.py": "the only SQL with days: AT TIME ZONE 'Europe/Paris'",
}


def days_by_another_way(source: str) -> Iterator[int]:
    """The lines that take the day, the month or the year of an instant without saying where."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="date" | "today")):
                yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Name("datetime"), attr="combine"), args=[*_, ast.Name("UTC")]):
                yield node.lineno
            case ast.Attribute(value=ast.Attribute(attr="now") | ast.Name("now"), attr="year" | "month" | "day"):
                yield node.lineno
            case ast.Attribute(value=ast.Call(func=ast.Attribute(attr="now")), attr="year" | "month" | "day"):
                yield node.lineno
            case ast.Subscript(value, ast.Slice(None, ast.Constant(10))) if "digest" not in ast.unparse(value):
                yield node.lineno
            case ast.Constant(str(text)) if SQL_DAY.search(text):
                yield node.lineno


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_day_is_taken_from_an_instant_by_one_function(module: Path) -> None:
    if str(module.relative_to(ROOT)) not in ALLOWED:
        assert not list(days_by_another_way(module.read_text()))


@pytest.mark.parametrize(
    "code",
    [
        "context.now.date()",
        "date.today()",
        "app.clock.now().year",
        "now.month",
        "datetime.combine(day, time(), UTC)",
        "row['since'][:10]",
        "'SELECT recorded_at::date'",
        "f\"SELECT date_trunc('month', {field})\"",
    ],
)
def test_the_guard_finds_each_other_way(code: str) -> None:
    assert list(days_by_another_way(code))


def test_what_is_allowed_is_still_there() -> None:
    assert not [name for name in ALLOWED if not list(days_by_another_way((ROOT / name).read_text()))]


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2027, 6, 30, 22, 30, tzinfo=UTC), date(2027, 7, 1)),
        (datetime(2027, 6, 30, 21, 59, 59, tzinfo=UTC), date(2027, 6, 30)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_an_instant_is_of_the_day_that_it_was_in_paris(instant: datetime, day: date) -> None:
    assert paris_date(instant) == day
    assert start_of_day(day) <= instant < start_of_day(date.fromordinal(day.toordinal() + 1))


OTHER_DAYS = {
    "access-log-sealed": "the day whose reads are counted",
    "action-added": "when the action is planned",
    "action-rescheduled": "when the action is planned from now on",
    "beneficiary-joined": "the day of its recording",
    "beneficiary-left": "the day of its recording",
    "case-destroyed": "when its retention ended",
    "difficulty-triaged": "since when the structure cannot pay, and its legal deadline",
    "employment-recorded": "of which day the figures are",
    "follow-up-opened": "when reviews are due",
    "follow-up-resumed": "when reviews are due",
    "link-given": "the last day of the link",
    "link-renewed": "the last day of the link",
    "mandate-recorded": "from when to when the mandate holds",
    "operation-planned": "when the mission is planned",
    "parcours-shared": "the period of the parcours",
    "review-cancelled": "when the review is due again",
    "review-fell-due": "when the review was due",
    "review-overdue": "when the review was due",
    "review-planned": "when the review is due",
    "right-granted": "from when to when the right holds",
    "right-replicated": "from when to when the right holds",
    "shared-with-committee": "the last day of the sharing",
    "sharing-agreed": "the last day of the sharing",
    "stand-in-appointed": "the last day of the stand-in",
    "transfer-received": "days of what the first unit had learnt",
}
"""Events with days that are not the day on which they happened: what these are."""


def days_in(kind: Any) -> Iterator[type[date]]:
    """The days that a type holds, those of its parts included; an instant is none."""
    if kind is date:
        yield kind
    for argument in get_args(kind):
        yield from days_in(argument)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        for field in fields(kind):
            yield from days_in(hints[field.name])


def undated_events() -> set[str]:
    return {
        event_name(cls).name
        for _, _, cls in golden_samples.stored_events()
        if any(days_in(cls)) and event_name(cls).effective is None
    }


def test_an_event_declares_the_day_on_which_it_happened() -> None:
    found = sorted(undated_events() - OTHER_DAYS.keys())
    assert not found, 'declare the day as `effective="…"`, or say above which day it is'
    assert undated_events() == OTHER_DAYS.keys(), "what is no exception any more"


@event("day-noted", label="Jour noté")
class DayNoted:
    days: tuple[date, ...] | None
    at: datetime


@event("instant-noted", label="Instant noté")
class InstantNoted:
    at: datetime


def test_a_day_is_found_however_deep_and_an_instant_is_none() -> None:
    assert [*days_in(DayNoted)] == [date]
    assert not [*days_in(InstantNoted)]
