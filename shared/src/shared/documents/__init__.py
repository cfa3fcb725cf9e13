"""Documents that people read, written from events: one model, rendered as HTML or tagged PDF; CSV tables."""

from shared.documents.csv_table import CsvCell, write_csv
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
    QrCode,
    SignatureBlock,
    Table,
    Validation,
)
from shared.documents.pdf_renderer import MAX_PAGES, DocumentTooLarge, PdfRenderer
from shared.documents.source import (
    DocumentedAggregate,
    DocumentSource,
    DocumentTemplate,
    DocumentTemplates,
    RecordedFact,
)

__all__ = [
    "MAX_PAGES",
    "Block",
    "Bullets",
    "Column",
    "CsvCell",
    "Document",
    "DocumentSource",
    "DocumentTemplate",
    "DocumentTemplates",
    "DocumentTooLarge",
    "DocumentedAggregate",
    "Facts",
    "Heading",
    "Origin",
    "Paragraph",
    "Party",
    "PdfRenderer",
    "QrCode",
    "RecordedFact",
    "SignatureBlock",
    "Table",
    "Validation",
    "write_csv",
]
