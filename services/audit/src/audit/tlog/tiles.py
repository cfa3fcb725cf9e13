"""Tiles of 256 hashes (C2SP tlog-tiles): how a tree is stored and served. A tile only ever fills up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from audit.tlog.tree import HASH_BYTES, SubtreeHash, pair_hash

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_BYTES = TILE_WIDTH * HASH_BYTES
MAX_LEVEL = 63
TileKey = tuple[int, int]
"""(level, n): the n-th tile of a level; level 0 holds the leaves' hashes."""


@dataclass(frozen=True, slots=True)
class TileAddress:
    """A tile as its path below `tile/` names it: level None stands for the entries; `width` is 256 for a full tile."""

    level: int | None
    n: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        level = "entries" if self.level is None else self.level
        return f"{level}/{_path_elements(self.n)}" + ("" if self.width == TILE_WIDTH else f".p/{self.width}")

    def exists_in(self, size: int) -> bool:
        """Whether all of its hashes exist in a tree of this size."""
        return self.n * TILE_WIDTH + self.width <= size >> TILE_HEIGHT * (self.level or 0)


_PATH = re.compile(r"(entries|0|[1-9]\d?)/((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


def parse_tile_path(path: str) -> TileAddress | None:
    """The tile that a path below `tile/` names; None when it is not spelled in the one canonical way."""
    if (match := _PATH.fullmatch(path)) is None:
        return None
    level, elements, width = match.groups()
    address = TileAddress(
        None if level == "entries" else int(level),
        int(elements.replace("x", "").replace("/", "")),
        width=int(width) if width else TILE_WIDTH,
    )
    is_canonical = address.path() == path and (address.level or 0) <= MAX_LEVEL and address.width <= TILE_WIDTH
    return address if is_canonical else None


def _path_elements(n: int) -> str:
    digits = str(n)
    digits = digits.zfill(len(digits) + -len(digits) % 3)
    *first, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    return "".join(f"x{each}/" for each in first) + last


def extend_tiles(edge: Mapping[int, bytes], size: int, leaves: Iterable[bytes]) -> dict[TileKey, bytes]:
    """The tiles that more leaves' hashes change, as they are then. `edge`: each level's last tile, if it is partial."""
    tiles: dict[TileKey, bytes] = {}
    level, count, hashes = 0, size, b"".join(leaves)
    while hashes:
        n, beginning = count >> TILE_HEIGHT, edge[level] if count % TILE_WIDTH else b""
        hashes = beginning + hashes
        complete: list[bytes] = []
        for at in range(0, len(hashes), TILE_BYTES):
            tile = tiles[level, n + len(complete)] = hashes[at : at + TILE_BYTES]
            if len(tile) == TILE_BYTES:
                complete.append(complete_root(tile))
        level, count, hashes = level + 1, n, b"".join(complete)
    return tiles


def partial_tiles(size: int) -> dict[int, TileKey]:
    """Where each level's partial tile is, in a tree of this size."""
    counts = {level: size >> TILE_HEIGHT * level for level in range(size.bit_length() // TILE_HEIGHT + 1)}
    return {level: (level, count >> TILE_HEIGHT) for level, count in counts.items() if count % TILE_WIDTH}


def complete_root(hashes: bytes) -> bytes:
    """The root over a power of two of hashes."""
    while len(hashes) > HASH_BYTES:
        pairs = range(0, len(hashes), 2 * HASH_BYTES)
        hashes = b"".join([pair_hash(hashes[at : at + 2 * HASH_BYTES]) for at in pairs])
    return hashes


def find_needed_tiles(compute: Callable[[SubtreeHash], object]) -> set[TileKey]:
    """The tiles that a computation reads, found by running it on a tree that answers anything."""
    keys: set[TileKey] = set()

    def record(height: int, index: int) -> bytes:
        level, n, _, _ = _locate(height, index)
        keys.add((level, n))
        return bytes(HASH_BYTES)

    compute(record)
    return keys


def subtree_hashes(tiles: Mapping[TileKey, bytes]) -> SubtreeHash:
    """A tree, as far as these tiles hold it; beyond, it raises KeyError."""

    def subtree(height: int, index: int) -> bytes:
        level, n, first, count = _locate(height, index)
        hashes = tiles[level, n][first * HASH_BYTES : (first + count) * HASH_BYTES]
        if len(hashes) != count * HASH_BYTES:
            raise KeyError((level, n, first, count))
        return complete_root(hashes)

    return subtree


def _locate(height: int, index: int) -> tuple[int, int, int, int]:
    """The tile that holds a subtree: its level and n, and there the subtree's first hash and their count."""
    level, height_in_tile = divmod(height, TILE_HEIGHT)
    n, first = divmod(index << height_in_tile, TILE_WIDTH)
    return level, n, first, 1 << height_in_tile
