"""Documents that people read, written from events: one model, rendered as HTML or tagged PDF; CSV tables."""

from shared.documents.csv_table import Cell, as_csv
from shared.documents.model import (
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Heading,
    Origin,
    Paragraph,
    Party,
    Signatures,
    Table,
    Validation,
)
from shared.documents.source import Paper, Papers, Reading, Told

__all__ = [
    "Block",
    "Bullets",
    "Cell",
    "Column",
    "Document",
    "Facts",
    "Heading",
    "Origin",
    "Paper",
    "Papers",
    "Paragraph",
    "Party",
    "Reading",
    "Signatures",
    "Table",
    "Told",
    "Validation",
    "as_csv",
]
