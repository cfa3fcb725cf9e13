"""Publication of statistics: a quarter is counted once, as it was recorded a month after its end, and stored with the
tables as they were masked. A year is its four quarters as they were counted. Later answers only read what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from psycopg.types.json import Jsonb

from shared.eventlog import ServiceApplication
from shared.statistics.deployment import StatisticsDeployment, load_deployment
from shared.statistics.lattice import Counts, Tables, add_counts, mask_quarter, mask_year
from shared.statistics.masking import Draw
from shared.statistics.period import Quarter, is_year, periods_of, quarters_of, quarters_published
from shared.statistics.release import Release
from shared.statistics.territories import WHOLE, Territory, divide
from shared.temporal import PastBusy, PointInTime, load_past_rows

_publishing = BoundedSemaphore(1)
"""Anybody may ask, and nobody waits in a thread: the first request counts, the others are told to come back."""


@dataclass(frozen=True, slots=True)
class Published:
    """The tables of a period, by the code of their territory."""

    root: Territory
    tables: Mapping[str, Tables]


BELONGS = "(document->>%(field)s)::timestamptz >= %(starts)s AND (document->>%(field)s)::timestamptz < %(ends)s"
"""A row belongs to the population of the quarter."""


class NotPublished(Exception):
    """A period that is no closed quarter or year, not published yet, or never, as a quarter of it is too small."""


def published_periods(app: ServiceApplication) -> list[str]:
    first = app.recorder.first_recorded_at()
    return periods_of(list(quarters_published(first, app.clock.now()))) if first else []


def load_published(app: ServiceApplication, release: Release, period: str) -> Published:
    """The tables of a period, published now if they are not yet. Raises NotPublished."""
    if period not in published_periods(app):
        raise NotPublished(period)
    quarters = {str(quarter): _quarter(app, release, quarter) for quarter in quarters_of(period)}
    if not is_year(period):
        (stored,) = quarters.values()
        root = Territory(WHOLE, "ensemble", units=frozenset(stored["counts"]))
        return Published(root, {WHOLE: _tables(stored["tables"])})
    stored = _stored(app, period) or _publish_year(app, period, quarters)
    if stored["tables"] is None:
        raise NotPublished(period)
    declared = StatisticsDeployment.model_validate({"territories": stored["counts"]["territories"]}).declared()
    root = divide(declared, stored["counts"]["units"])
    return Published(root, {code: _tables(tables) for code, tables in stored["tables"].items()})


def _tables(stored: Mapping[str, Any]) -> Tables:
    return Tables(stored["total"], stored["tables"])


def _stored(app: ServiceApplication, period: str) -> dict[str, Any] | None:
    rows = app.recorder.fetch("SELECT counts, tables FROM {schema}.releases WHERE period = %s", (period,))
    return rows[0] if rows else None


def _store(app: ServiceApplication, period: str, counts: Any, tables: Any) -> dict[str, Any]:
    """Of two requests at once, the first to write decides."""
    app.recorder.fetch(
        "INSERT INTO {schema}.releases (period, counts, tables) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (period, Jsonb(counts), Jsonb(tables)),
    )
    stored = _stored(app, period)
    assert stored is not None
    return stored


def _quarter(app: ServiceApplication, release: Release, quarter: Quarter) -> dict[str, Any]:
    if stored := _stored(app, str(quarter)):
        return stored
    if not _publishing.acquire(blocking=False):
        raise PastBusy
    try:
        return _publish_quarter(app, release, quarter)
    finally:
        _publishing.release()


def _publish_quarter(app: ServiceApplication, release: Release, quarter: Quarter) -> dict[str, Any]:
    at_publication = PointInTime(as_of=quarter.published_at)
    nobody = release.count([])
    counts: dict[str, Counts] = {}
    for unit in _units(app, release, quarter):
        past = load_past_rows(app, release.view, at_publication, [unit])
        rows = past.documents(app, BELONGS, field=release.counted_at, starts=quarter.starts, ends=quarter.ends)
        population = [row for row in rows if row["unit"] == unit]
        if population:
            counts[unit] = release.count(population)
    tables = mask_quarter(str(quarter), add_counts([nobody, *counts.values()]), _draw(app))
    return _store(app, str(quarter), counts, tables.to_json())


def _units(app: ServiceApplication, release: Release, quarter: Quarter) -> list[str]:
    """Every unit with a case, counted unit by unit, so that few rows are in memory at once. Raises
    PastBusy while the projection has not read all that was recorded by the publication."""
    position, _ = app.recorder.position_at(quarter.published_at)
    rows = app.recorder.fetch(
        "SELECT position FROM {schema}.projection_checkpoints WHERE projection = %s", (release.view.name,)
    )
    if position and (not rows or rows[0]["position"] < position):
        raise PastBusy
    found = app.recorder.fetch(
        "SELECT DISTINCT document->>'unit' AS unit FROM {schema}.projection_rows WHERE projection = %s ORDER BY 1",
        (release.view.name,),
    )
    return [row["unit"] for row in found if row["unit"]]


def _draw(app: ServiceApplication) -> Draw:
    def draw(what: str) -> float:
        return int(app.key_store.keyed_hash(f"release/{app.service}/{what}")[:13], 16) / 16**13

    return draw


def _publish_year(app: ServiceApplication, year: str, stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    quarters = {name: each["counts"] for name, each in stored.items()}
    published = {name: _tables(each["tables"]) for name, each in stored.items()}
    deployment = load_deployment()
    declared = {code: each.model_dump() for code, each in deployment.territories.items()}
    units = sorted({unit for counts in quarters.values() for unit in counts})
    masked = mask_year(divide(deployment.declared(), units), quarters, published, _draw(app))
    tables = {code: each.to_json() for code, each in masked.items()} if masked else None
    return _store(app, year, {"units": units, "territories": declared}, tables)
