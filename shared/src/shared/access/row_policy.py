"""Which rows of the views does a right cover? The policy again, for lists, in SQL: what is not shown is not counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.eventlog import LogRecorder


@dataclass(frozen=True, slots=True)
class RowScope:
    """`units`: whose rows are shown; `manages`: the unit whose confidential ones are too; `person`: by whom those that
    they are in charge of are seen; `archives`: whether archives are listed."""

    units: Sequence[str]
    manages: str | None = None
    person: str | None = None
    archives: bool = False


Document = dict[str, Any]
WHOSE = "ARRAY[document->>'unit', document->>'to_unit']"
ROWS = "projection_rows LEFT JOIN case_access USING (case_id)"
"""What a list reads from: the rows that are kept, or others under the same name; `document` is the row."""
ADVISER = "coalesce(CASE WHEN %(today)s THEN case_access.adviser END, document->>'adviser')"
"""Who is in charge of the case: of a list of `today` who was put in charge of it by name."""
SHOWN = f"""CASE WHEN document ? 'adviser' THEN document || jsonb_build_object('adviser', {ADVISER}) ELSE document END
 AS document"""
COVERED = (
    f"({WHOSE} && %(units)s::text[] AND (case_access.confidential IS NOT TRUE"
    f" OR coalesce(case_access.adviser = %(person)s, false) OR coalesce(%(manages)s = ANY({WHOSE}), false))"
    " AND (case_access.archived IS NOT TRUE OR %(archives)s))"
)


def scope_condition(covered: RowScope | None) -> tuple[str, dict[str, Any]]:
    """The condition on ROWS, with its values: all rows for none, which stands for a program of the deployment."""
    if covered is None:
        return "true", {}
    return COVERED, {
        "units": list(covered.units),
        "manages": covered.manages,
        "person": covered.person,
        "archives": covered.archives,
    }


def confidential_among(recorder: LogRecorder, documents: Iterable[Document], covered: RowScope) -> set[str]:
    """Of these rows, now or as they were, the ids of the cases that are confidential or archives today, and not for
    this right."""
    kept = recorder.fetch(
        "SELECT case_id::text AS case, adviser, confidential, archived FROM {schema}.case_access"
        " WHERE confidential OR archived"
    )
    known = {row["case"]: row for row in kept}
    return {row["id"] for row in documents if row["id"] in known and not _shown(row, known[row["id"]], covered)}


def _shown(row: Document, known: Mapping[str, Any], covered: RowScope) -> bool:
    if known["archived"] and not covered.archives:
        return False
    return (
        not known["confidential"]
        or bool(covered.person and known["adviser"] == covered.person)
        or bool(covered.manages and covered.manages in (row.get("unit"), row.get("to_unit")))
    )
