"""Reading a bundle, entry by entry; nothing is verified yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from uuid import UUID

import msgspec

from audit.bundle.model import FORMAT, Bundle, BundleEvent, CaseDescription
from audit.bundle.write import (
    CASE_FILE,
    CHECKPOINT_FILE,
    KEY_FILE,
    SCHEMAS_FOLDER,
    body_file,
    content_file,
    proof_file,
    succession_file,
)
from audit.ledger.french import EvidenceError, in_french
from audit.tlog import VerificationError, decode_text

_decode = msgspec.json.Decoder(CaseDescription).decode


def read_bundle(entries: Mapping[str, bytes]) -> Bundle:
    """Raises VerificationError, which names the entry."""
    case = _read_case(_entry(entries, CASE_FILE))
    return Bundle(
        case.case,
        case.services,
        key=_text(entries, KEY_FILE).removesuffix("\n"),
        checkpoint=_text(entries, CHECKPOINT_FILE),
        events=tuple(
            BundleEvent(
                description,
                _text(entries, proof_file(description.id)),
                content=entries.get(content_file(description.id)),
                body=entries.get(body_file(description.id)),
            )
            for description in case.events
        ),
        schemas={name: content for name, content in entries.items() if name.startswith(SCHEMAS_FOLDER)},
        sealed=case.sealed,
        successions=tuple(_successions(entries)),
        witnesses=case.witnesses,
    )


def _successions(entries: Mapping[str, bytes]) -> Iterator[str]:
    for n in count(1):
        if (name := succession_file(n)) not in entries:
            return
        yield _text(entries, name)


def _read_case(raw: bytes) -> CaseDescription:
    try:
        case = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise EvidenceError(f"{CASE_FILE}\u00a0: ce n’est pas la description d’un dossier d’audit ({error})") from error
    if case.format != FORMAT:
        raise EvidenceError(
            f"{CASE_FILE}\u00a0: ce programme lit {FORMAT}, et non le format «\u202f{case.format}\u202f»"
        )
    for id_ in (case.case, *(event.id for event in case.events)):
        if not _is_id(id_):
            raise EvidenceError(f"{CASE_FILE}\u00a0: «\u202f{id_[:80]}\u202f» n’est pas un identifiant")
    seen: set[str] = set()
    for event in case.events:
        if event.id in seen:
            raise EvidenceError(f"{CASE_FILE}\u00a0: l’événement {event.id} y figure deux fois")
        seen.add(event.id)
    return case


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _entry(entries: Mapping[str, bytes], name: str) -> bytes:
    if name not in entries:
        raise EvidenceError(f"{name}\u00a0: cette entrée manque")
    return entries[name]


def _text(entries: Mapping[str, bytes], name: str) -> str:
    raw = _entry(entries, name)
    try:
        return decode_text(raw)
    except VerificationError as error:
        raise EvidenceError(f"{name}\u00a0: {in_french(error)}") from error
