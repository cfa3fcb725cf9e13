"""How is a tree kept and served? In tiles of 256 hashes (C2SP tlog-tiles), which only ever fill up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from audit.tlog.tree import HASH_BYTES, SubtreeHash, node_hash

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63
TileKey = tuple[int, int]
"""(level, n): the n-th tile of a level; level 0 holds the leaves' hashes."""


@dataclass(frozen=True, slots=True)
class TileAddress:
    """What is asked below `tile/`: level None stands for the entries; `width` is 256 for a full tile."""

    level: int | None
    n: int
    width: int = TILE_WIDTH

    def path(self) -> str:
        level = "entries" if self.level is None else self.level
        return f"{level}/{_elements(self.n)}" + ("" if self.width == TILE_WIDTH else f".p/{self.width}")

    def within(self, size: int) -> bool:
        """Do all of its hashes exist in a tree of this size?"""
        return self.n * TILE_WIDTH + self.width <= size >> TILE_HEIGHT * (self.level or 0)


_ADDRESS = re.compile(r"(entries|0|[1-9]\d?)/((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


def parse_tile_path(path: str) -> TileAddress | None:
    """What a path below `tile/` asks for; None when it is spelled in any other way than the one."""
    if (found := _ADDRESS.fullmatch(path)) is None:
        return None
    level, elements, width = found.groups()
    asked = TileAddress(
        None if level == "entries" else int(level),
        int(elements.replace("x", "").replace("/", "")),
        width=int(width) if width else TILE_WIDTH,
    )
    return asked if asked.path() == path and (asked.level or 0) <= MAX_LEVEL and asked.width <= TILE_WIDTH else None


def _elements(n: int) -> str:
    digits = str(n)
    digits = digits.zfill(len(digits) + -len(digits) % 3)
    *first, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    return "".join(f"x{each}/" for each in first) + last


def extend_tiles(edge: Mapping[int, bytes], size: int, leaves: Iterable[bytes]) -> dict[TileKey, bytes]:
    """The tiles that more leaves' hashes change, as they are then. `edge`: each level's last tile, if it is partial."""
    tiles: dict[TileKey, bytearray] = {}
    for leaf in leaves:
        hashed, level, count = leaf, 0, size
        while True:
            n = count >> TILE_HEIGHT
            tile = tiles.get((level, n))
            if tile is None:
                tile = tiles[level, n] = bytearray(edge[level] if count % TILE_WIDTH else b"")
            tile += hashed
            if len(tile) < TILE_WIDTH * HASH_BYTES:
                break
            hashed, level, count = complete_root(tile), level + 1, n
        size += 1
    return {place: bytes(tile) for place, tile in tiles.items()}


def partial_tiles(size: int) -> dict[int, TileKey]:
    """Where each level's partial tile is, in a tree of this size."""
    counts = {level: size >> TILE_HEIGHT * level for level in range(size.bit_length() // TILE_HEIGHT + 1)}
    return {level: (level, count >> TILE_HEIGHT) for level, count in counts.items() if count % TILE_WIDTH}


def complete_root(hashes: bytes | bytearray) -> bytes:
    """The root over a power of two of hashes."""
    level = [bytes(hashes[at : at + HASH_BYTES]) for at in range(0, len(hashes), HASH_BYTES)]
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def find_needed_tiles(ask: Callable[[SubtreeHash], object]) -> set[TileKey]:
    """The tiles that a question will read, found by asking it of a tree that answers anything."""
    read: set[TileKey] = set()

    def noted(height: int, index: int) -> bytes:
        level, n, _, _ = _where(height, index)
        read.add((level, n))
        return bytes(HASH_BYTES)

    ask(noted)
    return read


def subtree_hashes(tiles: Mapping[TileKey, bytes]) -> SubtreeHash:
    """A tree, as far as these tiles hold it."""

    def subtree(height: int, index: int) -> bytes:
        level, n, first, count = _where(height, index)
        hashes = tiles[level, n][first * HASH_BYTES : (first + count) * HASH_BYTES]
        if len(hashes) != count * HASH_BYTES:
            raise KeyError((level, n, first, count))
        return complete_root(hashes)

    return subtree


def _where(height: int, index: int) -> tuple[int, int, int, int]:
    level, inside = divmod(height, TILE_HEIGHT)
    n, first = divmod(index << inside, TILE_WIDTH)
    return level, n, first, 1 << inside
