"""How is a table written for a spreadsheet, so that it opens as it is meant, and runs nothing?"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

CsvCell = str | float | datetime | None
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> bytes:
    """Semicolons, decimal commas and a byte order mark, as spreadsheets in French expect. A text that would be taken
    for a formula gets an apostrophe before it; a number is a number, below nothing too."""
    written = StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerow(map(_cell, header))
    writer.writerows(map(_cell, row) for row in rows)
    return written.getvalue().encode("utf-8-sig")


def _cell(value: CsvCell) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat()
        case str():
            return f"'{value}" if value.startswith(FORMULA_PREFIXES) else value
    return f"{value:.4f}".rstrip("0").rstrip(".").replace(".", ",")
