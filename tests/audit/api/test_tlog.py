"""The public ledger over HTTP, verified as an outsider does, and the proofs of events."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.histories.audit_events import CASE, receive_events
from tests.support.servers.served_service import Served

from audit.ledger.event_proof import verify_event
from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.tlog import (
    Checkpoint,
    VerificationError,
    Verifier,
    leaf_hash,
    parse_proof,
    parse_verifier,
    tree,
    verify_append_only,
    verify_checkpoint,
)
from shared.eventlog import ServiceApplication
from shared.messaging import Header, encode

OTHER_CASE = UUID(int=6)


class Published:
    """The ledger as somebody outside sees it, without a token."""

    def __init__(self, audit: Served) -> None:
        self.http = audit.anonymous()

    def key(self) -> Verifier:
        return parse_verifier(self.http.get("/tlog/key").text)

    def checkpoint(self) -> Checkpoint:
        return verify_checkpoint(self.http.get("/tlog/checkpoint").text, [self.key()])

    def tile(self, path: str) -> Any:
        return self.http.get(f"/tlog/tile/{path}")


@pytest.fixture
def headers(app: ServiceApplication, checkpoint_signer: CheckpointSigner) -> list[Header]:
    """Six hundred events of one case and ten of another, signed three times on the way."""
    headers = receive_events(app, 200)
    integrate(app)
    checkpoint_signer.sign(app)
    headers += receive_events(app, 100, first=201)
    integrate(app)
    checkpoint_signer.sign(app)
    headers += [*receive_events(app, 300, first=301), *receive_events(app, 10, first=601, case=OTHER_CASE)]
    integrate(app)
    checkpoint_signer.sign(app)
    receive_events(app, 5, first=611)
    integrate(app)  # not signed yet
    return headers


@pytest.fixture
def published(audit: Served, headers: list[Header]) -> Published:
    return Published(audit)


def test_a_monitor_recomputes_the_root_from_the_entries(published: Published) -> None:
    signed = published.checkpoint()
    assert (signed.origin, signed.size) == ("registre.example/dla", 610)
    raw = b"".join(published.tile(f"entries/{path}").content for path in ("000", "001", "002.p/98"))
    entries = []
    while raw:
        length = int.from_bytes(raw[:2])
        entries.append(raw[2 : 2 + length])
        raw = raw[2 + length :]
    assert len(entries) == 610
    assert {len(entry) for entry in entries} == {32}
    hashes = b"".join(published.tile(f"0/{path}").content for path in ("000", "001", "002.p/98"))
    assert hashes == b"".join(map(leaf_hash, entries))


def test_tiles_come_with_their_types_and_for_ever(published: Published) -> None:
    for path, size in {"0/000": 8192, "0/002.p/98": 98 * 32, "1/000.p/2": 64, "0/001.p/44": 44 * 32}.items():
        answer = published.tile(path)
        assert (answer.status_code, len(answer.content)) == (200, size)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert published.tile("0/001.p/44").content == published.tile("0/001").content[: 44 * 32]
    for path in ("checkpoint", "key"):
        answer = published.http.get(f"/tlog/{path}")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["cache-control"] == "no-cache"


BEYOND = (
    "0/002", "0/002.p/99", "0/003.p/1", "entries/002.p/99", "entries/002", "1/000", "1/000.p/3", "2/000.p/1",
    "0/x999/x999/x999/x999/x999/999", "63/000.p/1", "0/0", "0/..%2f..%2fkey", "%00", "0/000.p/0", "",
)  # fmt: skip


def test_nothing_beyond_what_is_signed_is_served(published: Published) -> None:
    assert {path: published.tile(path).status_code for path in BEYOND} == dict.fromkeys(BEYOND, 404)


def test_tiles_tell_nothing_of_an_event(published: Published, headers: list[Header]) -> None:
    """Whoever knows an event's header cannot find it: without its salt, no entry is the hash of it."""
    entries = published.tile("entries/000").content
    first = headers[0]
    known = encode(first) + bytes.fromhex(first.payload_hash)
    for guess in (sha256(known), sha256(bytes(32) + known), sha256(encode(first))):
        assert guess.digest() not in entries
    assert first.id.bytes not in entries


def test_the_proof_of_an_event_opens_it_for_who_may_see_it(
    audit: Served, published: Published, headers: list[Header]
) -> None:
    for index in (0, 255, 256, 599):
        answer = audit.by("auditor").get(f"/api/v1/events/{headers[index].id}/proof")
        proven = verify_event(answer.text, [published.key()])
        assert (proven.index, proven.checkpoint) == (index, published.checkpoint())
        assert proven.header["id"] == str(headers[index].id)
        assert proven.header["actor"] == "ines"
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert f"{headers[index].id}.tlog-proof" in answer.headers["content-disposition"]


def test_a_leader_is_shown_its_own_case_only(audit: Served, headers: list[Header]) -> None:
    own, other = headers[0].id, headers[605].id
    leader = audit.by("leader", case=str(CASE))
    assert leader.get(f"/api/v1/events/{own}/proof").status_code == 200
    assert leader.get(f"/api/v1/events/{other}/proof").status_code == 404
    assert audit.by("leader", case=str(OTHER_CASE)).get(f"/api/v1/events/{other}/proof").status_code == 200


def test_operations_see_that_it_is_there_and_not_what_it_is(
    audit: Served, published: Published, headers: list[Header]
) -> None:
    text = audit.by("ops").get(f"/api/v1/events/{headers[7].id}/proof").text
    assert parse_proof(text).extra is None
    with pytest.raises(VerificationError, match="ouverture"):
        verify_event(text, [published.key()])
    assert audit.by("pilot").get(f"/api/v1/events/{headers[7].id}/proof").status_code == 403
    assert audit.anonymous().get(f"/api/v1/events/{headers[7].id}/proof").status_code == 401


def test_an_event_that_is_not_there_has_no_proof(audit: Served, app: ServiceApplication, headers: list[Header]) -> None:
    auditor = audit.by("auditor")
    assert auditor.get(f"/api/v1/events/{uuid4()}/proof").json()["type"].endswith("/unknown-event")
    rows = app.recorder.fetch("SELECT event_id FROM {schema}.leaves WHERE index = 611")
    waiting = auditor.get(f"/api/v1/events/{rows[0]['event_id']}/proof")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "2")


def test_a_header_altered_in_audits_own_log_is_said(
    audit: Served, app: ServiceApplication, headers: list[Header]
) -> None:
    app.recorder.fetch(
        "UPDATE {events} SET state = convert_to(replace(convert_from(state, 'UTF8'), 'ines', 'anna'), 'UTF8')"
        " WHERE originator_id = %s",
        (headers[3].id,),
    )
    answer = audit.by("auditor").get(f"/api/v1/events/{headers[3].id}/proof")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "altered-event")


@pytest.mark.parametrize(("old", "new"), [(0, 200), (1, 300), (200, 300), (257, 610), (300, 610), (610, 610)])
def test_a_newer_checkpoint_is_shown_to_add_to_an_older_one(
    published: Published, app: ServiceApplication, old: int, new: int
) -> None:
    text = published.http.get("/tlog/consistency", old=old, new=new).text
    head, _, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    assert first == f"old {old}"
    hashes, known = [b64decode(line) for line in lines], [published.key()]
    signed = verify_checkpoint(note, known)
    assert signed.size == new
    if old in (200, 300, 610):
        older = app.recorder.fetch("SELECT note FROM {schema}.checkpoints WHERE size = %s", (old,))[0]["note"]
        verify_append_only(older, note, hashes, known)
    with pytest.raises(VerificationError):
        tree.verify_consistency(old, bytes(32), signed.size, signed.root, hashes)


def test_consistency_with_a_size_that_was_not_signed_is_refused(published: Published) -> None:
    for old, new in ((611, 610), (0, 5), (0, 615), (700, None)):
        query = {"old": old} | ({} if new is None else {"new": new})
        assert published.http.get("/tlog/consistency", **query).status_code == 404
    assert published.http.get("/tlog/consistency", old=-1).status_code == 422
    assert published.http.get("/tlog/consistency", old=10**30).status_code in (404, 422)


def test_before_the_first_checkpoint_everybody_waits(audit: Served) -> None:
    for path in ("checkpoint", "key", "tile/0/000"):
        answer = audit.anonymous().get(f"/tlog/{path}")
        assert (answer.status_code, answer.headers.get("retry-after")) in {(503, "2"), (404, None)}
    assert audit.anonymous().get("/tlog/checkpoint").status_code == 503
