"""Addresses and shapes of tiles (C2SP tlog-tiles)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog import TileAddress, parse_tile_path, tiles


def test_paths_are_those_of_the_specification() -> None:
    assert TileAddress(0, 1234067).path() == "0/x001/x234/067"
    assert TileAddress(0, 5).path() == "0/005"
    assert TileAddress(None, 1000, width=7).path() == "entries/x001/000.p/7"
    assert parse_tile_path("1/000.p/17") == TileAddress(1, 0, width=17)


@given(st.none() | st.integers(0, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_each_tile_has_one_path(level: int | None, n: int, width: int) -> None:
    address = TileAddress(level, n, width=width)
    assert parse_tile_path(address.path()) == address


@pytest.mark.parametrize(
    "path",
    ["", "0", "0/5", "00/005", "64/000", "-1/000", "0/x000/005", "0/0005", "0/x005", "0/005.p/0", "0/005.p/256",
     "0/005.p/007", "0/005.p/300", "0/005/", "/0/005", "0/005 ", "0/../005", "data/005", "0/٠٠٥", "Entries/000",
     "0/" + "x001/" * 40 + "000"],
)  # fmt: skip
def test_no_other_spelling_is_a_tile(path: str) -> None:
    assert parse_tile_path(path) is None


def test_a_tree_of_seventy_thousand_has_the_tiles_of_the_specification() -> None:
    """273 full tiles and one of 112 at level 0, one full and one of 17 at level 1, one of 1 at level 2."""
    size = 70_000
    ends = {0: (272, 112), 1: (0, 17), 2: (-1, 1)}
    for level, (last_full, width) in ends.items():
        assert last_full < 0 or TileAddress(level, last_full).exists_in(size)
        assert not TileAddress(level, last_full + 1).exists_in(size)
        assert TileAddress(level, last_full + 1, width=width).exists_in(size)
        assert not TileAddress(level, last_full + 1, width=width + 1).exists_in(size)
    assert TileAddress(None, 273, width=112).exists_in(size)
    assert not TileAddress(3, 0, width=1).exists_in(size)
    assert tiles.partial_tiles(size) == {0: (0, 273), 1: (1, 1), 2: (2, 0)}


def test_a_full_tile_has_no_partial_one_beside_it() -> None:
    assert TileAddress(0, 0).exists_in(256)
    assert tiles.partial_tiles(256) == {1: (1, 0)}
