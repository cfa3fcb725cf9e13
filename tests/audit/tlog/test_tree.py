"""The tree of RFC 6962: roots, proofs, and the refusal of every false proof."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.checks import reference_merkle

from audit.tlog import SubtreeHash, VerificationError, leaf_hash, tiles, tree

LARGE = 600
"""Leaves: more than two tiles, so that proofs cross their borders."""
LEAVES = [sha256(str(n).encode()).digest() for n in range(LARGE)]


def grown_in_batches(entries: list[bytes], batches: list[int]) -> dict[tiles.TileKey, bytes]:
    kept: dict[tiles.TileKey, bytes] = {}
    size = 0
    while size < len(entries):
        batch = batches.pop(0) if batches else len(entries)
        edge = {level: kept[place] for level, place in tiles.partial_tiles(size).items()}
        fresh = [leaf_hash(entry) for entry in entries[size : size + batch]]
        kept |= tiles.extend_tiles(edge, size, fresh)
        size += len(fresh)
    return kept


WHOLE = grown_in_batches(LEAVES, [])


def tree_of(size: int) -> SubtreeHash:
    """What the tiles of the whole tree say of its beginning."""
    return tiles.subtree_hashes(WHOLE)


# From the tests of transparency-dev/merkle: eight leaves, and the root after each of them.
PUBLISHED = [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    ("10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
    ("2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ("3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
    ("40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
    ("5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
    ("606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
]


def test_roots_are_the_published_ones() -> None:
    assert tree.root_hash(0, tree_of(0)) == sha256().digest()
    for size in range(1, len(PUBLISHED) + 1):
        entries = [bytes.fromhex(leaf) for leaf, _ in PUBLISHED[:size]]
        subtree = tiles.subtree_hashes(grown_in_batches(entries, []))
        assert tree.root_hash(size, subtree).hex() == PUBLISHED[size - 1][1]


@given(size=st.integers(0, LARGE), data=st.data())
def test_roots_and_proofs_are_those_of_the_definition(size: int, data: Any) -> None:
    entries, subtree = LEAVES[:size], tree_of(size)
    root = tree.root_hash(size, subtree)
    assert root == reference_merkle.mth(entries)
    old = data.draw(st.integers(0, size))
    between = tree.consistency_proof(old, size, subtree)
    assert between == (reference_merkle.consistency_proof(old, entries) if old else [])
    tree.verify_consistency(old, reference_merkle.mth(entries[:old]), size, root, between)
    if size:
        index = data.draw(st.integers(0, size - 1))
        proof = tree.inclusion_proof(index, size, subtree)
        assert proof == reference_merkle.path(index, entries)
        tree.verify_inclusion(leaf_hash(entries[index]), index, size, proof, root)


@given(st.lists(st.integers(1, 300), max_size=12))
def test_tiles_do_not_depend_on_the_batches(batches: list[int]) -> None:
    assert grown_in_batches(LEAVES, batches) == WHOLE


@pytest.mark.parametrize("size", range(1, 18))
def test_every_other_inclusion_is_refused(size: int) -> None:
    """Another leaf, rank, size or root; a proof with a hash changed, swapped, added or taken away."""
    subtree, entries = tree_of(size), LEAVES[:size]
    root = tree.root_hash(size, subtree)
    for index in range(size):
        leaf, proof = leaf_hash(entries[index]), tree.inclusion_proof(index, size, subtree)
        others: list[tuple[bytes, int, int, list[bytes], bytes]] = [
            (leaf, index, size, mutant, root) for mutant in mutants(proof)
        ]
        others += [(leaf, other, size, proof, root) for other in range(-1, size + 2) if other != index]
        others += [(leaf_hash(LEAVES[other]), index, size, proof, root) for other in range(size + 1) if other != index]
        others += [
            (leaf, index, other, proof, tree.root_hash(other, subtree)) for other in range(size + 9) if other != size
        ]
        others += [(leaf, index, size, proof, flipped) for flipped in flips(root)]
        others += [(flipped, index, size, proof, root) for flipped in flips(leaf)]
        for other in others:
            with pytest.raises(VerificationError):
                tree.verify_inclusion(*other)


@pytest.mark.parametrize("size", range(1, 18))
def test_every_other_consistency_is_refused(size: int) -> None:
    """Truncated, forked or swapped logs; a proof with a hash changed, swapped, added or taken away."""
    subtree = tree_of(size)
    root = tree.root_hash(size, subtree)
    for old in range(size + 1):
        before, proof = tree.root_hash(old, subtree), tree.consistency_proof(old, size, subtree)
        others: list[tuple[int, bytes, int, bytes, list[bytes]]] = [
            (old, before, size, root, mutant) for mutant in mutants(proof)
        ]
        others += [(old, before, size, other, proof) for other in flips(root) if old]
        others += [(old, other, size, root, proof) for other in flips(before)]
        others += [(size, root, old, before, proof)] if old < size else []
        if old >= 2:
            swapped = reference_merkle.mth([LEAVES[1], LEAVES[0], *LEAVES[2:old]])
            others.append((old, swapped, size, root, proof))
        for other in others:
            with pytest.raises(VerificationError):
                tree.verify_consistency(*other)


def test_a_rank_or_a_size_that_is_not_there_has_no_proof() -> None:
    for prove, wrong in ((tree.inclusion_proof, 5), (tree.inclusion_proof, -1), (tree.consistency_proof, 6)):
        with pytest.raises(ValueError, match="tree of 5"):
            prove(wrong, 5, tree_of(5))


def flips(hashed: bytes) -> list[bytes]:
    """The hash with each of its bytes changed in turn."""
    return [hashed[:at] + bytes([hashed[at] ^ 1]) + hashed[at + 1 :] for at in range(len(hashed))]


def mutants(proof: list[bytes]) -> list[list[bytes]]:
    changed = [[*proof[:n], flip, *proof[n + 1 :]] for n in range(len(proof)) for flip in flips(proof[n])]
    shorter = [proof[:n] + proof[n + 1 :] for n in range(len(proof))]
    longer = [[*proof[:n], LEAVES[0], *proof[n:]] for n in range(len(proof) + 1)]
    swapped = [[*proof[:n], proof[n + 1], proof[n], *proof[n + 2 :]] for n in range(len(proof) - 1)]
    return [*changed, *shorter, *longer, *swapped]
