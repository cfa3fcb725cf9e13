"""Projections: rows kept from the log, thrown away and rebuilt at will."""

from shared.projections.projection import Document, Projector, View, canonical, searchable

__all__ = [
    "Document",
    "Projector",
    "View",
    "canonical",
    "searchable",
]
