"""Projections: rows folded from the log, which can be deleted and rebuilt, and the rows that they replaced."""

from shared.projections.folded import wait_until_folded
from shared.projections.projection import Projection, Row, canonical_json, indexes_of, search_text, sort_keys
from shared.projections.projector import NO_HISTORY, Projector

__all__ = [
    "NO_HISTORY",
    "Projection",
    "Projector",
    "Row",
    "canonical_json",
    "indexes_of",
    "search_text",
    "sort_keys",
    "wait_until_folded",
]
