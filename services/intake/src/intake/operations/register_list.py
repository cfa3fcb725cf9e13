"""The register as a list: who holds which right, of the units that the reader's own right covers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from intake.domain.register.rights import RightGranted, RightRevoked, units_of_rights
from shared.eventlog import LogEntry, LogRecorder, RecordedEvent
from shared.kernel import Role
from shared.projections import Projection, Row
from shared.queries.list_query import make_cursor, read_cursor

SORTS = ("id", "granted_at", "until")
"""Of the rights that match: `granted_at` the last of them, `until` the first to end."""
MATCHING = (
    "(%(territory)s::text[] IS NULL OR held.value->'covers' ?| %(territory)s)"
    " AND (%(role)s::text IS NULL OR held.value->>'role' = %(role)s)"
    " AND (%(unit)s::text IS NULL OR held.value->'covers' ? %(unit)s)"
    " AND (%(active_on)s::text IS NULL OR NOT (held.value->>'revoked')::boolean"
    " AND coalesce(held.value->>'since', '') <= %(active_on)s"
    " AND coalesce(held.value->>'until', %(active_on)s) >= %(active_on)s)"
)
IDENTITIES = (
    "SELECT document->>'id' AS id, matching.rights, coalesce(CASE %(key)s WHEN 'id' THEN '' WHEN 'until' THEN"  # noqa: S608
    ' matching.until ELSE matching.granted_at END, %(last)s) COLLATE "C" AS key FROM projection_rows, LATERAL ('
    " SELECT jsonb_agg(held.value ORDER BY held.ordinality) AS rights, max(held.value->>'granted_at') AS granted_at,"
    " min(held.value->>'until') AS until FROM jsonb_array_elements(document->'rights') WITH ORDINALITY AS held"
    f" WHERE {MATCHING}) AS matching WHERE projection = %(projection)s AND matching.rights IS NOT NULL"
)


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    rights = row.get("rights", [])
    match recorded.data:
        case RightGranted(right) if right.case is None:
            granted = {
                "id": right.id,
                "role": right.role,
                "unit": right.unit,
                "units": right.units,
                "territories": right.territories,
                "covers": units_of_rights([right]),
                "since": right.since,
                "until": right.until,
                "granted_at": entry.recorded_at,
                "revoked": False,
            }
            return row | {"rights": [*rights, granted]}
        case RightRevoked(right) if any(each["id"] == str(right) for each in rights):
            return row | {
                "rights": [each | {"revoked": each["revoked"] or each["id"] == str(right)} for each in rights]
            }
    return row


def _units(row: Row) -> Iterable[str | None]:
    return (unit for right in row["rights"] for unit in right["covers"])


identities = Projection(
    "identities:v1", _project, about=(RightGranted, RightRevoked), filters=(), sorts=SORTS, units_of=_units
)
"""A row for each identity that has, or had, a right over units. Rights to one case are read with that case."""


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """`territory`: the units that the reader's right covers, None for all. `active_on`: rights that hold on that day
    and are not revoked now. `sort`: one of SORTS, descending after a minus. `after`: the cursor of the page before."""

    territory: Sequence[str] | None
    role: Role | None = None
    unit: str | None = None
    active_on: date | None = None
    sort: str = "id"
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """`items`: identities, each by `id` with the `rights` that match."""

    items: list[Row]
    next: str | None


def find_rights(recorder: LogRecorder, query: RegisterQuery) -> RegisterPage:
    """A page of identities, each with the rights that match and no other. Raises InvalidCursor."""
    descending = query.sort.startswith("-")
    comparison, order = ("<", "DESC") if descending else (">", "ASC")
    values: dict[str, Any] = {
        "projection": identities.name,
        "territory": None if query.territory is None else list(query.territory),
        "role": query.role,
        "unit": query.unit,
        "active_on": query.active_on and query.active_on.isoformat(),
        "key": query.sort.lstrip("-"),
        "last": "" if descending else "\uffff",
        "limit": query.limit,
    }
    statement = f"SELECT * FROM ({IDENTITIES}) AS found"  # noqa: S608
    if query.after is not None:
        values |= dict(zip(("after_key", "after_id"), read_cursor(query.after, query.sort), strict=True))
        statement += f" WHERE (key, id) {comparison} (%(after_key)s, %(after_id)s)"
    rows = recorder.fetch(f"{statement} ORDER BY key {order}, id {order} LIMIT %(limit)s", values)
    full = len(rows) == query.limit
    following = make_cursor(query.sort, rows[-1]["key"], rows[-1]["id"]) if full else None
    return RegisterPage(rows, following)
