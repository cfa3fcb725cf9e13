"""Figures with their formulas, and the masked tables that pilots read."""

from shared.statistics.deployment import THEME_LABELS, deployment, read_deployment
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
from shared.statistics.lattice import QUARTER, Counts, Tables, add_counts, mask_quarter, mask_year, total_of
from shared.statistics.masking import SMALLEST_SHOWN
from shared.statistics.period import is_year, periods_of, quarters_of
from shared.statistics.publication import NotPublished, Published, load_published, published_periods
from shared.statistics.release import Dimension, Release, band_of, delay_of, difficulty_of
from shared.statistics.territories import WHOLE, TerritoriesOverlap, Territory, divide

__all__ = [
    "QUARTER",
    "SIZE_CLASSES",
    "SIZE_MIDPOINTS",
    "SMALLEST_SHOWN",
    "THEME_LABELS",
    "UNKNOWN",
    "WHOLE",
    "Counts",
    "Dimension",
    "Figure",
    "Figures",
    "NotPublished",
    "Published",
    "Release",
    "Tables",
    "TerritoriesOverlap",
    "Territory",
    "add_counts",
    "band_of",
    "count_figure",
    "days_between",
    "delay_of",
    "deployment",
    "difficulty_of",
    "distinct_figure",
    "divide",
    "grouped_figures",
    "hours_between",
    "is_year",
    "load_published",
    "mask_quarter",
    "mask_year",
    "median_figure",
    "periods_of",
    "published_periods",
    "quarters_of",
    "read_deployment",
    "share_figure",
    "size_class_of",
    "size_label",
    "total_of",
]
