"""What was published of a unit and a quarter? Drawn once from the rows as they were then, kept, and only added up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.types.json import Jsonb

from shared.eventlog import ServiceApplication
from shared.statistics.period import Quarter, published
from shared.statistics.release import Counts, Release
from shared.statistics.rounding import round_counts
from shared.temporal import PointInTime, load_past_rows, owned_rows


def published_quarters(app: ServiceApplication) -> list[Quarter]:
    first = app.recorder.first_recorded_at()
    return list(published(first, app.clock.now())) if first else []


def published_tables(
    app: ServiceApplication, release: Release, units: Sequence[str], quarters: Sequence[Quarter]
) -> list[Counts]:
    """The published tables, one for each unit and quarter."""
    return [
        _kept(app, unit, quarter) or _published(app, release, unit, quarter) for unit in units for quarter in quarters
    ]


def _kept(app: ServiceApplication, unit: str, quarter: Quarter) -> Counts | None:
    rows = app.recorder.fetch(
        "SELECT tables FROM {schema}.releases WHERE (unit, quarter) = (%s, %s)", (unit, str(quarter))
    )
    tables: Counts | None = rows[0]["tables"] if rows else None
    return tables


def _published(app: ServiceApplication, release: Release, unit: str, quarter: Quarter) -> Counts:
    """Whoever asks first has it drawn; if two do, the first to write is right."""
    as_it_was = PointInTime(as_of=quarter.published_at)
    rows = owned_rows(load_past_rows(app, release.view, as_it_was, [unit], since=quarter.starts).documents, [unit])
    belonging = [row for row in rows if (at := row.get(release.happened)) and quarter.holds(datetime.fromisoformat(at))]

    def draw(cell: str) -> float:
        return int(app.key_store.keyed_hash(f"release/{app.service}/{unit}/{quarter}/{cell}")[:13], 16) / 16**13

    tables = round_counts(release.counted(belonging), draw)
    app.recorder.fetch(
        "INSERT INTO {schema}.releases (unit, quarter, tables) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (unit, str(quarter), Jsonb(tables)),
    )
    kept = _kept(app, unit, quarter)
    assert kept is not None
    return kept
