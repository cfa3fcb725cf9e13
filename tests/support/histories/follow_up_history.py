"""A follow-up from its opening: its reviews, and the events that come of them."""

from datetime import date
from uuid import UUID

from followup.domain.closure import (
    StructureClosedDown,
)
from followup.domain.follow_up import decider
from followup.domain.opening import (
    FollowUpOpened,
    OpenFollowUp,
)
from followup.domain.reviews.reporting import (
    RecordReview,
    ReviewRecorded,
)
from followup.domain.reviews.review import Report
from shared.testing.scenarios import NOW, Scenarios, text

given = Scenarios(decider)

COMPLETION, STRUCTURE, TODAY = UUID(int=7), UUID(int=8), NOW.date()

IN_SIX_MONTHS, IN_EIGHTEEN_MONTHS = date(2026, 9, 2), date(2027, 9, 2)

REVIEWS = {"M0": TODAY, "M6": IN_SIX_MONTHS, "M18": IN_EIGHTEEN_MONTHS}

PARCOURS_COMPLETED = OpenFollowUp(
    COMPLETION,
    NOW,
    structure=STRUCTURE,
    unit="unit-35",
    adviser="adviser-1",
    baseline={"fte": 11.5, "cdi": 9.0},
    definitions={"fte": "ETP au 31 décembre"},
)

OPENED = FollowUpOpened(
    COMPLETION,
    STRUCTURE,
    unit="unit-35",
    adviser="adviser-1",
    baseline=PARCOURS_COMPLETED.baseline,
    definitions=PARCOURS_COMPLETED.definitions,
    reviews=REVIEWS,
)

HELD = RecordReview("M0", TODAY, appropriation=4, summary="Les nouveaux outils sont en place.")


def review_recorded(review: str) -> ReviewRecorded:
    return ReviewRecorded(
        review,
        Report(
            TODAY,
            {},
            not_measured=(),
            appropriation=4,
            appropriation_notes=None,
            satisfaction=None,
            summary=text("Les nouveaux outils sont en place."),
        ),
    )


def closed_down(*reviews: str) -> StructureClosedDown:
    return StructureClosedDown(TODAY, reviews, notes=text("Liquidation prononcée."))
