"""National statistics: published numbers added up, and nothing that a region masked."""

from __future__ import annotations

from typing import Any

from audit.hub.statistics import NationalStatistics, add_up
from audit.phases import MissingService


def page(total: int | None, *, territories: tuple[str, ...] = ("all",), **counts: int | None) -> dict[str, Any]:
    """What a region publishes: one table, by size."""
    cells = [{"key": key, "label": key.title(), "value": n, "masked": n is None} for key, n in counts.items()]
    tables = [] if total is None else [{"code": "size", "label": "Taille", "cells": cells, "estimate": None}]
    parts: list[dict[str, Any]] = [{"code": "territory", "label": "Territoire", "cells": [], "estimate": None}]
    return {"population": "Demandes", "total": total, "tables": tables + parts, "territories": [*territories]}


def added(*missing: MissingService, **pages: dict[str, Any]) -> NationalStatistics:
    return add_up("intake", "2026-T3", pages, [*missing])


def cells(found: NationalStatistics) -> dict[str, tuple[int | None, int]]:
    (table,) = found.tables
    return {cell.key: (cell.value, cell.at_least) for cell in table.cells}


def test_what_every_region_shows_is_added_up() -> None:
    found = added(nord=page(30, small=10, large=20), sud=page(12, small=5, large=7))
    assert (found.total.value, found.total.at_least) == (42, 42)
    assert cells(found) == {"small": (15, 15), "large": (27, 27)}
    assert [(each.region, each.total) for each in found.regions] == [("nord", 30), ("sud", 12)]


def test_a_number_that_a_region_masks_is_unknown_in_the_nation() -> None:
    found = added(nord=page(30, small=None, large=None), sud=page(12, small=5, large=7))
    assert (found.total.value, cells(found)) == (42, {"small": (None, 5), "large": (None, 7)})


def test_a_region_whose_total_is_masked_makes_every_sum_a_lower_bound() -> None:
    found = added(nord=page(None), sud=page(12, small=5, large=7))
    assert (found.total.value, found.total.at_least) == (None, 12)
    assert cells(found) == {"small": (None, 5), "large": (None, 7)}


def test_a_region_that_does_not_answer_is_named() -> None:
    absent = MissingService(service="sud", reason="Ce service ne répond pas.")
    found = added(absent, nord=page(30, small=10, large=20))
    assert (found.total.value, found.total.at_least, found.unavailable) == (None, 30, [absent])
    assert cells(found) == {"small": (None, 10), "large": (None, 20)}


def test_a_part_of_a_region_is_not_taken_for_the_region() -> None:
    found = added(nord=page(30, small=10, large=20), sud=page(12, territories=("dla-44",), small=5, large=7))
    assert (found.total.value, found.total.at_least) == (None, 30)
    assert [each.service for each in found.unavailable] == ["sud"]


def test_a_size_that_one_region_does_not_know_counts_nobody_there() -> None:
    found = added(nord=page(30, small=30), sud=page(12, small=5, large=7))
    assert cells(found) == {"small": (35, 35), "large": (7, 7)}
