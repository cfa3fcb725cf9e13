"""Compact range: the root of a tree that only grows, kept as the roots of its complete subtrees."""

from __future__ import annotations

from audit.tlog.tree import EMPTY_ROOT, node_hash


class CompactRange:
    """Memory grows with the logarithm of `size`."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[tuple[int, bytes]] = []
        """(height, root) of the complete subtrees, the largest first."""

    def add(self, leaf: bytes) -> None:
        """`leaf`: the hash of the next leaf."""
        height, self.size = 0, self.size + 1
        while self._subtrees and self._subtrees[-1][0] == height:
            leaf, height = node_hash(self._subtrees.pop()[1], leaf), height + 1
        self._subtrees.append((height, leaf))

    @property
    def root(self) -> bytes:
        if not self._subtrees:
            return EMPTY_ROOT
        *others, (_, computed) = self._subtrees
        for _, subtree in reversed(others):
            computed = node_hash(subtree, computed)
        return computed
