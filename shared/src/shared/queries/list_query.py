"""Which rows of a view does somebody want to see, in which order, and where does the next page begin?"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.access import ADVISER, ROWS, SHOWN, RowScope, scope_condition
from shared.eventlog import LogRecorder
from shared.kernel import fold_text
from shared.projections import Projection, Row
from shared.temporal import RowSource

NEWEST_FIRST = "-id"
CURRENT_ROWS = RowSource()


class InvalidCursor(Exception):
    """It was not given by a list in this order."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """`filters`: what each field must be. `sort`: a key of the view, after a minus the greatest first; `id` stands for
    the order in which cases were opened. `after`: the cursor that the page before gave. `covered`: the rows that are
    shown, and counted; null for all."""

    q: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    opened_since: date | None = None
    opened_before: date | None = None
    sort: str = NEWEST_FIRST
    after: str | None = None
    limit: int = 50
    covered: RowScope | None = None


@dataclass(frozen=True, slots=True)
class ListPage:
    items: list[Row]
    next: str | None


# Folded without `unaccent`, which PostgreSQL does not have everywhere; what has no value comes last, both ways.
FOLDS = {"accented": "àâäáãçéèêëîïíôöóõœùûüúÿñ’", "plain": "aaaaaceeeeiiiooooouuuuyn'"}
KEY = "coalesce(translate(lower(document->>%(key)s), %(accented)s, %(plain)s), %(last)s)"
SPECIAL = re.compile(r"[\\%_]")
FOUND = f"{ROWS} WHERE projection = %(projection)s AND search LIKE ALL(%(words)s)"


def fetch_page(recorder: LogRecorder, view: Projection, wanted: ListQuery, kept: RowSource = CURRENT_ROWS) -> ListPage:
    """One page. Raises WrongCursor."""
    where, values = _filtered(view, wanted, kept)
    descending = wanted.sort.startswith("-")
    beyond, order = ("<", "DESC") if descending else (">", "ASC")
    values |= {"key": wanted.sort.lstrip("-"), "last": "" if descending else "\uffff", "limit": wanted.limit, **FOLDS}
    if wanted.after is not None:
        values |= dict(zip(("after_key", "after_id"), read_cursor(wanted.after, wanted.sort), strict=True))
        where += f" AND ({KEY}, case_id::text) {beyond} (%(after_key)s, %(after_id)s)"
    order_by = f"ORDER BY {KEY} {order}, case_id::text {order} LIMIT %(limit)s"
    rows = recorder.fetch(
        f"{kept.before}SELECT {SHOWN}, {KEY} AS key FROM {where} {order_by}",  # noqa: S608
        values | kept.values,
    )
    full = len(rows) == wanted.limit
    return ListPage(
        [row["document"] for row in rows],
        make_cursor(wanted.sort, rows[-1]["key"], rows[-1]["document"]["id"]) if full else None,
    )


def count_rows(recorder: LogRecorder, view: Projection, wanted: ListQuery, kept: RowSource = CURRENT_ROWS) -> int:
    """How many rows all the pages have."""
    where, values = _filtered(view, wanted, kept)
    (row,) = recorder.fetch(f"{kept.before}SELECT count(*) AS n FROM {where}", values | kept.values)  # noqa: S608
    return int(row["n"])


def _filtered(view: Projection, wanted: ListQuery, kept: RowSource) -> tuple[str, dict[str, Any]]:
    words = [f"%{SPECIAL.sub(_literally, word)}%" for word in fold_text(wanted.q).split()]
    covered, values = scope_condition(wanted.covered)
    where = f"{FOUND} AND {covered}"
    values |= {"projection": view.name, "words": words, "today": kept is CURRENT_ROWS}
    for number, (name, value) in enumerate(wanted.filters.items()):
        field = ADVISER if name == "adviser" else f"document->>%(field{number})s"
        where += f" AND {field} = %(value{number})s"
        values |= {f"field{number}": name, f"value{number}": value}
    for limit, beyond, day in (("since", ">=", wanted.opened_since), ("before", "<", wanted.opened_before)):
        if day:
            where += f" AND document->>%(opened)s {beyond} %({limit})s"
            values |= {"opened": view.opened, limit: day.isoformat()}
    return where, values


def _literally(special: re.Match[str]) -> str:
    return f"\\{special[0]}"


def make_cursor(sort: str, key: str, case: str) -> str:
    return urlsafe_b64encode(json.dumps([sort, key, case]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> tuple[str, str]:
    try:
        match json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))):
            case [str(given), str(key), str(case)] if given == sort and "\0" not in key + case:
                return key, case
    except ValueError as error:
        raise InvalidCursor(cursor) from error
    raise InvalidCursor(cursor)
