"""Compact range: the root of a growing tree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.support.checks import reference_merkle

from audit.tlog import CompactRange, leaf_hash


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_a_growing_root_is_that_of_the_rfc(entries: list[bytes]) -> None:
    tree = CompactRange()
    for entry in entries:
        tree.add(leaf_hash(entry))
    assert (tree.size, tree.root) == (len(entries), reference_merkle.mth(entries))
