"""Projections: rows folded from the log, which can be deleted and rebuilt."""

from shared.projections.projection import Projection, Projector, Row, canonical_json, indexes_of, search_text, sort_keys

__all__ = [
    "Projection",
    "Projector",
    "Row",
    "canonical_json",
    "indexes_of",
    "search_text",
    "sort_keys",
]
