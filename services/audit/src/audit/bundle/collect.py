"""Collecting a bundle: headers and proofs from the ledger, contents from the services that show them to the reader."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec

from audit.bundle.model import Bundle, BundleEvent, EventDescription, ServiceAnswer
from audit.bundle.write import SCHEMAS_FOLDER
from audit.domain import EventReceived
from audit.ledger.integrator import build_committed_body, build_opening
from audit.ledger.store import Leaf, Ledger, SignedCheckpoint
from audit.phase_services import PhaseServices
from audit.tlog import TlogProof, inclusion_proof
from shared.eventlog import RecordedEvent, ServiceApplication, UnknownCase
from shared.kernel import CASE_PATHS, SERVICE_LABELS
from shared.messaging import Header
from shared.web.http import ProblemError

TIMEOUT_SECONDS = 30.0
NOT_OPENED = "Phase non ouverte\u00a0: ce service a entendu parler du dossier, qui n’y est pas encore arrivé."


class NotSignedYet(Exception):
    """An event of the case is not under a signed checkpoint yet."""


class ServiceUnavailable(Exception):
    """A service did not answer, or not as it should; its name in French."""


@dataclass(frozen=True, slots=True)
class ServiceContents:
    """What a service shows of a case, by position in its log."""

    answer: ServiceAnswer
    contents: Mapping[int, bytes]
    values: Mapping[int, Mapping[str, str | None]]
    schemas: Mapping[str, Any]


def collect_bundle(
    app: ServiceApplication, case: UUID, contents_of: Callable[[str], ServiceContents], *, sealed: bool = False
) -> Bundle:
    """`contents_of`: what a service shows of the case, by the service's name; `sealed`: without the plaintext of
    encrypted values.

    Raises UnknownCase, NotSignedYet or ServiceUnavailable."""
    received = sorted(
        (event for _, event in app.events_of(app.recorder.entries_of_case(case))),
        key=lambda event: (event.data.recorded_at, event.data.publisher, event.data.position),
    )
    if not received:
        raise UnknownCase(str(case))
    checkpoint, leaves, proofs = _prove(app, received)
    publishers = sorted({event.data.publisher for event in received}, key=[*SERVICE_LABELS].index)
    opened = {event.data.publisher for event in received if _stream(event.data) == case}
    services = {name: contents_of(name) if name in opened else _not_shown(NOT_OPENED) for name in publishers}
    return Bundle(
        str(case),
        {name: service.answer for name, service in services.items()},
        key=checkpoint.key,
        checkpoint=checkpoint.note,
        events=tuple(
            _bundle_event(event, leaf, proof, services[event.data.publisher], sealed)
            for event, leaf, proof in zip(received, leaves, proofs, strict=True)
        ),
        schemas={f"{SCHEMAS_FOLDER}en-tete.json": _encode(msgspec.json.schema(Header))}
        | {
            f"{SCHEMAS_FOLDER}{name}.{topic.replace(':v', '.v')}.json": _encode(schema)
            for name, service in services.items()
            for topic, schema in sorted(service.schemas.items())
        },
        sealed=sealed,
        successions=tuple(Ledger(app.recorder).successions()),
        witnesses=tuple(Ledger(app.recorder).witnesses()),
    )


def _prove(
    app: ServiceApplication, received: Sequence[RecordedEvent[EventReceived]]
) -> tuple[SignedCheckpoint, list[Leaf], list[str]]:
    """One checkpoint, and the leaf and the proof of each event."""
    ledger = Ledger(app.recorder)
    by_id = ledger.leaves([event.originator_id for event in received])
    checkpoint = ledger.most_cosigned_checkpoint(max((leaf.index for leaf in by_id.values()), default=0))
    if checkpoint is None or len(by_id) < len(received):
        raise NotSignedYet
    size, leaves = checkpoint.size, [by_id[event.originator_id] for event in received]
    paths = ledger.compute(lambda subtree: [inclusion_proof(leaf.index, size, subtree) for leaf in leaves])
    proofs = [
        TlogProof(leaf.index, tuple(path), checkpoint=checkpoint.note, extra=bytes(build_opening(event.data, leaf)))
        for event, leaf, path in zip(received, leaves, paths, strict=True)
    ]
    return checkpoint, leaves, [str(proof) for proof in proofs]


def _bundle_event(
    recorded: RecordedEvent[EventReceived], leaf: Leaf, proof: str, service: ServiceContents, sealed: bool
) -> BundleEvent:
    event = recorded.data
    values = {} if sealed else dict(sorted(service.values.get(event.position, {}).items()))
    description = EventDescription(str(recorded.originator_id), event.label or event.event, values)
    content = service.contents.get(event.position)
    body = None if content is None else build_committed_body(event, leaf)
    return BundleEvent(description, proof, content=content, body=None if body is None else bytes(body))


def _stream(event: EventReceived) -> UUID:
    return UUID(json.loads(event.header)["stream"])


def withhold_contents(_name: str, problem: ProblemError) -> ServiceContents:
    """Nothing, without a request: a service that does not know yet that the case is confidential would show it."""
    return _not_shown(f"{problem.title}\u00a0: {problem.detail}")


def fetch_contents(name: str, *, services: PhaseServices, case: UUID, reader: Mapping[str, str]) -> ServiceContents:
    """What the service shows to the `reader`'s own headers. Raises ServiceUnavailable."""
    try:
        response = services.get(name, f"{CASE_PATHS[name]}/{case}/stored", reader, timeout_seconds=TIMEOUT_SECONDS)
        content = response.json()
        if response.status_code == httpx.codes.FORBIDDEN:
            return _not_shown(f"{content['title']}\u00a0: {content['detail']}")
        if response.status_code == httpx.codes.NOT_FOUND and content["type"].endswith("/unknown-case"):
            # the policy is the same as audit's, which shows the case: the verification names what is missing
            return ServiceContents(ServiceAnswer(True), {}, values={}, schemas={})
        events = response.raise_for_status().json()["events"]
        return ServiceContents(
            ServiceAnswer(True),
            {each["position"]: b64decode(each["stored"]) for each in events},
            values={each["position"]: each["shown"] for each in events},
            schemas=content["schemas"],
        )
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        raise ServiceUnavailable(SERVICE_LABELS[name]) from error


def _not_shown(answer: str) -> ServiceContents:
    return ServiceContents(ServiceAnswer(False, answer), {}, values={}, schemas={})


def _encode(schema: Any) -> bytes:
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
