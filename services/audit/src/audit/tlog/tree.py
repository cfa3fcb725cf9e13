"""Merkle tree of RFC 6962: hashes of leaves and nodes, proofs of inclusion and consistency, and their verification.

A tree is given by its `SubtreeHash`: a function that returns the hashes of its complete subtrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

from audit.tlog.errors import Fault, VerificationError

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()
SubtreeHash = Callable[[int, int], bytes]
"""(height, index) gives the hash over the 2 ** height leaves from index * 2 ** height on, all of which exist."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return pair_hash(left + right)


def pair_hash(both: bytes) -> bytes:
    """The hash of the node over two hashes, which follow each other in `both`."""
    return sha256(b"\x01" + both).digest()


# -- computed from the hashes of complete subtrees


def root_hash(size: int, subtree: SubtreeHash) -> bytes:
    return _range_hash(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: SubtreeHash) -> list[bytes]:
    """From the leaf's sibling up to the root's child. Raises ValueError when the leaf is not in a tree of this size."""
    return [_range_hash(begin, end, subtree) for begin, end, _ in _siblings_of_leaf(index, size)]


def consistency_proof(old: int, size: int, subtree: SubtreeHash) -> list[bytes]:
    """That the tree of the first `old` leaves is a beginning of the one of `size`. Empty when `old` is 0."""
    if old == 0:
        return []
    begin, siblings = _siblings_of_end(old, size)
    proof = [_range_hash(first, last, subtree) for first, last, _ in siblings]
    return proof if begin == 0 else [_range_hash(begin, old, subtree), *proof]


# -- verified with the roots alone


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """`leaf` is a leaf's hash, `expected` the root. Raises VerificationError."""
    if not 0 <= index < size:
        raise VerificationError(Fault.INCLUSION_INDEX, index=index, size=size)
    siblings = list(_siblings_of_leaf(index, size))
    if len(proof) != len(siblings):
        raise VerificationError(Fault.HASH_COUNT, expected=len(siblings), found=len(proof))
    computed = leaf
    for sibling, (_, _, is_right) in zip(proof, siblings, strict=True):
        computed = node_hash(computed, sibling) if is_right else node_hash(sibling, computed)
    if computed != expected:
        raise VerificationError(Fault.INCLUSION_ROOT)


def verify_consistency(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises VerificationError unless the tree of `size` begins with the one of `old`."""
    if not 0 <= old <= size:
        raise VerificationError(Fault.CONSISTENCY_SIZES, old=old, size=size)
    begin, siblings = _siblings_of_end(old, size) if old else (0, [])
    hashes, expected = list(proof), len(siblings) + (begin > 0)
    if len(hashes) != expected:
        raise VerificationError(Fault.HASH_COUNT, expected=expected, found=len(hashes))
    if old == 0:
        if old_root != EMPTY_ROOT:
            raise VerificationError(Fault.EMPTY_TREE_ROOT)
        return
    before = after = hashes.pop(0) if begin else old_root
    for sibling, (_, _, is_right) in zip(hashes, siblings, strict=True):
        after = node_hash(after, sibling) if is_right else node_hash(sibling, after)
        before = before if is_right else node_hash(sibling, before)
    if before != old_root:
        raise VerificationError(Fault.CONSISTENCY_OLD_ROOT, size=old)
    if after != new_root:
        raise VerificationError(Fault.CONSISTENCY_NEW_ROOT, size=size)


# -- the shape of the tree

Sibling = tuple[int, int, bool]
"""The leaves from the first to before the second, and whether they stand to the right of the path."""


def _siblings_of_leaf(index: int, size: int) -> Iterator[Sibling]:
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    begin, end, down = 0, size, []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            down.append((middle, end, True))
            end = middle
        else:
            down.append((begin, middle, False))
            begin = middle
    return reversed(down)


def _siblings_of_end(old: int, size: int) -> tuple[int, list[Sibling]]:
    """Where the last complete subtree of the old tree begins (0: it is the whole), and its siblings upwards."""
    if not 0 < old <= size:
        raise ValueError(f"a tree of {size} does not begin with one of {old}")
    begin, end, down = 0, size, []
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            down.append((middle, end, True))
            end = middle
        else:
            down.append((begin, middle, False))
            begin = middle
    return begin, down[::-1]


def _range_hash(begin: int, end: int, subtree: SubtreeHash) -> bytes:
    count = end - begin
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return subtree(height, begin >> height)
    middle = begin + _split(count)
    return node_hash(_range_hash(begin, middle, subtree), _range_hash(middle, end, subtree))


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1
