"""CSV tables for spreadsheets: French conventions, and a guard against formulas. The only CSV writer."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO

from shared.kernel import PARIS

CsvCell = str | float | datetime | date | None
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> bytes:
    """UTF-8 with a byte order mark, semicolons and decimal commas, as French spreadsheets expect. A text that a
    spreadsheet would run as a formula gets an apostrophe in front; numbers, negative ones too, stay numbers.
    An instant is the date and hour in Paris, to the minute, and a day a date: a spreadsheet reads both."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(map(_cell, header))
    writer.writerows(map(_cell, row) for row in rows)
    return buffer.getvalue().encode("utf-8-sig")


def _cell(value: CsvCell) -> str:
    match value:
        case None:
            return ""
        case date() if not isinstance(value, datetime):
            return f"{value:%d/%m/%Y}"
        case datetime():
            return f"{value.astimezone(PARIS):%d/%m/%Y %H:%M}"
        case str():
            return f"'{value}" if value.startswith(FORMULA_PREFIXES) else value
    return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")
