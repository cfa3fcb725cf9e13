"""A small case with its proofs, in a ledger of eleven leaves, made without any service."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from audit.bundle.archive import pack
from audit.bundle.model import Bundle, BundleEvent, EventDescription, ServiceAnswer
from audit.bundle.verify import verify_bundle
from audit.bundle.write import build_entries
from audit.ledger.french import in_french
from audit.ledger.opening import CommittedBody, Opening
from audit.ledger.succession import PublishedKey
from audit.tlog import Checkpoint, Signer, TlogProof, VerificationError, extend_tiles, leaf_hash, subtree_hashes, tree

SIGNER = Signer("registre.example/dla", bytes(range(32)))
CASE = UUID(int=5)
OTHERS = 5
BEGAN = datetime(2026, 3, 2, 9, tzinfo=UTC)
EVENTS = (
    ("intake", 3, CASE, 1, "request-received", "Demande reçue"),
    ("intake", 4, CASE, 2, "meeting-recorded", "Entretien consigné"),
    ("intake", 9, UUID(int=6), 1, "orientation-proposed", "Orientation proposée"),
    ("intake", 12, CASE, 3, "request-admitted", "Demande admise dans le DLA"),
    ("diagnostic", 2, CASE, 1, "diagnosis-opened", "Diagnostic ouvert"),
    ("diagnostic", 5, CASE, 2, "axis-assessed", "Axe examiné"),
)


PUBLISHED = 3
"""An event with a public body."""
BODY = CommittedBody(b"s" * 32, '{"headcount": 12, "unit": "dla-44"}')


def opening(n: int, header: bytes) -> Opening:
    contract, body = ("request-admitted:v1", BODY.commitment) if n == PUBLISHED else (None, None)
    return Opening(bytes([n]) * 32, header, label=EVENTS[n][-1], contract=contract, body=body)


def stored(n: int, role: str = "adviser") -> bytes:
    meta = {"id": str(UUID(int=100 + n)), "case": str(CASE), "actor": "ines", "role": role, "correlation": str(CASE)}
    data = {"reason": {"k": str(CASE), "c": f"c2VhbGVk{n}"}, "rating": n, "needs": [{"code": "emploi"}]}
    return json.dumps({"meta": meta, "data": data}).encode()


def header(n: int, content: bytes, **changed: Any) -> bytes:
    service, position, stream, version, event, _ = EVENTS[n]
    at = (BEGAN + timedelta(minutes=n)).isoformat()
    values = {
        "publisher": service, "log_id": str(UUID(int=1)), "position": position, "partition": 3, "number": position,
        "id": str(UUID(int=100 + n)), "case": str(CASE), "stream": str(stream), "version": version, "event": event,
        "event_version": 1, "recorded_at": at, "effective_at": at, "actor": "ines", "role": "adviser", "unit": None,
        "causation": None, "correlation": str(CASE), "rules": None, "payload_hash": sha256(content).hexdigest(),
    }  # fmt: skip
    return json.dumps(values | changed).encode()


def bundle(
    headers: Sequence[bytes] | None = None, contents: Sequence[bytes | None] | None = None, signer: Signer = SIGNER
) -> Bundle:
    """Leaves of other cases stand between its own."""
    contents = contents or [stored(n) for n in range(len(EVENTS))]
    headers = headers or [header(n, content or stored(n)) for n, content in enumerate(contents)]
    openings = [opening(n, each) for n, each in enumerate(headers)]
    leaves = [leaf_hash(bytes([n]) * 32) for n in range(OTHERS)]
    at = [n * 11 // len(openings) for n in range(len(openings))]
    for index, each in zip(at, openings, strict=True):
        leaves.insert(index, leaf_hash(each.entry))
    whole, size = subtree_hashes(extend_tiles({}, 0, leaves)), len(leaves)
    note = signer.sign(str(Checkpoint(signer.verifier.name, size, root=tree.root_hash(size, whole))))
    events = []
    for n, (index, each, content) in enumerate(zip(at, openings, contents, strict=True)):
        proof = TlogProof(index, tuple(tree.inclusion_proof(index, size, whole)), checkpoint=note, extra=bytes(each))
        decoded = json.loads(each.header)
        values: dict[str, str | None] = {"reason": f"Un motif {n}."} if content is not None else {}
        body = bytes(BODY) if n == PUBLISHED and content is not None else None
        events.append(
            BundleEvent(EventDescription(decoded["id"], EVENTS[n][-1], values), str(proof), content=content, body=body)
        )
    services = {"intake": ServiceAnswer(True), "diagnostic": ServiceAnswer(True)}
    schemas = {"schemas/en-tete.json": b'{"type": "object"}\n'}
    return Bundle(str(CASE), services, key=str(signer.verifier), checkpoint=note, events=tuple(events), schemas=schemas)


def without(whole: Bundle, *numbers: int) -> Bundle:
    return replace(whole, events=tuple(event for n, event in enumerate(whole.events) if n not in numbers))


def seal(whole: Bundle) -> Bundle:
    """The same without the plaintext of its sealed values."""
    events = tuple(
        replace(event, description=EventDescription(event.description.id, event.description.label))
        for event in whole.events
    )
    return replace(whole, events=events, sealed=True)


def describe(whole: Bundle, n: int, **changed: Any) -> Bundle:
    """The same with another description of one event."""
    event = whole.events[n]
    fields = {field: getattr(event.description, field) for field in EventDescription.__struct_fields__}
    return replace_event(whole, n, replace(event, description=EventDescription(**fields | changed)))


def replace_event(whole: Bundle, n: int, event: BundleEvent) -> Bundle:
    return replace(whole, events=(*whole.events[:n], event, *whole.events[n + 1 :]))


WHOLE = bundle()
ENTRIES = build_entries(WHOLE)
RAW = pack(ENTRIES)
OWN = PublishedKey(SIGNER.verifier)
FORGER = Signer("registre.example/dla", bytes(32))


def file_of(bundle: Bundle) -> bytes:
    return pack(build_entries(bundle))


def refused(raw: bytes) -> str:
    """The French sentence that refuses a file."""
    with pytest.raises(VerificationError) as refusal:
        verify_bundle(raw)
    return in_french(refusal.value)


def with_sums(changed: dict[str, bytes]) -> bytes:
    """As somebody careful would leave it."""
    rest = {name: content for name, content in changed.items() if name != "SHA256SUMS"}
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in rest.items())
    return pack(rest | {"SHA256SUMS": sums.encode()})
