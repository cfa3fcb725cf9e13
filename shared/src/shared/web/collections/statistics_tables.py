"""Tables of published statistics in an answer: the population along each dimension, by quarter and by territory."""

from collections.abc import Sequence

from pydantic import BaseModel

from shared.statistics import QUARTER, Dimension, Published, Release, Tables, Territory

TERRITORY = "territory"


class Cell(BaseModel):
    """`value` null: `masked`, as it is from one to four, or would give away one that is."""

    key: str
    label: str
    value: int | None
    masked: bool


class DimensionTable(BaseModel):
    """The population along one dimension. `estimate`: for bands, Σ (value × middle of the band), null if one is
    masked."""

    code: str
    label: str
    cells: list[Cell]
    estimate: float | None = None


def add_known(values: Sequence[int | None]) -> int | None:
    """The sum; null as soon as one value is masked."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def dimension_tables(
    release: Release, published: Published, chosen_territories: Sequence[Territory], *, tables: Sequence[Tables]
) -> list[DimensionTable]:
    """`tables`: those of the territories that the answer adds up, in the same order."""
    found = [_table(tables, each) for each in release.dimensions if _has_dimension(tables, each)]
    if [each.code for each in chosen_territories] == [published.root.code] and QUARTER in tables[0].tables:
        cells = [_cell(key, key, n) for key, n in tables[0].tables[QUARTER].items()]
        found.append(DimensionTable(code=QUARTER, label="Trimestre", cells=cells))
    parts = list(chosen_territories[0].parts) if len(chosen_territories) == 1 else list(chosen_territories)
    if parts:
        cells = [_cell(each.code, each.label, published.tables[each.code].total) for each in parts]
        found.append(DimensionTable(code=TERRITORY, label="Territoire", cells=cells))
    return found


def _has_dimension(tables: Sequence[Tables], dimension: Dimension) -> bool:
    """Whether each of these has the dimension or is masked as a whole: older ones may lack it, or some of its keys."""
    return all(
        each.total is None or not each.total or dimension.keys.keys() <= each.tables.get(dimension.code, {}).keys()
        for each in tables
    )


def _table(tables: Sequence[Tables], dimension: Dimension) -> DimensionTable:
    nobody = 0
    cells = [
        _cell(
            key,
            label,
            add_known([each.total and each.tables.get(dimension.code, {}).get(key, nobody) for each in tables]),
        )
        for key, label in dimension.keys.items()
    ]
    known = [(cell.value, dimension.midpoints[cell.key]) for cell in cells if cell.key in dimension.midpoints]
    values = [None if value is None else value * middle for value, middle in known]
    estimate = sum(filter(None, values)) if known and None not in values else None
    return DimensionTable(code=dimension.code, label=dimension.label, cells=cells, estimate=estimate)


def _cell(key: str, label: str, value: int | None) -> Cell:
    return Cell(key=key, label=label, value=value, masked=value is None)
