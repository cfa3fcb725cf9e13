"""Lists over projected rows: filters, search, order and cursor pagination, in one SQL statement."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from shared.access import ADVISER, ROWS, SHOWN, RowScope, scope_condition
from shared.eventlog import LogRecorder
from shared.kernel import fold_text, start_of_day
from shared.projections import Projection, Row
from shared.temporal import RowSource

NEWEST_FIRST = "-id"
BY_ID = ("id", NEWEST_FIRST)
CURRENT_ROWS = RowSource()


class InvalidCursor(Exception):
    """The cursor does not come from a list in this order."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """`filters`: field → values, of which a row has one. `sort`: a field of the projection, descending after a minus;
    `id` is the order in which cases were opened. `after`: the cursor of the page before. `scope`: the rows that are
    shown and counted, None for all. `ids`: only these rows, None for all. `contains`: field → a value that the list in
    it contains."""

    q: str = ""
    filters: Mapping[str, list[str]] = field(default_factory=dict)
    opened_since: date | None = None
    opened_before: date | None = None
    sort: str = NEWEST_FIRST
    after: str | None = None
    limit: int = 50
    scope: RowScope | None = None
    ids: Sequence[str] | None = None
    contains: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListPage:
    items: list[Row]
    next: str | None


# Folded as the search is. What has no value comes last, both ways; `id` is the order of opening.
SORT_KEY = """coalesce(CASE WHEN %(key)s = 'id' THEN '' ELSE sort_keys->>%(key)s END, %(last)s) COLLATE "C\""""
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""What PostgreSQL stores in no text: NUL, and half of a surrogate pair."""
LIKE_SPECIAL = re.compile(r"[\\%_]")
FILTERED_ROWS = f"{ROWS} WHERE projection = %(projection)s AND search LIKE ALL(%(words)s)"


def fetch_page(recorder: LogRecorder, view: Projection, query: ListQuery, source: RowSource = CURRENT_ROWS) -> ListPage:
    """One page of rows. Raises InvalidCursor."""
    where, values = _filter_conditions(view, query, source)
    descending = query.sort.startswith("-")
    comparison, order = ("<", "DESC") if descending else (">", "ASC")
    values |= {
        "key": query.sort.lstrip("-"),
        "last": "" if descending else "\uffff",
        "limit": query.limit,
    }
    by_id = query.sort in BY_ID  # as ids are stored, so that the primary key gives the page, and nothing is sorted
    if query.after is not None:
        key, case = read_cursor(query.after, query.sort)
        values |= {"after_key": key, "after_id": _case_of_cursor(case) if by_id else case}
        position, after = (
            ("case_id", "%(after_id)s::uuid")
            if by_id
            else (f"({SORT_KEY}, case_id::text)", "(%(after_key)s, %(after_id)s)")
        )
        where += f" AND {position} {comparison} {after}"
    order_by = f"case_id {order}" if by_id else f"{SORT_KEY} {order}, case_id::text {order}"
    rows = recorder.fetch(
        f"{source.before}SELECT {SHOWN}, {SORT_KEY} AS key FROM {where} ORDER BY {order_by} LIMIT %(limit)s",  # noqa: S608
        values | source.values,
    )
    full = len(rows) == query.limit
    return ListPage(
        [row["document"] for row in rows],
        make_cursor(query.sort, rows[-1]["key"], rows[-1]["document"]["id"]) if full else None,
    )


def count_rows(recorder: LogRecorder, view: Projection, query: ListQuery, source: RowSource = CURRENT_ROWS) -> int:
    """The number of rows on all pages."""
    where, values = _filter_conditions(view, query, source)
    (row,) = recorder.fetch(f"{source.before}SELECT count(*) AS n FROM {where}", values | source.values)  # noqa: S608
    return int(row["n"])


def _filter_conditions(view: Projection, query: ListQuery, source: RowSource) -> tuple[str, dict[str, Any]]:
    words = [f"%{LIKE_SPECIAL.sub(_escape, word)}%" for word in fold_text(query.q).split()]
    scope, values = scope_condition(query.scope)
    if view.everywhere:
        scope = f"({scope} OR document->>%(shared_field)s = %(shared_value)s)"
        values |= dict(zip(("shared_field", "shared_value"), view.everywhere, strict=True))
    where = f"{FILTERED_ROWS} AND {scope}"
    values |= {"projection": view.name, "words": words, "today": source is CURRENT_ROWS}
    for number, (name, allowed) in enumerate(query.filters.items()):
        field = ADVISER if name == "adviser" else f"document->>%(field{number})s"
        where += f" AND {field} = ANY(%(values{number})s::text[])"
        values |= {f"field{number}": name, f"values{number}": allowed}
    for number, (name, value) in enumerate(query.contains.items()):
        where += f" AND document->%(list{number})s::text ? %(member{number})s"
        values |= {f"list{number}": name, f"member{number}": value}
    if query.ids is not None:
        where += " AND case_id::text = ANY(%(ids)s::text[])"
        values["ids"] = list(query.ids)
    for limit, comparison, day in (("since", ">=", query.opened_since), ("before", "<", query.opened_before)):
        if day:
            where += f" AND document->>%(opened)s {comparison} %({limit})s"
            values |= {"opened": view.opened, limit: start_of_day_text(day)}
    return where, values


def _case_of_cursor(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidCursor(text) from error


def start_of_day_text(day: date) -> str:
    """To compare with the instants of rows as text: without the Z, it comes before any fraction of its second."""
    return start_of_day(day).isoformat().removesuffix("+00:00")


def _escape(match: re.Match[str]) -> str:
    return f"\\{match[0]}"


def make_cursor(sort: str, key: str, case: str) -> str:
    return urlsafe_b64encode(json.dumps([sort, key, case]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> tuple[str, str]:
    try:
        match json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))):
            case [str(sort_of_cursor), str(key), str(case)] if sort_of_cursor == sort and not UNSTORABLE.search(
                key + case
            ):
                return key, case
    except (ValueError, RecursionError) as error:
        raise InvalidCursor(cursor) from error
    raise InvalidCursor(cursor)
