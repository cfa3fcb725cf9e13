"""Published statistics of diagnostic: the plans agreed in a quarter, by what the diagnosis found."""

from __future__ import annotations

from diagnostic.figures import size_at_the_diagnosis
from diagnostic.projections import diagnoses
from shared.kernel import DifficultyLevel
from shared.statistics import (
    SIZE_CLASSES,
    SIZE_MIDPOINTS,
    UNKNOWN,
    Dimension,
    Release,
    delay_of,
    difficulty_of,
    size_label,
)

DELAY_BANDS_DAYS = {"60": 60.0, "120": 120.0, "180": 180.0, "more": float("inf")}
DELAY_LABELS = {
    "60": "60 jours au plus",
    "120": "61 à 120 jours",
    "180": "121 à 180 jours",
    "more": "plus de 180 jours",
}


release = Release(
    diagnoses,
    "plans d’accompagnement convenus dans la période",
    counted_at="agreed_at",
    dimensions=(
        Dimension(
            "size",
            "Emplois concernés, par effectif au diagnostic",
            keys={band: size_label(band) for band in (*SIZE_CLASSES, UNKNOWN)},
            of=size_at_the_diagnosis,
            midpoints=SIZE_MIDPOINTS,
        ),
        Dimension(
            "difficulty",
            "Difficulté qualifiée au diagnostic",
            keys={str(level): level.label for level in DifficultyLevel} | {UNKNOWN: "non qualifiée"},
            of=difficulty_of,
        ),
        Dimension(
            "delay",
            "Délai de l’admission au plan",
            keys=DELAY_LABELS,
            of=delay_of(DELAY_BANDS_DAYS, "admitted_at", "agreed_at"),
        ),
    ),
)
