"""Writing a bundle: its entries, in their order. Some are given, the others are derived from them."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files

import msgspec

from audit.bundle.model import FORMAT, Bundle, CaseDescription
from audit.bundle.page import render_page

README_FILE, PAGE_FILE, CASE_FILE = "LISEZ-MOI.txt", "chronologie.html", "dossier.json"
KEY_FILE, CHECKPOINT_FILE, HEADERS_FILE = "cle.txt", "point-de-controle.txt", "en-tetes.jsonl"
SUMS_FILE, SCHEMAS_FOLDER = "SHA256SUMS", "schemas/"
README_SOURCE, SEALED_README_SOURCE = "LISEZ-MOI.txt", "LISEZ-MOI-scelle.txt"


def build_entries(bundle: Bundle) -> dict[str, bytes]:
    """Raises VerificationError when the proof of an event cannot be read."""
    descriptions = tuple(event.description for event in bundle.events)
    case = CaseDescription(
        FORMAT,
        bundle.case,
        services=dict(bundle.services),
        events=descriptions,
        witnesses=bundle.witnesses,
        sealed=bundle.sealed,
    )
    readme = SEALED_README_SOURCE if bundle.sealed else README_SOURCE
    headers = [event.opening.header for event in bundle.events]
    by_id = {event.description.id: event for event in bundle.events}
    entries = {
        README_FILE: files(__package__).joinpath(readme).read_bytes(),
        PAGE_FILE: render_page(bundle).encode(),
        CASE_FILE: msgspec.json.format(msgspec.json.encode(case), indent=1) + b"\n",
        KEY_FILE: bundle.key.encode() + b"\n",
        CHECKPOINT_FILE: bundle.checkpoint.encode(),
        HEADERS_FILE: b"".join(header + b"\n" for header in headers),
        **{proof_file(id_): event.proof.encode() for id_, event in by_id.items()},
        **{content_file(id_): event.content for id_, event in by_id.items() if event.content is not None},
        **{body_file(id_): event.body for id_, event in by_id.items() if event.body is not None},
        **{succession_file(n): note.encode() for n, note in enumerate(bundle.successions, 1)},
        **bundle.schemas,
    }
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in entries.items())
    return entries | {SUMS_FILE: sums.encode()}


def proof_file(event: str) -> str:
    return f"preuves/{event}.tlog-proof"


def content_file(event: str) -> str:
    return f"contenus/{event}.json"


def body_file(event: str) -> str:
    return f"annonces/{event}.txt"


def succession_file(n: int) -> str:
    return f"successions/{n}.txt"
