"""Figures with their formulas, and the rounded tables that pilots read."""

from shared.statistics.figures import (
    MIDDLES,
    SIZES,
    UNKNOWN,
    Figure,
    Figures,
    count,
    days_between,
    distinct,
    grouped,
    hours_between,
    middle,
    share,
    size_in_french,
    size_of,
)
from shared.statistics.period import periods_of, quarters_of
from shared.statistics.publication import published_quarters, told_of
from shared.statistics.release import Counts, Dimension, Release, banded
from shared.statistics.rounding import bounds

__all__ = [
    "MIDDLES",
    "SIZES",
    "UNKNOWN",
    "Counts",
    "Dimension",
    "Figure",
    "Figures",
    "Release",
    "banded",
    "bounds",
    "count",
    "days_between",
    "distinct",
    "grouped",
    "hours_between",
    "middle",
    "periods_of",
    "published_quarters",
    "quarters_of",
    "share",
    "size_in_french",
    "size_of",
    "told_of",
]
