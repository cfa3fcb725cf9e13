"""What does a root commit to? RFC 6962: hashes, and proofs of inclusion and consistency, made and verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256().digest()
SubtreeHash = Callable[[int, int], bytes]
"""(height, index) gives the hash over the 2 ** height leaves from index * 2 ** height on, all of which exist."""


class VerificationError(Exception):
    """What was shown does not prove what it claims; says in French what is wrong."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


# -- made from the hashes of complete subtrees


def root_hash(size: int, subtree: SubtreeHash) -> bytes:
    return _hash_of(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: SubtreeHash) -> list[bytes]:
    """From the leaf's sibling up to the root's child. Raises ValueError when the leaf is not in a tree of this size."""
    return [_hash_of(begin, end, subtree) for begin, end, _ in _siblings_of_leaf(index, size)]


def consistency_proof(old: int, size: int, subtree: SubtreeHash) -> list[bytes]:
    """That the tree of the first `old` leaves is a beginning of the one of `size`. Nothing is to be shown for none."""
    if old == 0:
        return []
    begin, siblings = _siblings_of_end(old, size)
    proof = [_hash_of(first, last, subtree) for first, last, _ in siblings]
    return proof if begin == 0 else [_hash_of(begin, old, subtree), *proof]


# -- verified by who has nothing but roots


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """`leaf` is a leaf's hash, `expected` the root. Raises Unproven."""
    if not 0 <= index < size:
        raise VerificationError(f"le rang {index} n’est pas dans un registre de {size} lignes")
    siblings = list(_siblings_of_leaf(index, size))
    if len(proof) != len(siblings):
        raise VerificationError(
            f"{len(siblings)} empreintes sont attendues dans la preuve, et elle en porte {len(proof)}"
        )
    reached = leaf
    for sibling, (_, _, on_the_right) in zip(proof, siblings, strict=True):
        reached = node_hash(reached, sibling) if on_the_right else node_hash(sibling, reached)
    if reached != expected:
        raise VerificationError("la preuve ne conduit pas à la racine signée")


def verify_consistency(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises Unproven unless the tree of `size` begins with the one of `old`."""
    if not 0 <= old <= size:
        raise VerificationError(f"un registre de {size} lignes ne prolonge pas un registre de {old} lignes")
    begin, siblings = _siblings_of_end(old, size) if old else (0, [])
    given = list(proof)
    if len(given) != len(siblings) + (begin > 0):
        raise VerificationError(
            f"{len(siblings) + (begin > 0)} empreintes sont attendues, et la preuve en porte {len(given)}"
        )
    if old == 0:
        if old_root != EMPTY_ROOT:
            raise VerificationError("la racine d’un registre vide n’est pas celle-ci")
        return
    before = after = given.pop(0) if begin else old_root
    for sibling, (_, _, on_the_right) in zip(given, siblings, strict=True):
        after = node_hash(after, sibling) if on_the_right else node_hash(sibling, after)
        before = before if on_the_right else node_hash(sibling, before)
    if before != old_root:
        raise VerificationError(f"la preuve ne conduit pas à la racine signée pour {old} lignes")
    if after != new_root:
        raise VerificationError(f"la preuve ne conduit pas à la racine signée pour {size} lignes")


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


def _hash_of(begin: int, end: int, subtree: SubtreeHash) -> bytes:
    count = end - begin
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return subtree(height, begin >> height)
    middle = begin + _split(count)
    return node_hash(_hash_of(begin, middle, subtree), _hash_of(middle, end, subtree))


def _split(count: int) -> int:
    """The largest power of two below."""
    return 1 << (count - 1).bit_length() - 1
