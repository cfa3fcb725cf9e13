"""Figures of a unit's requests, each with its formula and the cases behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from intake.domain import orientation
from intake.domain.reference.nomenclature import SECTIONS
from intake.domain.request.corrections import StructureCorrected
from intake.domain.request.difficulty import DifficultyTriaged
from intake.domain.request.outcome import RequestAdmitted, RequestNotAdmitted, RequestOriented, RequestWithdrawn
from intake.domain.request.request import OPENING_EVENTS
from intake.domain.request.state import RequestStatus
from intake.domain.request.transfer import RequestTransferred
from intake.domain.structure import LegalForm
from intake.projections import requests
from shared.kernel import DifficultyLevel
from shared.projections import Row
from shared.statistics import (
    BY_UNIT,
    UNKNOWN,
    Figure,
    Figures,
    Grouping,
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

OUTCOME_EVENTS = (RequestAdmitted, RequestOriented, RequestNotAdmitted, RequestTransferred, RequestWithdrawn)
ORIENTATION_EVENTS = (orientation.OrientationSent, orientation.OrientationAcknowledged)
STRUCTURE_EVENTS = (*OPENING_EVENTS, StructureCorrected)
EVENTS_BY_FIGURE: dict[str, tuple[type, ...]] = {
    "requests": OPENING_EVENTS,
    "structures": OPENING_EVENTS,
    "admitted": (RequestAdmitted,),
    "oriented": (RequestOriented,),
    "not_admitted": (RequestNotAdmitted,),
    "orientation_rate": OUTCOME_EVENTS,
    "hours_to_triage": (*OPENING_EVENTS, DifficultyTriaged),
    "days_to_outcome": (*OPENING_EVENTS, *OUTCOME_EVENTS),
    "orientations_acknowledged": ORIENTATION_EVENTS,
    "crisis_orientations_acknowledged": (DifficultyTriaged, *ORIENTATION_EVENTS),
    **{f"difficulty_{level}": (DifficultyTriaged,) for level in DifficultyLevel},
}
"""Events behind each figure. Figures that are not listed group requests by facts about the structure."""


def _compute(rows: Sequence[Row]) -> Iterator[Figure]:
    yield count_figure(
        "requests", "Demandes reçues", "nombre de demandes, reçues d’une autre unité ou liées comprises", rows
    )
    formula = "nombre de structures différentes qui ont fait au moins une demande"
    yield distinct_figure("structures", "Structures", formula, rows, "structure_id")
    yield from _outcomes(rows)
    yield _hours_to_triage(rows)
    for level in DifficultyLevel:
        yield count_figure(
            f"difficulty_{level}",
            f"Difficulté\u00a0: {level.label}",
            "nombre de demandes dont c’est le dernier niveau qualifié dans l’unité",
            [row for row in rows if row.get("difficulty") == level],
        )
    yield _acknowledged_share("orientations_acknowledged", "Part d’orientations bien reçues", "", rows)
    in_crisis = [row for row in rows if "difficulty" in row and DifficultyLevel(row["difficulty"]).is_a_crisis]
    yield _acknowledged_share(
        "crisis_orientations_acknowledged",
        "Part d’orientations bien reçues, pour les structures en crise",
        ", pour les demandes en situation critique ou en cessation des paiements",
        in_crisis,
    )
    yield from _by_structure(rows)


def _outcomes(rows: Sequence[Row]) -> Iterator[Figure]:
    admitted = [row for row in rows if row.get("admitted")]
    yield count_figure(
        "admitted", "Demandes admises", "nombre de demandes admises dans le DLA, closes depuis comprises", admitted
    )
    oriented = [row for row in rows if row["status"] == RequestStatus.ORIENTED]
    yield count_figure(
        "oriented", "Structures orientées", "nombre de demandes dont l’issue est une orientation", oriented
    )
    yield count_figure(
        "not_admitted",
        "Demandes non admises, sans orientation",
        "nombre de demandes non admises et orientées vers personne",
        [row for row in rows if row["status"] == RequestStatus.NOT_ADMITTED],
    )
    yield share_figure(
        "orientation_rate",
        "Taux d’orientation",
        "demandes dont l’issue est une orientation ÷ demandes qui ont reçu une suite",
        [(row["id"], int(row["status"] == RequestStatus.ORIENTED), 1) for row in rows if row.get("outcome_at")],
    )
    days = days_between(rows, "received_at", "outcome_at")
    formula = "médiane de (suite donnée − réception), en jours, pour les seules demandes qui ont reçu une suite"
    yield median_figure("days_to_outcome", "Jours avant la suite donnée (médiane)", formula, days, len(rows))


def _hours_to_triage(rows: Sequence[Row]) -> Figure:
    hours = {row["id"]: hours_between(row["received_at"], row["triaged_at"]) for row in rows if row.get("triaged_at")}
    return median_figure(
        "hours_to_triage",
        "Heures avant la qualification des difficultés (médiane)",
        "médiane de (première qualification − réception), en heures, pour les seules demandes qualifiées dans l’unité",
        hours,
        len(rows),
    )


def _acknowledged_share(code: str, label: str, among: str, rows: Sequence[Row]) -> Figure:
    shares = ((row["id"], len(row.get("acknowledged", ())), len(row.get("sent", ()))) for row in rows)
    return share_figure(code, label, f"orientations bien reçues ÷ orientations transmises{among}", shares)


def _by_structure(rows: Sequence[Row]) -> Iterator[Figure]:
    """By the structure as it was last corrected."""
    formula = "nombre de demandes, selon ce qui est connu de la structure"
    yield from chain(
        grouped_figures("by_legal_form", "Demandes par forme juridique", formula, rows, _form, _form_in_french),
        grouped_figures("by_sector", "Demandes par secteur d’activité", formula, rows, _section, _section_in_french),
        grouped_figures("by_size", "Demandes par effectif", formula, rows, _size, size_label),
        grouped_figures("by_department", "Demandes par département", formula, rows, _department),
    )


def _form(row: Row) -> str:
    return str(row["legal_form"])


def _form_in_french(form: str) -> str:
    return LegalForm(form).label


def _section(row: Row) -> str:
    return row["section"] or UNKNOWN


def _section_in_french(section: str) -> str:
    return "activité inconnue" if section == UNKNOWN else SECTIONS[section][0]


def _size(row: Row) -> str:
    return size_class_of(row["headcount"])


def _department(row: Row) -> str:
    return str(row["department"])


def _difficulty(row: Row) -> str:
    return str(row.get("difficulty") or UNKNOWN)


def _difficulty_in_french(level: str) -> str:
    return "non qualifiée" if level == UNKNOWN else DifficultyLevel(level).label


figures = Figures(
    requests,
    _compute,
    source_events=lambda code: EVENTS_BY_FIGURE.get(code, STRUCTURE_EVENTS),
    dates={
        "received_at": "réception de la demande",
        "outcome_at": "suite donnée",
        "triaged_at": "première qualification",
    },
    dated_by={
        **dict.fromkeys(("admitted", "oriented", "not_admitted", "orientation_rate", "days_to_outcome"), "outcome_at"),
        "hours_to_triage": "triaged_at",
    },
    groupings={
        **BY_UNIT,
        "department": Grouping("Département de la structure", _department),
        "legal_form": Grouping("Forme juridique", _form, words=_form_in_french),
        "sector": Grouping("Secteur d’activité", _section, words=_section_in_french),
        "size": Grouping("Effectif", _size, words=size_label),
        "difficulty": Grouping("Dernière difficulté qualifiée", _difficulty, words=_difficulty_in_french),
    },
)
