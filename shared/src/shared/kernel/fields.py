"""Types of the fields of commands, so that the same kind of value has the same limits everywhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated

from annotated_types import Ge, Le, Len, Predicate

from shared.kernel.text import is_one_line

Line = Annotated[str, Len(1, 200), Predicate(is_one_line)]
"""One line of text."""
PersonalLine = Annotated[str, Len(1, 200), Predicate(is_one_line), "of a person"]
"""Data of one person, encrypted under that person's own key."""
ConfidentialLine = Annotated[str, Len(1, 200), Predicate(is_one_line), "sealed"]
"""One line of free text, encrypted under the case's key: of a thing or an organization, never the name of a person,
which an erasure would not reach."""
Text = Annotated[str, Len(1, 8000)]
"""Free text, encrypted under the case's key. It names nobody: an erasure of a person does not reach it."""
Reason = Annotated[str, Len(3, 2000)]
"""The reason for a decision, encrypted under the case's key. It names nobody either."""
Count = Annotated[int, Ge(0), Le(1_000_000)]
"""People, contracts, days."""
Ordinal = Annotated[int, Ge(1), Le(10_000)]
"""Which one, in the order of recording, from 1."""
Cents = Annotated[int, Ge(0), Le(10_000_000_00)]
"""Euro cents, at most ten million euros."""
FullTimeEquivalents = Annotated[float, Ge(0), Le(100_000)]
"""ETP (équivalents temps plein)."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Beyond these a date is a slip; and calculating with one may leave what a calendar holds."""
Day = Annotated[date, Ge(date(FIRST_YEAR, 1, 1)), Le(date(LAST_YEAR, 12, 31))]
Instant = Annotated[
    datetime,
    Ge(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)),
    Le(datetime(LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC)),
]
UNIT_CODE = re.compile(r"[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*")
"""A unit's code, such as dla-44: it travels and is listed as it is, and has no room for a sentence or a name."""
