"""Publication of statistics: the tables of a unit and a quarter are rounded once, from the rows as they were then, and
stored. Later answers only add stored tables up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.types.json import Jsonb

from shared.eventlog import ServiceApplication
from shared.statistics.period import Quarter, quarters_published
from shared.statistics.release import Counts, Release
from shared.statistics.rounding import round_counts
from shared.temporal import PointInTime, load_past_rows, owned_rows


def published_quarters(app: ServiceApplication) -> list[Quarter]:
    first = app.recorder.first_recorded_at()
    return list(quarters_published(first, app.clock.now())) if first else []


def published_tables(
    app: ServiceApplication, release: Release, units: Sequence[str], quarters: Sequence[Quarter]
) -> list[Counts]:
    """The published tables, one for each unit and quarter."""
    return [
        _stored_tables(app, unit, quarter) or _publish_tables(app, release, unit, quarter)
        for unit in units
        for quarter in quarters
    ]


def _stored_tables(app: ServiceApplication, unit: str, quarter: Quarter) -> Counts | None:
    rows = app.recorder.fetch(
        "SELECT tables FROM {schema}.releases WHERE (unit, quarter) = (%s, %s)", (unit, str(quarter))
    )
    tables: Counts | None = rows[0]["tables"] if rows else None
    return tables


def _publish_tables(app: ServiceApplication, release: Release, unit: str, quarter: Quarter) -> Counts:
    """Computes and stores the tables. Of two requests at once, the first to write decides."""
    at_publication = PointInTime(as_of=quarter.published_at)
    rows = owned_rows(load_past_rows(app, release.view, at_publication, [unit], since=quarter.starts).documents, [unit])
    population = [
        row for row in rows if (at := row.get(release.counted_at)) and quarter.holds(datetime.fromisoformat(at))
    ]

    def draw(cell: str) -> float:
        return int(app.key_store.keyed_hash(f"release/{app.service}/{unit}/{quarter}/{cell}")[:13], 16) / 16**13

    tables = round_counts(release.count(population), draw)
    app.recorder.fetch(
        "INSERT INTO {schema}.releases (unit, quarter, tables) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (unit, str(quarter), Jsonb(tables)),
    )
    stored = _stored_tables(app, unit, quarter)
    assert stored is not None
    return stored
