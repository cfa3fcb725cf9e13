"""Projections: rows kept from the log, thrown away and rebuilt at will."""

from shared.projections.projection import Projection, Projector, Row, canonical_json, search_text

__all__ = [
    "Projection",
    "Projector",
    "Row",
    "canonical_json",
    "search_text",
]
