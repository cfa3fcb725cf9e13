"""What did a view's rows say at a past moment? Its own projection, folded anew over the log as recorded by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from shared.eventlog.application import ServiceApplication
from shared.replay import Moment, Told, counted_by, settled_by
from shared.views import Document, View

AT_MOST = 200_000
"""Events folded for one answer: measured, some ten seconds of one core."""
PATIENCE = 10.0
"""Seconds that an answer about the past waits for the one before it."""
_one_at_a_time = BoundedSemaphore(1)


class TooMuchPast(Exception):
    """More events than one answer folds: ask for fewer units."""


class PastBusy(Exception):
    """Others are being answered about the past: ask again in a moment."""


@dataclass(frozen=True, slots=True)
class RestsOn:
    """Which events an answer counts: of this log those through `position`, the last recorded by then (0: none yet),
    as `view`, which names the version of its rule, tells them."""

    log_id: UUID
    position: int
    recorded_at: datetime | None
    view: str
    as_of: datetime | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """By case. A row holds nothing sealed: no erasure changes what is counted from it."""

    rests_on: RestsOn
    documents: list[Document]


CONCERNED = (
    "WITH concerned AS (SELECT case_id FROM {schema}.views WHERE view = %(view)s"
    " AND (%(units)s::text[] IS NULL OR ARRAY[document->>'unit', document->>'to_unit'] && %(units)s)"
    # What the view has not read yet may be of these units too: an answer does not depend on how far behind it is.
    " UNION SELECT case_id FROM {events} WHERE position <= %(until)s AND position >"
    " coalesce((SELECT position FROM {schema}.viewed WHERE view = %(view)s), 0))"
)


def rows_then(app: ServiceApplication, view: View, moment: Moment, units: Sequence[str] | None) -> Rows:
    """The rows of these units as they were; null: of all. Raises StillToCome, TooMuchPast or PastBusy."""
    if moment.as_of:
        settled_by(app, moment.as_of)
    position, recorded_at = app.recorder.reached(moment.as_of)
    rests_on = RestsOn(app.recorder.identity().log_id, position, recorded_at, view.name, moment.as_of, moment.on)
    values = {"view": view.name, "units": None if units is None else list(units), "until": position}
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise PastBusy
    try:
        counting = "SELECT count(*) AS n FROM (SELECT FROM {events} JOIN concerned USING (case_id)"
        counting = f"{CONCERNED} {counting} WHERE position <= %(until)s LIMIT {AT_MOST + 1}) AS counted"
        (found,) = app.recorder.fetch(counting, values)
        if found["n"] > AT_MOST:
            raise TooMuchPast
        entries = app.recorder.streamed(CONCERNED, "JOIN concerned USING (case_id) WHERE position <= %(until)s", values)
        told = app.events_of(entries)
        rows = (row_of(view, list(each), moment.on) for _, each in groupby(told, key=lambda one: one[0].case_id))
        documents = [row for row in rows if row is not None and _concerns(row, units)]
    finally:
        _one_at_a_time.release()
    return Rows(rests_on, documents)


def row_of(view: View, told: Sequence[Told], on: date | None = None) -> Document | None:
    """One case's row from its events; null where the view has none for it."""
    row: Document | None = None
    for entry, event in counted_by(told, on) if on else told:
        row = view.after(row, entry, event)
    return row


def _concerns(row: Document, units: Sequence[str] | None) -> bool:
    return units is None or bool({row.get("unit"), row.get("to_unit")} & set(units))


def rows_now(app: ServiceApplication, view: View, units: Sequence[str] | None) -> Rows:
    """The rows that are kept, and how far in the log they are."""
    reached, rows = app.recorder.fetch_at_once(
        (
            "SELECT position, recorded_at FROM {schema}.viewed LEFT JOIN {events} USING (position) WHERE view = %s",
            (view.name,),
        ),
        (
            "SELECT document FROM {schema}.views WHERE view = %(view)s"
            " AND (%(units)s::text[] IS NULL OR document->>'unit' = ANY(%(units)s)) ORDER BY case_id",
            {"view": view.name, "units": None if units is None else list(units)},
        ),
    )
    position, recorded_at = (reached[0]["position"], reached[0]["recorded_at"]) if reached else (0, None)
    rests_on = RestsOn(app.recorder.identity().log_id, position, recorded_at, view.name)
    return Rows(rests_on, [row["document"] for row in rows])


def rows_at(app: ServiceApplication, view: View, moment: Moment, units: Sequence[str] | None) -> Rows:
    if moment == Moment():
        return rows_now(app, view, units)
    return rows_then(app, view, moment, units)


def entries_behind(app: ServiceApplication, case: UUID, rests_on: RestsOn) -> Iterator[Told]:
    """A case's events that an answer counts."""
    entries = [entry for entry in app.recorder.entries_of_case(case) if entry.id <= rests_on.position]
    told: list[Any] = list(app.events_of(entries))
    yield from counted_by(told, rests_on.on) if rests_on.on else told
