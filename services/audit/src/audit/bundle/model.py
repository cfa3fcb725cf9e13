"""What is in an auditor's bundle?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from audit.bundle.header import BundleHeader, parse_header
from audit.ledger.opening import Opening, parse_opening
from audit.tlog import parse_proof

FORMAT, SEALED = "dla-bundle/2", "dla-bundle/3"
"""The one that is written, and the one whose sealed values stay so: nobody reads them in it, whatever becomes of it."""
FORMATS = ("dla-bundle/1", FORMAT, SEALED)
"""Those that are read."""


class ServiceAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a service has shown the contents of its events to the reader; if not, its answer in French."""

    shown: bool
    answer: str = ""


class EventDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said beside the proof: the event's French name, which only entries of the second form commit to, and what
    its sealed values say, by path, which nothing proves; null when erased, and none in a file that is sealed."""

    id: str
    label: str
    values: dict[str, str | None] = {}


class CaseDescription(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`events` in the order of the timeline; `witnesses`: the keys of those that the ledger asks to cosign."""

    format: str
    case: str
    services: dict[str, ServiceAnswer]
    events: tuple[EventDescription, ...]
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BundleEvent:
    """One event. `proof` is a `.tlog-proof` with its opening; `content` the stored bytes, where they are shown, and
    `announced` with them: what the event told to all, opened."""

    said: EventDescription
    proof: str
    content: bytes | None
    announced: bytes | None = None

    @property
    def opening(self) -> Opening:
        shown = parse_proof(self.proof).extra
        if shown is None:
            raise EvidenceError("la preuve ne porte pas l’ouverture de l’événement")
        return parse_opening(shown)

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
    lines: tuple[BundleEvent, ...]
    schemas: Mapping[str, bytes]
    format: str = FORMAT
    successions: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()

    @property
    def sealed(self) -> bool:
        return self.format == SEALED
