"""The document model: blocks, and the events that they were made from. The same for every service and every format."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.kernel.content_hash import content_hash


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 2
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`aside`: a remark in small type, about the document."""

    text: str
    aside: bool = False
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """Lines of a label and its value."""

    rows: tuple[tuple[str, str], ...]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    """`share`: its width relative to the other columns. `number`: aligned to the right."""

    title: str
    share: int = 1
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]
    kind: str = field(default="bullets", init=False)


@dataclass(frozen=True, slots=True)
class Party:
    """A party that signs by hand. `quality`: as what. `note`: printed where the signature goes."""

    quality: str
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    parties: tuple[Party, ...]
    kind: str = field(default="signatures", init=False)


@dataclass(frozen=True, slots=True)
class QrCode:
    """An address to scan. `text`: what it holds. `caption`: what it leads to."""

    text: str
    caption: str
    kind: str = field(default="qr_code", init=False)


Block = Heading | Paragraph | Facts | Table | Bullets | SignatureBlock | QrCode


@dataclass(frozen=True, slots=True)
class Origin:
    """The events that a document was made from: those of one aggregate up to `version`, the last recorded at
    `recorded_at`."""

    case: UUID
    stream: UUID
    version: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Validation:
    """The validation by the leaders: which version and content, by whom (pseudonyms) and when."""

    version: int
    content_hash: str
    by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """`structure`: the name of the structure that it is for. `unit`: the unit that writes it."""

    title: str
    structure: str
    unit: str
    blocks: tuple[Block, ...]
    origin: Origin
    validation: Validation | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the document's content, in hexadecimal: equal documents have equal fingerprints."""
        return content_hash(b"", self)
