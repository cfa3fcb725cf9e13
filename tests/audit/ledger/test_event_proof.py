"""Proofs of events: valid for one event and no other."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from audit.ledger.event_proof import verify_event
from audit.ledger.opening import CommittedBody, Opening, parse_opening
from audit.tlog import (
    Checkpoint,
    Signer,
    TlogProof,
    VerificationError,
    decode_text,
    extend_tiles,
    leaf_hash,
    parse_proof,
    subtree_hashes,
    tree,
    verify_append_only,
)

ORIGIN = "registre.example/dla"
SIGNER = Signer(ORIGIN, bytes(range(32)))
KNOWN = [SIGNER.verifier]


BODY = CommittedBody(b"s" * 32, '{"unit": "dla-44"}')


def an_opening(n: int) -> Opening:
    payload = sha256(f"contenu {n}".encode()).digest()
    header = f'{{"event":"request-received","payload_hash":"{payload.hex()}","position":{n + 1}}}'
    return Opening(
        bytes([n]) * 32,
        header.encode(),
        label="Demande reçue",
        contract="request-received:v1",
        body=BODY.commitment,
    )


OPENINGS = [an_opening(n) for n in range(7)]
SUBTREES = subtree_hashes(extend_tiles({}, 0, [leaf_hash(each.entry) for each in OPENINGS]))


def signed(size: int) -> str:
    return SIGNER.sign(str(Checkpoint(ORIGIN, size, root=tree.root_hash(size, SUBTREES))))


def proof_of(index: int, size: int) -> str:
    hashes = tuple(tree.inclusion_proof(index, size, SUBTREES))
    return str(TlogProof(index, hashes, checkpoint=signed(size), extra=bytes(OPENINGS[index])))


def test_a_proof_shows_the_event_as_it_was_told() -> None:
    proven = verify_event(proof_of(4, 7), KNOWN)
    assert (proven.index, proven.checkpoint.size, proven.header["position"]) == (4, 7, 5)


def test_an_opening_is_what_any_program_can_hash() -> None:
    """`base64 -d | sha256sum` of the extra line is the entry that the tiles serve."""
    tlog_proof = parse_proof(proof_of(4, 7))
    assert tlog_proof.extra is not None
    assert sha256(tlog_proof.extra).digest() == OPENINGS[4].entry


@pytest.mark.parametrize("n", range(7))
def test_an_opening_reads_as_it_was_made(n: int) -> None:
    assert parse_opening(bytes(OPENINGS[n])) == OPENINGS[n]


@pytest.mark.parametrize(
    "content",
    [b'{"body":null,"contract":null,"form":1,"header":{},"label":null} ',
     b'{"contract":null,"body":null,"form":1,"header":{},"label":null}',
     b'{"body":null,"contract":null,"form":2,"header":{},"label":null}',
     b'{"body":null,"contract":null,"form":1,"header":{},"header":{},"label":null}',
     b'{"body":"AB","contract":null,"form":1,"header":{},"label":null}',
     b'{"body":null,"contract":null,"form":1,"header":' + b"[" * 100_000],
)  # fmt: skip
def test_an_opening_has_one_spelling(content: bytes) -> None:
    """Else two readers could understand two things by one entry."""
    with pytest.raises(VerificationError):
        parse_opening(bytes(32) + content)


def test_an_opening_tells_nothing_of_what_was_told_to_all() -> None:
    """Who is shown the header and can guess the body cannot check the guess: the body has a salt of its own."""
    tlog_proof = bytes(OPENINGS[0])
    for guess in (BODY.body.encode(), bytes(OPENINGS[0].salt) + BODY.body.encode()):
        assert sha256(guess).hexdigest().encode() not in tlog_proof
    assert sha256(bytes(BODY)).hexdigest().encode() in tlog_proof


@pytest.mark.parametrize(("index", "size"), [(index, size) for size in (1, 2, 5, 7) for index in range(size)])
def test_a_proof_changed_anywhere_is_refused(index: int, size: int) -> None:
    raw = proof_of(index, size).encode()
    verify_event(decode_text(raw), KNOWN)
    for at in range(len(raw)):
        for changed in (raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], raw[:at] + raw[at + 1 :], raw[:at]):
            with pytest.raises(VerificationError):
                verify_event(decode_text(changed), KNOWN)


def test_a_proof_says_nothing_of_another_event() -> None:
    for index in range(7):
        for other in range(7):
            tlog_proof = parse_proof(proof_of(index, 7))
            forged = TlogProof(
                tlog_proof.index, tlog_proof.hashes, checkpoint=tlog_proof.checkpoint, extra=bytes(OPENINGS[other])
            )
            if other != index:
                with pytest.raises(VerificationError, match="signed root"):
                    verify_event(str(forged), KNOWN)


def test_an_opening_of_no_known_form_is_refused() -> None:
    """Though the log holds its hash."""
    odd = bytes(32) + OPENINGS[0].header + bytes(32)
    note = SIGNER.sign(str(Checkpoint(ORIGIN, 1, root=leaf_hash(sha256(odd).digest()))))
    with pytest.raises(VerificationError, match="l’ouverture est illisible"):
        verify_event(str(TlogProof(0, (), checkpoint=note, extra=odd)), KNOWN)


@pytest.mark.parametrize(
    "text",
    ["", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n",
     "c2sp.org/tlog-proof@v1\nindex 00\n\n", "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n",
     "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{b64encode(bytes(32)).decode()}\n" * 64 + "\n"],
)  # fmt: skip
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        verify_event(text, KNOWN)


def test_one_ledger_prolongs_the_other() -> None:
    for old in range(8):
        for new in range(old, 8):
            before, after = verify_append_only(
                signed(old), signed(new), tree.consistency_proof(old, new, SUBTREES), KNOWN
            )
            assert (before.size, after.size) == (old, new)


def test_a_fork_is_refused() -> None:
    swapped = [OPENINGS[1], OPENINGS[0], *OPENINGS[2:]]
    forked = subtree_hashes(extend_tiles({}, 0, [leaf_hash(each.entry) for each in swapped]))
    for size in range(2, 8):
        fork = SIGNER.sign(str(Checkpoint(ORIGIN, size, root=tree.root_hash(size, forked))))
        for hashes in (tree.consistency_proof(2, size, forked), tree.consistency_proof(2, size, SUBTREES)):
            with pytest.raises(VerificationError):
                verify_append_only(signed(2), fork, hashes, KNOWN)


def test_two_ledgers_are_told_apart() -> None:
    other = Signer("autre.example", bytes(32))
    note = other.sign(str(Checkpoint("autre.example", 7, root=tree.root_hash(7, SUBTREES))))
    with pytest.raises(VerificationError, match="two logs"):
        verify_append_only(signed(2), note, tree.consistency_proof(2, 7, SUBTREES), [*KNOWN, other.verifier])
