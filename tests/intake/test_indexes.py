"""What a busy deployment looks up has an index: beside the dossiers of a nation, the database reads those of a unit."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.support.checks.projection_waits import up_to_date
from tests.support.generated.api_surface import REQUEST
from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from intake import projections
from intake.main import service
from shared.projections import indexes_of

REQUESTS = "/api/v1/requests"
MANY_OTHERS = """
INSERT INTO {schema}.projection_rows (projection, case_id, version, document, search, since)
SELECT projection, other.id, version, document || jsonb_build_object(
    'id', other.id, 'unit', 'dla-' || other.n %% 100, 'units', jsonb_build_array('dla-' || other.n %% 100),
    'structure_id', gen_random_uuid(), 'siren', lpad(other.n::text, 9, '0'), 'rna', 'W' || lpad(other.n::text, 9, '0')
), search, since
FROM {schema}.projection_rows, LATERAL (SELECT n, gen_random_uuid() AS id FROM generate_series(1, %s) AS n) AS other
WHERE projection = %s
"""
WHOLE_TABLE = "Seq Scan on projection_rows"


class Plans:
    """How the database carried out what reads the projected rows, since the last call of `take`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._found: list[str] = []
        execute: Any = psycopg.Cursor.execute

        def explain(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
            text = query.decode() if isinstance(query, bytes) else str(query)
            if "projection_rows" in text and text.lstrip().startswith(("SELECT", "WITH")):
                rows = execute(cursor, f"EXPLAIN {text}", params, **options).fetchall()
                self._found.append("\n".join(str(next(iter(row.values()))) for row in rows))
            return execute(cursor, query, params, **options)

        monkeypatch.setattr(psycopg.Cursor, "execute", explain)

    def take(self) -> list[str]:
        found, self._found = self._found, []
        return found


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Any:
    with served(service, database, nats, tmp_path) as running:
        assert running.by("adviser", unit="dla-7").post(REQUESTS, REQUEST).status_code == 201
        up_to_date(running, service)
        recorder = running.application.recorder
        recorder.fetch(MANY_OTHERS, (20_000, projections.requests.name))
        recorder.fetch("ANALYZE {schema}.projection_rows")
        yield running


def test_a_list_the_figures_and_a_reception_read_no_whole_table(
    intake: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    adviser, plans = intake.by("adviser", unit="dla-7"), Plans(monkeypatch)
    back = REQUEST | {"structure": REQUEST["structure"] | {"siret": None, "rna": "W000000007"}}
    regional = intake.by("regional", units=[f"dla-{n}" for n in range(100)])
    second = regional.get(REQUESTS).json()["next"]
    (units_index,) = re.findall(r"projection_rows_units_\w+", indexes_of([projections.requests]))
    plans.take()
    asked: tuple[tuple[Callable[[], Any], set[str]], ...] = (
        (lambda: adviser.get(REQUESTS), {units_index}),
        (lambda: regional.get(REQUESTS), {"projection_rows_pkey"}),
        (lambda: regional.get(REQUESTS, after=second), {"projection_rows_pkey"}),
        (lambda: adviser.get(f"{REQUESTS}/figures"), {"projection_rows_unit"}),
        (lambda: adviser.post(REQUESTS, back), {"projection_rows_by_rna", "projection_rows_by_structure_id"}),
    )
    for ask, indexes in asked:
        answer = ask()
        assert answer.is_success, answer.text
        found = plans.take()
        assert [plan for plan in found if WHOLE_TABLE in plan] == []
        assert {name for name in indexes if not any(f" {name} " in plan for plan in found)} == set(), found
