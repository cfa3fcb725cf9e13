"""Figures with their formulas, and the rounded tables that pilots read."""

from shared.statistics.figures import (
    SIZE_CLASSES,
    SIZE_MIDPOINTS,
    UNKNOWN,
    Figure,
    Figures,
    count_figure,
    days_between,
    distinct_figure,
    grouped_figures,
    hours_between,
    median_figure,
    share_figure,
    size_class_of,
    size_label,
)
from shared.statistics.period import periods_of, quarters_of
from shared.statistics.publication import published_quarters, published_tables
from shared.statistics.release import Counts, Dimension, Release, band_of
from shared.statistics.rounding import bounds

__all__ = [
    "SIZE_CLASSES",
    "SIZE_MIDPOINTS",
    "UNKNOWN",
    "Counts",
    "Dimension",
    "Figure",
    "Figures",
    "Release",
    "band_of",
    "bounds",
    "count_figure",
    "days_between",
    "distinct_figure",
    "grouped_figures",
    "hours_between",
    "median_figure",
    "periods_of",
    "published_quarters",
    "published_tables",
    "quarters_of",
    "share_figure",
    "size_class_of",
    "size_label",
]
