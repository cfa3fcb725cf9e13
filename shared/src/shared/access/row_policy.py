"""The access policy over projected rows, in SQL: lists, counts and figures show what `policy.cedar` would permit.

A row carries the units that may see it (`units`); the table `case_access` says whether its case is confidential or an
archive, and which adviser is assigned to it. What a right does not cover is not counted either."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from shared.eventlog import LogRecorder

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowScope:
    """The rows that a right covers: those of `units`.

    `managed_unit`: its confidential cases are included. `adviser_id`: so are the confidential cases assigned to this
    adviser. `archives`: archived cases are included."""

    units: Sequence[str]
    managed_unit: str | None = None
    adviser_id: str | None = None
    archives: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of IN_SCOPE and PERMITTED."""
        return {
            "units": list(self.units),
            "managed_unit": self.managed_unit,
            "adviser_id": self.adviser_id,
            "archives": self.archives,
        }


ROWS = "projection_rows LEFT JOIN case_access USING (case_id)"
"""The FROM of a list: the current rows, or past rows under the same name; `document` is the row."""
ADVISER = "coalesce(CASE WHEN %(today)s THEN case_access.adviser END, document->>'adviser')"
"""The adviser assigned to the case. In a list of `today`, the latest assignment counts."""
SHOWN = f"""CASE WHEN document ? 'adviser' THEN document || jsonb_build_object('adviser', {ADVISER}) ELSE document END
 AS document"""
PERMITTED = (
    "((case_access.confidential IS NOT TRUE OR coalesce(case_access.adviser = %(adviser_id)s, false)"
    " OR coalesce(document->'units' ? %(managed_unit)s, false))"
    " AND (case_access.archived IS NOT TRUE OR %(archives)s))"
)
"""Of the rows of a right's units, those that are not confidential nor archived for it."""
OF_UNITS = "document->'units' ?| %(units)s::text[]"
OF_MANY_UNITS = f"(document->'units'->>0 = ANY(%(units)s::text[]) OR {OF_UNITS})"
"""The same, and faster for many units: their array is hashed for a row's first unit. It uses no index."""
MANY_UNITS = 20
IN_SCOPE = f"({OF_UNITS} AND {PERMITTED})"


def scope_condition(scope: RowScope | None) -> tuple[str, dict[str, Any]]:
    """The SQL condition on ROWS, with its parameters. None: all rows, for a program of the deployment."""
    if scope is None:
        return "true", {}
    many = len(scope.units) >= MANY_UNITS
    return IN_SCOPE.replace(OF_UNITS, OF_MANY_UNITS) if many else IN_SCOPE, scope.values


def hidden_cases(recorder: LogRecorder, documents: Iterable[Document], scope: RowScope) -> set[str]:
    """The ids of the cases among these rows, current or past, that are confidential or archived today and that the
    right may not see. A figure counts them and does not name them."""
    rows = [{"case_id": row["id"], "document": {"units": row["units"]}} for row in documents]
    if not rows:
        return set()
    hidden = recorder.fetch(
        "SELECT case_id::text AS case FROM jsonb_to_recordset(%(rows)s) AS given(case_id uuid, document jsonb)"  # noqa: S608
        f" JOIN {{schema}}.case_access USING (case_id) WHERE NOT {PERMITTED}",
        {"rows": Jsonb(rows), **scope.values},
    )
    return {row["case"] for row in hidden}
