"""What may this reader see of a case? Headers and proofs from the ledger, contents from the services that show them."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec

from audit.bundle.model import FORMAT, SEALED, Bundle, BundleEvent, EventDescription, ServiceAnswer
from audit.bundle.write import SCHEMAS
from audit.domain import EventReceived
from audit.ledger.integrator import build_committed_body, build_opening
from audit.ledger.store import Leaf, Ledger, SignedCheckpoint
from audit.tlog import TlogProof, tree
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import CASE_PATHS, SERVICE_LABELS
from shared.messaging import Header
from shared.web.http import ProblemError

TIMEOUT_SECONDS = 30.0


class NotSignedYet(Exception):
    """An event of the case is not under a signed checkpoint yet."""


class ServiceUnavailable(Exception):
    """A service did not answer, or not as it should; its name in French."""


@dataclass(frozen=True, slots=True)
class ServiceContents:
    """What a service shows of a case, by position in its log."""

    reading: ServiceAnswer
    contents: Mapping[int, bytes]
    values: Mapping[int, Mapping[str, str | None]]
    schemas: Mapping[str, Any]


def collect_bundle(
    app: ServiceApplication, case: UUID, contents_of: Callable[[str], ServiceContents], *, sealed: bool = False
) -> Bundle:
    """`contents_of`: what each phase service shows of it, by its name; `sealed`: without what its sealed values say.

    Raises UnknownCase, NotSignedYet or Unanswered."""
    heard = sorted(
        (event.data for _, event in app.events_of(app.recorder.entries_of_case(case))),
        key=lambda event: (event.recorded_at, event.publisher, event.position),
    )
    if not heard:
        raise UnknownCase(str(case))
    signed, leaves, proofs = _proofs(app, heard)
    publishers = sorted({event.publisher for event in heard}, key=[*SERVICE_LABELS].index)
    shown = {name: contents_of(name) for name in publishers}
    return Bundle(
        str(case),
        {name: each.reading for name, each in shown.items()},
        key=signed.key,
        checkpoint=signed.note,
        lines=tuple(_line(*each, shown[each[0].publisher], sealed) for each in zip(heard, leaves, proofs, strict=True)),
        schemas={f"{SCHEMAS}en-tete.json": _json(msgspec.json.schema(Header))}
        | {
            f"{SCHEMAS}{name}.{topic.replace(':v', '.v')}.json": _json(schema)
            for name, each in shown.items()
            for topic, schema in sorted(each.schemas.items())
        },
        format=SEALED if sealed else FORMAT,
        successions=tuple(Ledger(app.recorder).successions()),
        witnesses=tuple(Ledger(app.recorder).witnesses()),
    )


def _proofs(app: ServiceApplication, heard: Sequence[EventReceived]) -> tuple[SignedCheckpoint, list[Leaf], list[str]]:
    ledger = Ledger(app.recorder)
    leaves = ledger.leaves([_id(event) for event in heard])
    signed = ledger.best(max((leaf.index for leaf in leaves.values()), default=0))
    if signed is None or len(leaves) < len(heard):
        raise NotSignedYet
    size, in_order = signed.size, [leaves[_id(event)] for event in heard]
    hashes = ledger.asked(lambda subtree: [tree.inclusion_proof(leaf.index, size, subtree) for leaf in in_order])
    proofs = []
    for event, leaf, path in zip(heard, in_order, hashes, strict=True):
        proofs.append(
            str(TlogProof(leaf.index, tuple(path), checkpoint=signed.note, extra=bytes(build_opening(event, leaf))))
        )
    return signed, in_order, proofs


def _line(event: EventReceived, leaf: Leaf, proof: str, shown: ServiceContents, sealed: bool) -> BundleEvent:
    values = {} if sealed else dict(sorted(shown.values.get(event.position, {}).items()))
    said = EventDescription(str(_id(event)), event.label or event.event, values)
    content = shown.contents.get(event.position)
    announced = None if content is None else build_committed_body(event, leaf)
    return BundleEvent(said, proof, content=content, announced=None if announced is None else bytes(announced))


def _id(event: EventReceived) -> UUID:
    return UUID(json.loads(event.header)["id"])


def withhold_contents(_name: str, answer: ProblemError) -> ServiceContents:
    """Nothing, without asking: a service that has not heard yet that the case is confidential would show it."""
    return ServiceContents(ServiceAnswer(False, f"{answer.title}\u00a0: {answer.detail}"), {}, values={}, schemas={})


def fetch_contents(name: str, case: UUID, addresses: Mapping[str, str], reader: Mapping[str, str]) -> ServiceContents:
    """`addresses` of the phase services, which are asked with the `reader`'s own headers. Raises Unanswered."""
    if name not in addresses:
        raise ServiceUnavailable(SERVICE_LABELS[name])
    url = f"{addresses[name].rstrip('/')}{CASE_PATHS[name]}/{case}/stored"
    try:
        answer = httpx.get(url, headers=dict(reader), timeout=TIMEOUT_SECONDS, trust_env=False)
        told = answer.json()
        if answer.status_code == httpx.codes.FORBIDDEN:
            return ServiceContents(
                ServiceAnswer(False, f"{told['title']}\u00a0: {told['detail']}"), {}, values={}, schemas={}
            )
        if answer.status_code == httpx.codes.NOT_FOUND and told["type"].endswith("/unknown-case"):
            return ServiceContents(
                ServiceAnswer(True), {}, values={}, schemas={}
            )  # though audit has heard of it: whoever verifies is told what lacks
        events = answer.raise_for_status().json()["events"]
        return ServiceContents(
            ServiceAnswer(True),
            {each["position"]: b64decode(each["stored"]) for each in events},
            values={each["position"]: each["shown"] for each in events},
            schemas=told["schemas"],
        )
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        raise ServiceUnavailable(SERVICE_LABELS[name]) from error


def _json(schema: Any) -> bytes:
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
