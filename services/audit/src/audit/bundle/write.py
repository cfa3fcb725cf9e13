"""Which entries make a bundle, in which order? Some are given, the others follow from them."""

from __future__ import annotations

from hashlib import sha256
from importlib.resources import files

import msgspec

from audit.bundle.model import Bundle, CaseDescription
from audit.bundle.page import render_page

README_FILE, PAGE_FILE, CASE_FILE = "LISEZ-MOI.txt", "chronologie.html", "dossier.json"
KEY_FILE, CHECKPOINT_FILE, HEADERS_FILE = "cle.txt", "point-de-controle.txt", "en-tetes.jsonl"
SUMS_FILE, SCHEMAS = "SHA256SUMS", "schemas/"


def build_entries(bundle: Bundle) -> dict[str, bytes]:
    """Every entry, in its order. Raises Unproven when a line is no event."""
    said = tuple(line.said for line in bundle.lines)
    case = CaseDescription(bundle.format, bundle.case, dict(bundle.services), said, bundle.witnesses)
    headers = [line.opening.header for line in bundle.lines]
    found = {
        README_FILE: files(__package__).joinpath(f"LISEZ-MOI-{bundle.format[-1]}.txt").read_bytes(),
        PAGE_FILE: render_page(bundle).encode(),
        CASE_FILE: msgspec.json.format(msgspec.json.encode(case), indent=1) + b"\n",
        KEY_FILE: bundle.key.encode() + b"\n",
        CHECKPOINT_FILE: bundle.checkpoint.encode(),
        HEADERS_FILE: b"".join(each + b"\n" for each in headers),
        **{proof_file(line.said.id): line.proof.encode() for line in bundle.lines},
        **{content_file(line.said.id): line.content for line in bundle.lines if line.content is not None},
        **{body_file(line.said.id): line.announced for line in bundle.lines if line.announced is not None},
        **{succession_file(n): note.encode() for n, note in enumerate(bundle.successions, 1)},
        **bundle.schemas,
    }
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in found.items())
    return found | {SUMS_FILE: sums.encode()}


def proof_file(event: str) -> str:
    return f"preuves/{event}.tlog-proof"


def content_file(event: str) -> str:
    return f"contenus/{event}.json"


def body_file(event: str) -> str:
    return f"annonces/{event}.txt"


def succession_file(n: int) -> str:
    return f"successions/{n}.txt"
