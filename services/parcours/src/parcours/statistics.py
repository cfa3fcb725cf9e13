"""Statistics for pilots: the parcours that ended in a period, by ending, theme, consulting, length and sum."""

from __future__ import annotations

from parcours.projections import parcours_list
from shared.kernel import AXIS_LABELS, EndingKind
from shared.projections import Row
from shared.statistics import THEME_LABELS, UNKNOWN, Dimension, Release, band_of, hours_between, load_deployment

ENDINGS = (EndingKind.COMPLETED, EndingKind.ABANDONED, EndingKind.WITHDRAWN, EndingKind.CLOSED_DOWN)
ENDING_LABELS = {str(kind): kind.label for kind in ENDINGS}
DAYS = {"90": 90.0, "180": 180.0, "365": 365.0, "more": float("inf")}
LENGTHS = {
    "90": "90 jours au plus",
    "180": "91 à 180 jours",
    "365": "181 à 365 jours",
    "more": "plus d’un an",
    UNKNOWN: "jamais validé",
}
CENTS = {"0": 0.0, "2000": 2_000_00.0, "5000": 5_000_00.0, "10000": 10_000_00.0, "more": float("inf")}
AMOUNTS = {
    "0": "aucun",
    "2000": "2\u202f000\u00a0€ au plus",
    "5000": "2\u202f000 à 5\u202f000\u00a0€",
    "10000": "5\u202f000 à 10\u202f000\u00a0€",
    "more": "plus de 10\u202f000\u00a0€",
}
IN_EUROS = {"0": 0.0, "2000": 1_000.0, "5000": 3_500.0, "10000": 7_500.0, "more": 15_000.0}


def _ending(row: Row) -> str:
    """An update that is under way leaves the parcours completed, as it was."""
    return str((row.get("ending") or {}).get("kind", EndingKind.COMPLETED))


def _first_axis(row: Row) -> str:
    first = next(iter(row["ranking"]), UNKNOWN)
    return first if first in AXIS_LABELS else UNKNOWN


def _theme(row: Row) -> str:
    """The published theme of the axis ranked first, by the deployment's mapping."""
    return load_deployment().theme_of(_first_axis(row))


def _consulting(row: Row) -> str:
    return "with" if row["consulting"] else "without"


def _length(row: Row) -> str:
    validated = row["first_validated_at"]
    return band_of(DAYS, hours_between(validated, row["ended_at"]) / 24 if validated else None, UNKNOWN)


def _amount(row: Row) -> str:
    return band_of(CENTS, row["committed_cents"], UNKNOWN)


parcours_statistics = Release(
    parcours_list,
    "parcours terminés ou abandonnés dans la période",
    counted_at="ended_at",
    dimensions=(
        Dimension("ending", "Fin du parcours", keys=ENDING_LABELS, of=_ending),
        Dimension("theme", "Thème publié de l’axe classé premier", keys=THEME_LABELS, of=_theme),
        Dimension(
            "axis",
            "Axe de changement classé premier",
            keys=AXIS_LABELS | {UNKNOWN: "autre, ou non classé"},
            of=_first_axis,
        ),
        Dimension("consulting", "Recours au conseil", keys={"with": "avec", "without": "sans"}, of=_consulting),
        Dimension("length", "Durée depuis la validation", keys=LENGTHS, of=_length),
        Dimension("committed", "Financement engagé, rendus déduits", keys=AMOUNTS, of=_amount, midpoints=IN_EUROS),
    ),
)
