"""How is a tree kept and served? In tiles of 256 hashes (C2SP tlog-tiles), which only ever fill up."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from audit.tlog.tree import HASH, Subtree, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT
TOP_LEVEL = 63
Place = tuple[int, int]
"""(level, n): the n-th tile of a level; level 0 holds the leaves' hashes."""


@dataclass(frozen=True, slots=True)
class Address:
    """What is asked below `tile/`: level None stands for the entries; `width` is 256 for a full tile."""

    level: int | None
    n: int
    width: int = WIDTH

    def path(self) -> str:
        level = "entries" if self.level is None else self.level
        return f"{level}/{_elements(self.n)}" + ("" if self.width == WIDTH else f".p/{self.width}")

    def within(self, size: int) -> bool:
        """Do all of its hashes exist in a tree of this size?"""
        return self.n * WIDTH + self.width <= size >> HEIGHT * (self.level or 0)


_ADDRESS = re.compile(r"(entries|0|[1-9]\d?)/((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


def address(path: str) -> Address | None:
    """What a path below `tile/` asks for; None when it is spelled in any other way than the one."""
    if (found := _ADDRESS.fullmatch(path)) is None:
        return None
    level, elements, width = found.groups()
    asked = Address(
        None if level == "entries" else int(level),
        int(elements.replace("x", "").replace("/", "")),
        width=int(width) if width else WIDTH,
    )
    return asked if asked.path() == path and (asked.level or 0) <= TOP_LEVEL and asked.width <= WIDTH else None


def _elements(n: int) -> str:
    digits = str(n)
    digits = digits.zfill(len(digits) + -len(digits) % 3)
    *first, last = (digits[at : at + 3] for at in range(0, len(digits), 3))
    return "".join(f"x{each}/" for each in first) + last


def grown(edge: Mapping[int, bytes], size: int, leaves: Iterable[bytes]) -> dict[Place, bytes]:
    """The tiles that more leaves' hashes change, as they are then. `edge`: each level's last tile, if it is partial."""
    tiles: dict[Place, bytearray] = {}
    for leaf in leaves:
        hashed, level, count = leaf, 0, size
        while True:
            n = count >> HEIGHT
            tile = tiles.get((level, n))
            if tile is None:
                tile = tiles[level, n] = bytearray(edge[level] if count % WIDTH else b"")
            tile += hashed
            if len(tile) < WIDTH * HASH:
                break
            hashed, level, count = folded(tile), level + 1, n
        size += 1
    return {place: bytes(tile) for place, tile in tiles.items()}


def edge_of(size: int) -> dict[int, Place]:
    """Where each level's partial tile is, in a tree of this size."""
    counts = {level: size >> HEIGHT * level for level in range(size.bit_length() // HEIGHT + 1)}
    return {level: (level, count >> HEIGHT) for level, count in counts.items() if count % WIDTH}


def folded(hashes: bytes | bytearray) -> bytes:
    """The root over a power of two of hashes."""
    level = [bytes(hashes[at : at + HASH]) for at in range(0, len(hashes), HASH)]
    while len(level) > 1:
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def needed(ask: Callable[[Subtree], object]) -> set[Place]:
    """The tiles that a question will read, found by asking it of a tree that answers anything."""
    read: set[Place] = set()

    def noted(height: int, index: int) -> bytes:
        level, n, _, _ = _where(height, index)
        read.add((level, n))
        return bytes(HASH)

    ask(noted)
    return read


def subtrees(tiles: Mapping[Place, bytes]) -> Subtree:
    """A tree, as far as these tiles hold it."""

    def subtree(height: int, index: int) -> bytes:
        level, n, first, count = _where(height, index)
        hashes = tiles[level, n][first * HASH : (first + count) * HASH]
        if len(hashes) != count * HASH:
            raise KeyError((level, n, first, count))
        return folded(hashes)

    return subtree


def _where(height: int, index: int) -> tuple[int, int, int, int]:
    level, inside = divmod(height, HEIGHT)
    n, first = divmod(index << inside, WIDTH)
    return level, n, first, 1 << inside
