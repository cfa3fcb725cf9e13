"""An answer of a service with its published statistics, as everybody reads it."""

from __future__ import annotations

from typing import Any

from shared.web.collections.statistics import FORMULA, PublicStatistics
from shared.web.collections.statistics_tables import Cell, DimensionTable


def published_statistics(period: str, total: int | None) -> dict[str, Any]:
    cells = [
        Cell(key="10–19", label="10–19 salarié·es", value=None, masked=True),
        Cell(key="1–2", label="1–2 salarié·es", value=1234, masked=False),
        Cell(key="50+", label="50 salarié·es et plus", value=0, masked=False),
    ]
    table = DimensionTable(code="size", label="Effectif", cells=cells)
    return PublicStatistics(
        period=period,
        population="demandes qui ont reçu une suite dans la période",
        formula=FORMULA,
        total=total,
        tables=[table],
        periods=["2026-T2", "2026-T3"],
    ).model_dump()
