"""Published statistics: the requests answered in a period, by what is known of them."""

from __future__ import annotations

from intake.domain.reference.nomenclature import SECTIONS
from intake.domain.request.state import RequestStatus
from intake.domain.structure import LegalForm
from intake.projections import requests
from shared.kernel import DifficultyLevel
from shared.projections import Row
from shared.statistics import (
    SIZE_CLASSES,
    SIZE_MIDPOINTS,
    UNKNOWN,
    Dimension,
    Release,
    delay_of,
    difficulty_of,
    size_class_of,
    size_label,
)

OUTCOME_LABELS = {
    str(status): status.label
    for status in (
        RequestStatus.ADMITTED,
        RequestStatus.ORIENTED,
        RequestStatus.NOT_ADMITTED,
        RequestStatus.TRANSFERRED,
        RequestStatus.WITHDRAWN,
    )
}
LEGAL_FORM_LABELS = {form.value: form.label for form in LegalForm}
DELAY_BANDS = {"7": 7.0, "15": 15.0, "30": 30.0, "60": 60.0, "more": float("inf")}
DELAY_LABELS = {"7": "7 jours au plus", "15": "8 à 15 jours", "30": "16 à 30 jours", "60": "31 à 60 jours"}


def _outcome(row: Row) -> str:
    return str(RequestStatus.ADMITTED if row.get("admitted") else row["status"])


def _form(row: Row) -> str:
    return str(row["legal_form"])


def _size(row: Row) -> str:
    return size_class_of(row["headcount"])


def _section(row: Row) -> str:
    return row["section"] or UNKNOWN


release = Release(
    requests,
    "demandes qui ont reçu une suite dans la période",
    counted_at="outcome_at",
    dimensions=(
        Dimension("outcome", "Suite donnée", keys=OUTCOME_LABELS, of=_outcome),
        Dimension("legal_form", "Forme juridique", keys=LEGAL_FORM_LABELS, of=_form),
        Dimension(
            "size",
            "Effectif",
            keys={band: size_label(band) for band in (*SIZE_CLASSES, UNKNOWN)},
            of=_size,
            midpoints=SIZE_MIDPOINTS,
        ),
        Dimension(
            "sector",
            "Secteur d’activité",
            keys={letter: name for letter, (name, _) in SECTIONS.items()} | {UNKNOWN: "activité inconnue"},
            of=_section,
        ),
        Dimension(
            "difficulty",
            "Difficulté",
            keys={str(level): level.label for level in DifficultyLevel} | {UNKNOWN: "non qualifiée"},
            of=difficulty_of,
        ),
        Dimension(
            "delay",
            "Délai avant la suite donnée",
            keys=DELAY_LABELS | {"more": "plus de 60 jours"},
            of=delay_of(DELAY_BANDS, "received_at", "outcome_at"),
        ),
    ),
)
