"""Content of a bundle: the events of a case with their proofs, and what services showed of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from audit.bundle.header import BundleHeader, parse_header
from audit.ledger.french import EvidenceError
from audit.ledger.opening import Opening, parse_opening
from audit.tlog import parse_proof

FORMAT = "dla-bundle/1"


class ServiceAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a service has shown the contents of its events to the reader; if not, its answer in French."""

    shown: bool
    answer: str = ""


class EventDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What accompanies the proof: the event's French name, to which the entry commits, and the plaintext of its
    encrypted values by path, which nothing proves; null when erased, and none in a sealed bundle."""

    id: str
    label: str
    values: dict[str, str | None] = {}


class CaseDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`events` in the order of the timeline; `witnesses`: the keys of those that the ledger asks to cosign; `sealed`:
    nothing in the file gives the plaintext of encrypted values."""

    format: str
    case: str
    services: dict[str, ServiceAnswer]
    events: tuple[EventDescription, ...]
    witnesses: tuple[str, ...] = ()
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class BundleEvent:
    """`proof` is a `.tlog-proof` with its opening. `content`: the stored bytes, where the service shows them; `body`:
    the event's public body, opened, where the content is shown."""

    description: EventDescription
    proof: str
    content: bytes | None
    body: bytes | None = None

    @property
    def opening(self) -> Opening:
        extra = parse_proof(self.proof).extra
        if extra is None:
            raise EvidenceError("la preuve ne porte pas l’ouverture de l’événement")
        return parse_opening(extra)

    @property
    def header(self) -> BundleHeader:
        return parse_header(self.opening.header)


@dataclass(frozen=True, slots=True)
class Bundle:
    """`key` verifies `checkpoint`, a signed note; `schemas` by file name; `successions`: signed notes that lead to it
    from the ledger's first key."""

    case: str
    services: Mapping[str, ServiceAnswer]
    key: str
    checkpoint: str
    events: tuple[BundleEvent, ...]
    schemas: Mapping[str, bytes]
    sealed: bool = False
    successions: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
