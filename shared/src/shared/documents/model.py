"""What does a document say? Blocks, and where it comes from: the same for every service, on screen and on paper."""

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
    """`aside`: a remark in small type, about the document rather than of it."""

    text: str
    aside: bool = False
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """A label and its value on each line."""

    rows: tuple[tuple[str, str], ...]
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    """`share`: its width beside the others'; a `number` is set to the right."""

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
    """Who signs by hand: as what, who it is if that is known, and what stands in the place for the signature."""

    quality: str
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    parties: tuple[Party, ...]
    kind: str = field(default="signatures", init=False)


Block = Heading | Paragraph | Facts | Table | Bullets | Signatures


@dataclass(frozen=True, slots=True)
class Origin:
    """The events that it was made from: those of one aggregate until `version`, the last of them recorded at
    `recorded_at`."""

    case: UUID
    stream: UUID
    version: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Validation:
    """What leaders validated: that content in that version, by whom (pseudonyms) and when."""

    version: int
    content_hash: str
    by: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """`structure` and `unit`: for whom and by whom, as people call them."""

    title: str
    structure: str
    unit: str
    blocks: tuple[Block, ...]
    origin: Origin
    validation: Validation | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that the document says: the same whenever it says the same."""
        return content_hash(b"", self)
